"""Every type of event that endpoints can be told of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

API_VERSION = "1"
"""The version in which events are rendered; kept with each, for a later one may render differently."""


KINDS: Mapping[str, str] = {
    "territory": "A territory",
    "initiative": "An initiative",
    "cooperation": "A cooperation",
    "organization": "An organization",
    "network": "A network",
    "programme": "A programme",
    "census": "A census",
    "learning_resource": "A learning resource",
    "funding_call": "A funding call",
    "offer": "An offer or request",
    "diagnosis": "A diagnosis",
    "workshop": "A workshop",
    "priority_action": "A priority action",
}
"""Records of the catalog by kind, and how a sentence about one begins."""

RECORD_EVENTS: Mapping[str, str] = {
    "created": "{} was published.",
    "updated": "{} that is published was changed.",
    "archived": "{} has left publication: delete your copy. There is no state.",
    "merged": "{} was merged into another one, which `data.merged_into` names and its address leads to: delete your "
    "copy, and name that one where you named it. There is no state.",
}
"""What happens to records of every kind."""


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of event; `kind` is the kind of its subject, None where it may be any."""

    name: str
    kind: str | None
    description: str

    @property
    def ends(self) -> bool:
        """Whether its subject has left publication, so that there is no state."""
        return self.merges or self.name.endswith(".archived")

    @property
    def merges(self) -> bool:
        """Whether another record stands for its subject now, which `merged_into` names."""
        return self.name.endswith(".merged")


_TYPES = (
    *(
        EventType(f"{kind}.{event}", kind, sentence.format(what))
        for kind, what in KINDS.items()
        for event, sentence in RECORD_EVENTS.items()
    ),
    EventType("vocabulary.changed", "vocabulary", "A vocabulary was changed: its codes, their labels or relations."),
    EventType("record.review_due", None, "The date at which a record should be looked at again has come."),
    EventType(
        "endpoint.disabled",
        "endpoint",
        "One of your own endpoints was disabled: it answered 410, or nothing arrived there for too long. Sent to your "
        "other endpoints only.",
    ),
    EventType("endpoint.test", "endpoint", "A test that you asked for; sent whatever the endpoint's types and filter."),
)

EVENT_TYPES: Mapping[str, EventType] = {one.name: one for one in _TYPES}

SELECTABLE = tuple(name for name in EVENT_TYPES if name != "endpoint.test")
"""Those that an endpoint can choose; without a choice it gets all of them."""


def _selectable(name: str) -> str:
    if name not in SELECTABLE:
        code = "unknown_code"
        context = {"value": name[:80], "allowed": ", ".join(SELECTABLE)}
        raise PydanticCustomError(code, "'{value}' is not one of: {allowed}", context)
    return name


EventTypeName = Annotated[
    str, AfterValidator(_selectable), Field(max_length=80, json_schema_extra={"examples": ["initiative.updated"]})
]
