"""From the catalog's published states to the facts that matching uses."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.matching.domain.profile import (
    Cooperation,
    Initiative,
    Membership,
    Population,
    Scope,
    Source,
    Statement,
    Territory,
)

State = Mapping[str, Any]


def territory_from(state: State) -> Territory:
    """The territory of a published state. Raises KeyError when the state is not a territory's."""
    return Territory(
        id=state["id"],
        slug=state["slug"],
        version=state["version"],
        name=state["name"],
        kind=state["kind"],
        country_code=state["country_code"],
        point=state.get("point"),
        population=_population(state.get("population")),
        statements=tuple(_statement(entry) for entry in state.get("problems") or ()),
        memberships=tuple(_membership(entry) for entry in state.get("networks") or ()),
    )


def initiative_from(state: State) -> Initiative:
    """The initiative of a published state. Raises KeyError when the state is not an initiative's."""
    return Initiative(
        id=state["id"],
        slug=state["slug"],
        version=state["version"],
        title=state["title"],
        territory_id=state["territory"]["id"],
        themes=tuple(state.get("themes") or ()),
        maturity=state.get("maturity"),
        start_year=state.get("start_year"),
        end_year=state.get("end_year"),
        url=state.get("url"),
        sources=_sources(state),
    )


def cooperation_from(state: State) -> Cooperation:
    """The cooperation of a published state. Raises KeyError when the state is not a cooperation's."""
    return Cooperation(
        id=state["id"],
        slug=state["slug"],
        title=state["title"],
        party_ids=tuple(party["territory"]["id"] for party in state["parties"]),
        themes=tuple(state.get("themes") or ()),
        devices=tuple(entry["device"] for entry in state.get("devices") or ()),
        stage=state.get("stage"),
        start_year=state.get("start_year"),
        end_year=state.get("end_year"),
        description=state.get("description") or {},
        sources=_sources(state),
    )


def _population(entry: State | None) -> Population | None:
    """None also for a scope that this release does not know: it cannot say what the figure counts."""
    if not entry or entry["scope"] not in set(Scope):
        return None
    return Population(entry["value"], entry.get("year"), Scope(entry["scope"]), entry["source"])


def _statement(entry: State) -> Statement:
    return Statement(
        id=entry["id"],
        problem=entry.get("problem"),
        theme=entry.get("theme"),
        severity=entry.get("severity"),
        evidence=entry["evidence"],
        stated_by=entry.get("stated_by"),
        year=entry.get("year"),
        sources=_sources(entry),
    )


def _membership(entry: State) -> Membership:
    return Membership(entry["id"], entry["slug"], entry["name"], entry.get("since"), entry.get("until"))


def _sources(state: State) -> tuple[Source, ...]:
    entries: Iterable[Source] = state.get("sources") or ()
    return tuple(entries)
