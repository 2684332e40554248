"""What matching knows of a territory: its stated problems, its initiatives and its links.

Everything here is immutable and comes from the catalog's published states (see `reading.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Literal, TypedDict


class TextEntry(TypedDict):
    """One language of a text, and where that wording came from (structurally the kit's own type)."""

    text: str
    origin: Literal["original", "human", "machine", "outdated"]


Text = Mapping[str, TextEntry]
"""BCP 47 tag → entry."""

Source = Mapping[str, str | None]
"""`{"title", "address", "passage", "retrieved_at", "licence"}`, as the catalog states it."""


class Scope(StrEnum):
    """What a population figure counts."""

    TERRITORY = "territory"
    MAIN_CITY = "main_city"
    POPULATED_PLACE = "populated_place"


@dataclass(frozen=True, slots=True)
class Population:
    value: int
    year: int | None
    scope: Scope
    source: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A problem stated for a territory, with who says so. `problem` is null where no code fits."""

    id: str
    problem: str | None
    theme: str | None
    severity: int | None
    evidence: Text
    stated_by: str | None
    year: int | None
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Initiative:
    id: str
    slug: str
    version: int
    title: Text
    territory_id: str
    themes: tuple[str, ...]
    maturity: str | None
    start_year: int | None
    end_year: int | None
    url: str | None
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Cooperation:
    id: str
    slug: str
    title: Text
    party_ids: tuple[str, ...]
    themes: tuple[str, ...]
    devices: tuple[str, ...]
    stage: str | None
    start_year: int | None
    end_year: int | None
    description: Text
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Membership:
    network_id: str
    slug: str
    name: str
    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Territory:
    """A territory's own record, without what other records say of it."""

    id: str
    slug: str
    version: int
    name: Text
    kind: str
    country_code: str
    point: Mapping[str, object] | None
    population: Population | None
    statements: tuple[Statement, ...]
    memberships: tuple[Membership, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """One problem of a territory and the themes that answer it, each with a strength in (0, 1].

    Equal needs of different territories are the same value, so that what answers them is worked out once.
    `problem` is null where the statements have a theme only.
    """

    problem: str | None
    answers: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class TerritoryProfile:
    """All that matching knows of one territory."""

    territory: Territory
    needs: tuple[Need, ...]
    initiatives: tuple[Initiative, ...]
    cooperations: tuple[Cooperation, ...]

    @property
    def id(self) -> str:
        return self.territory.id

    @cached_property
    def problems(self) -> frozenset[str]:
        """The codes of the problems that are stated for it."""
        return frozenset(need.problem for need in self.needs if need.problem is not None)

    @cached_property
    def networks(self) -> frozenset[str]:
        """Ids of the networks it is in now."""
        return frozenset(m.network_id for m in self.territory.memberships if m.until is None)

    @property
    def has_facts(self) -> bool:
        """Whether there is anything to match on: a stated problem or an initiative."""
        return bool(self.needs or self.initiatives)

    def statements_of(self, need: Need) -> tuple[Statement, ...]:
        """The statements behind a need of this territory."""
        if need.problem is not None:
            return tuple(s for s in self.territory.statements if s.problem == need.problem)
        themes = {theme for theme, _ in need.answers}
        return tuple(s for s in self.territory.statements if s.problem is None and s.theme in themes)
