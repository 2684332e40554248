"""What a key may do: every scope there is, in one place, with what it allows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """A permission that a key carries. Reading what is published needs none."""

    RECORDS_WRITE = "records:write"
    RECORDS_MODERATE = "records:moderate"
    KEYS_MANAGE = "keys:manage"
    PARTNERS_MANAGE = "partners:manage"
    SERVICES_OPERATE = "services:operate"
    WEBHOOKS_MANAGE = "webhooks:manage"
    INTROSPECT = "introspect"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a scope allows, for readers of the documentation, and which scopes it holds besides itself."""

    allows: str
    includes: tuple[Scope, ...] = ()


SCOPES: Mapping[Scope, Meaning] = {
    Scope.RECORDS_WRITE: Meaning(
        "Create, change, publish and archive the partner's own records in the territories that it has a mandate for, "
        "and see its own drafts."
    ),
    Scope.RECORDS_MODERATE: Meaning(
        "The same with every record, without a mandate; create and archive territories, give and end mandates, hand "
        "records over, see every draft and every partner.",
        (Scope.RECORDS_WRITE,),
    ),
    Scope.KEYS_MANAGE: Meaning(
        "List, create, rotate and revoke the keys of one's own partner, with no scope that the key itself lacks."
    ),
    Scope.PARTNERS_MANAGE: Meaning(
        "Create, change and suspend partners, and manage the keys of all of them, with any scope, and their webhook "
        "endpoints.",
        (Scope.KEYS_MANAGE, Scope.WEBHOOKS_MANAGE),
    ),
    Scope.SERVICES_OPERATE: Meaning("Have the search index or the matching profiles rebuilt from the catalog."),
    Scope.WEBHOOKS_MANAGE: Meaning(
        "Manage the webhook endpoints of one's own partner: create, change, test, replay, replace their secrets."
    ),
    Scope.INTROSPECT: Meaning(
        "Ask what another key may do, and which partners are suspended. For services that check keys."
    ),
}


def with_included(scopes: Iterable[str]) -> frozenset[Scope]:
    """These scopes and those that they include; names that are no scope any more are passed over."""
    known = {Scope(name) for name in scopes if name in SCOPES}
    return frozenset(known.union(*(SCOPES[scope].includes for scope in known)))


def scopes_as_markdown() -> str:
    """A line for each scope, for the OpenAPI pages."""
    return "\n".join(f"- `{scope}`: {meaning.allows}" for scope, meaning in SCOPES.items())
