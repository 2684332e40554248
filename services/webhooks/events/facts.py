"""What filters of endpoints look at: taken from a record's published state, kept for when it has none any more."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypedDict, cast

State = Mapping[str, Any]


class Facts(TypedDict, total=False):
    """Of one record. A list that would be empty is left out; territories and networks are named by id and by slug."""

    territories: list[str]
    countries: list[str]
    themes: list[str]
    networks: list[str]
    languages: list[str]
    owner: str


def territory_ids(kind: str, state: State) -> list[str]:
    """The ids of the territories that a record is of; a territory itself is not among them."""
    return [] if kind == "territory" else [territory["id"] for territory in _territories(state)]


def facts_of(kind: str, state: State, known: Mapping[str, Facts]) -> Facts:
    """The facts of a state. `known` has those of the territories it names, by id: a record is in their networks too."""
    territories = [state] if kind == "territory" else list(_territories(state))
    theirs = [known.get(territory["id"], Facts()) for territory in territories] if kind != "territory" else []
    owner = state.get("owner")
    return _without_empty(
        owner["id"] if owner else None,
        territories=[
            *(name for territory in territories for name in _names(territory)),
            *(name for facts in theirs for name in facts.get("territories", ())),
        ],
        countries=[
            *(territory.get("country_code") for territory in territories),
            *(code for facts in theirs for code in facts.get("countries", ())),
            *_texts(state, "countries"),
        ],
        themes=[*_texts(state, "themes"), *(problem.get("theme") for problem in _objects(state, "problems"))],
        networks=[
            *(name for network in _objects(state, "networks") for name in _names(network)),
            *(name for facts in theirs for name in facts.get("networks", ())),
            *(_names(state) if kind == "network" else ()),
        ],
        languages=[*_languages(state), *_texts(state, "languages")],
    )


def _territories(state: State) -> Iterator[State]:
    """Of a record: `territory`, `territories`, those of its parties and roles; each by itself, or by its id alone."""
    named = [
        state.get("territory"),
        *(state.get("territories") or ()),
        *(part.get("territory") for name in ("parties", "roles") for part in _objects(state, name)),
    ]
    for territory in named:
        if isinstance(territory, str):
            yield {"id": territory}
        elif territory:
            yield territory


def _objects(state: State, name: str) -> Iterator[State]:
    return (one for one in state.get(name) or () if isinstance(one, Mapping))


def _texts(state: State, name: str) -> Iterator[str]:
    return (one for one in state.get(name) or () if isinstance(one, str))


def _names(thing: State) -> list[str]:
    return [name for name in (thing.get("id"), thing.get("slug")) if name]


def _languages(state: State) -> set[str]:
    """Those that a person wrote a text in: every record has machine translations, which tell nothing apart."""
    return {
        lang
        for value in state.values()
        if isinstance(value, Mapping)
        for lang, one in value.items()
        if isinstance(one, Mapping) and one.get("origin") in {"original", "human"}
    }


def _without_empty(owner: str | None, **lists: Iterable[str | None]) -> Facts:
    facts = {name: found for name, values in lists.items() if (found := sorted({value for value in values if value}))}
    return cast("Facts", facts | ({"owner": owner} if owner else {}))
