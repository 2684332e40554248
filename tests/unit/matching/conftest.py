"""Small territories, written in a line each."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from services.matching.domain.crosswalk import needs_of
from services.matching.domain.index import Index
from services.matching.domain.profile import (
    Cooperation,
    Initiative,
    Membership,
    Population,
    Scope,
    Statement,
    Territory,
    TerritoryProfile,
    Text,
)
from services.matching.domain.themes import Themes

YEAR = 2026

Make = Callable[..., TerritoryProfile]
MakeIndex = Callable[..., Index]


def text(words: str) -> Text:
    return {"fr": {"text": words, "origin": "original"}}


def make_initiative(owner: str, number: int, themes: Sequence[str], **facts: Any) -> Initiative:  # noqa: ANN401
    slug = f"{owner}-{number}"
    values: dict[str, Any] = {"maturity": "running", "start_year": None, "end_year": None, "url": None, **facts}
    return Initiative(
        id=f"initiative-{slug}",
        slug=slug,
        version=1,
        title=text(slug),
        territory_id=f"id-{owner}",
        themes=tuple(themes),
        sources=({"title": f"source of {slug}"},),
        **values,
    )


def make_cooperation(*owners: str, stage: str | None = "ongoing") -> Cooperation:
    slug = "-".join(owners)
    return Cooperation(
        id=f"cooperation-{slug}",
        slug=slug,
        title=text(slug),
        party_ids=tuple(f"id-{owner}" for owner in owners),
        themes=(),
        devices=(),
        stage=stage,
        start_year=None,
        end_year=None,
        description={},
        sources=({"title": f"source of {slug}"},),
    )


def make_profile(
    slug: str,
    problems: Sequence[str | tuple[str | None, str | None]] = (),
    initiatives: Sequence[Sequence[str]] = (),
    *,
    population: int | None = None,
    scope: Scope = Scope.TERRITORY,
    kind: str = "municipality",
    country: str = "FR",
    networks: Sequence[str] = (),
    left_networks: Sequence[str] = (),
    cooperations: Sequence[Cooperation] = (),
) -> TerritoryProfile:
    pairs = [(entry, None) if isinstance(entry, str) else entry for entry in problems]
    statements = tuple(
        Statement(
            id=f"{slug}-{number}",
            problem=problem,
            theme=theme,
            severity=None,
            evidence=text(f"{slug} says {problem}"),
            stated_by=None,
            year=None,
            sources=({"title": f"report on {slug}"},),
        )
        for number, (problem, theme) in enumerate(pairs)
    )
    territory = Territory(
        id=f"id-{slug}",
        slug=slug,
        version=1,
        name=text(slug.title()),
        kind=kind,
        country_code=country,
        point=None,
        population=Population(population, None, scope, "census") if population else None,
        statements=statements,
        memberships=tuple(
            Membership(f"id-{n}", n, n.upper(), None, 2020 if n in left_networks else None)
            for n in (*networks, *left_networks)
        ),
    )
    made = tuple(make_initiative(slug, number, themes) for number, themes in enumerate(initiatives))
    return TerritoryProfile(territory, needs_of(statements), made, tuple(cooperations))


def make_index(*profiles: TerritoryProfile, themes: Themes | None = None) -> Index:
    index = Index(themes or Themes(), YEAR)
    index.update(profiles)
    return index


@pytest.fixture
def profile() -> Make:
    """Makes a territory's profile: `profile("lyon", ["food_waste"], [["composting"]])`."""
    return make_profile


@pytest.fixture
def index_of() -> MakeIndex:
    """Makes an index of profiles."""
    return make_index


@pytest.fixture
def cooperation() -> Callable[..., Cooperation]:
    """Makes a cooperation of territories, named by slug."""
    return make_cooperation


@pytest.fixture
def initiative() -> Callable[..., Initiative]:
    """Makes an initiative: `initiative("lyon", 0, ["composting"], maturity=None)`."""
    return make_initiative
