"""The criteria of a match, each a number in [0, 1] or None where the facts do not allow one.

None is never read as zero: `ranking.py` says what stands in for it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.matching.domain.profile import (
    Cooperation,
    Initiative,
    Need,
    Population,
    Scope,
    Territory,
    TerritoryProfile,
)
from services.matching.domain.themes import Themes


class Criterion(StrEnum):
    SHARED_PROBLEMS = "shared_problems"
    EXPERIENCE_FOR_SEEKER = "experience_for_seeker"
    EXPERIENCE_FOR_CANDIDATE = "experience_for_candidate"
    EXISTING_LINKS = "existing_links"
    SCALE = "scale"


HALF_SHARED_BITS = 4.0
"""Rarity of shared problems, in bits, that gives half of the criterion: one problem that 1 territory in 15 states,
or two that 1 in 3 states."""

HALF_ANSWERED_NEEDS = 1.0
"""Answered problems that give half of the criterion: with one problem wholly answered there is something to talk
about, and each further one adds less."""

DOUBT_SETTLED = 0.5
"""Share of the doubt whether a territory knows how to act that one fully fitting initiative settles."""

COUNTED_INITIATIVES = 3
"""Initiatives that count for one problem: after the third, more of them show size rather than experience."""

MATURITY_WEIGHT: Mapping[str | None, float] = {
    "scaled": 1.0,
    "running": 1.0,
    "ended": 0.9,
    "pilot": 0.8,
    "idea": 0.4,
    None: 0.7,
}
"""Share of an initiative's experience by its maturity: something done teaches more than something planned, and a
plan still tells whom to talk to. Unknown weighs what the known ones weigh on average by count."""

FRESH_YEARS = 5
"""Years after its stated end for which an initiative counts in full: about one term of office."""

AGEING_HALF_LIFE_YEARS = 10.0
"""Years beyond that in which half of what was learnt is lost with the people who learnt it."""

STAGE_WEIGHT: Mapping[str | None, float] = {
    "consolidating": 1.0,
    "ongoing": 1.0,
    "agreed": 0.9,
    "completed": 0.7,
    "under_study": 0.4,
    "suspended": 0.4,
    "idea": 0.3,
    "abandoned": 0.2,
    None: 0.6,
}
"""How far a cooperation carries a new one, by its stage; unknown lies between a running and a suspended one."""

NETWORK_WEIGHT = 0.15
"""What a common network carries: people who may have met, among tens or hundreds of members."""

SCALE_HALVING_FACTOR = 5.0
"""Ratio of populations at which comparability has halved: a city of 100,000 and one of 500,000."""

POPULATION_SHARE = 0.75
"""Share of the scale criterion that is population, against the level of government."""

LEVEL: Mapping[str, int] = {
    "neighbourhood": 0,
    "municipality": 1,
    "intermunicipality": 2,
    "metropolis": 2,
    "city_region": 3,
    "department": 3,
    "province": 3,
    "region": 4,
    "state": 5,
}
"""Levels of government from the street upwards; `cross_border` and `other` have none."""


def rarity_bits(stating: int, territories: int) -> float:
    """Rarity of a problem in bits: log2(1 + N/n), for n of N territories that state problems at all.

    Inverse document frequency (Spärck Jones 1972) with 1 added, so that a problem that all state keeps one bit.
    """
    return math.log2(1 + territories / max(stating, 1))


def shared_value(bits: Iterable[float]) -> float:
    """The criterion for the rarities of the shared problems; 0 when none is shared.

    It saturates and looks only at what is shared, so that a territory is never ranked lower for stating more.
    """
    return _saturated(math.fsum(bits), HALF_SHARED_BITS)


def experience_value(answered: Iterable[float]) -> float:
    """The criterion for how well each problem of one side is answered by the other; 0 when none is."""
    return _saturated(math.fsum(answered), HALF_ANSWERED_NEEDS)


def _saturated(amount: float, half: float) -> float:
    return amount / (amount + half)


@dataclass(frozen=True, slots=True)
class Offer:
    """What one initiative brings: its weight in (0, 1], and its share on each theme it says something on."""

    initiative: Initiative
    weight: float
    reach: Mapping[str, float]

    def fit(self, need: Need) -> tuple[float, str | None]:
        """How well it answers a need, in [0, 1], and through which of the need's themes."""
        best, through = 0.0, None
        for theme, strength in need.answers:
            share = strength * self.reach.get(theme, 0.0)
            if share > best:
                best, through = share, theme
        return best * self.weight, through


def offer_of(initiative: Initiative, themes: Themes, year: int) -> Offer:
    """What an initiative brings in `year`. A maturity that is not known here weighs as an unknown one."""
    weight = MATURITY_WEIGHT.get(initiative.maturity, MATURITY_WEIGHT[None])
    return Offer(initiative, weight * recency(initiative, year), themes.reach(initiative.themes))


def recency(initiative: Initiative, year: int) -> float:
    """Share in (0, 1] of an initiative's experience that is still there; 1 where no end is stated."""
    if initiative.end_year is None:
        return 1.0
    years = max(0, year - initiative.end_year - FRESH_YEARS)
    return math.pow(0.5, years / AGEING_HALF_LIFE_YEARS)


def answer(need: Need, offers: Sequence[Offer]) -> float:
    """How well the offers together answer a need, in [0, 1]: each settles its share of what the others left open."""
    fits = sorted((offer.fit(need)[0] for offer in offers), reverse=True)[:COUNTED_INITIATIVES]
    return 1 - math.prod(1 - DOUBT_SETTLED * fit for fit in fits)


def links_value(cooperations: Sequence[Cooperation], networks: int) -> float | None:
    """What common cooperations and networks carry together; None when none is recorded: that is not "none"."""
    carried = [STAGE_WEIGHT.get(c.stage, STAGE_WEIGHT[None]) for c in cooperations]
    carried += [NETWORK_WEIGHT] * networks
    return 1 - math.prod(1 - weight for weight in carried) if carried else None


def common_cooperations(one: TerritoryProfile, other: TerritoryProfile) -> tuple[Cooperation, ...]:
    """The cooperations that both take part in."""
    return tuple(c for c in one.cooperations if other.id in c.party_ids)


def common_networks(one: TerritoryProfile, other: TerritoryProfile) -> tuple[str, ...]:
    """Ids of the networks that both are in now, in a fixed order."""
    return tuple(sorted(one.networks & other.networks))


def own_population(territory: Territory) -> Population | None:
    """The population that may stand for the territory itself, or None.

    A populated place stands for its municipality: the two differ by far less than the factors compared here.
    """
    population = territory.population
    if population is None or population.value <= 0:
        return None
    own = population.scope is Scope.TERRITORY
    return population if own or _is_its_place(territory, population) else None


def _is_its_place(territory: Territory, population: Population) -> bool:
    return population.scope is Scope.POPULATED_PLACE and territory.kind == "municipality"


def scale_value(one: Territory, other: Territory) -> float | None:
    """How comparable two territories are in size and level; None unless both populations are their own."""
    first, second = own_population(one), own_population(other)
    if first is None or second is None:
        return None
    distance = abs(math.log(first.value) - math.log(second.value))
    size = math.pow(0.5, distance / math.log(SCALE_HALVING_FACTOR))
    levels = (LEVEL.get(one.kind), LEVEL.get(other.kind))
    if levels[0] is None or levels[1] is None:
        return size
    level = math.pow(0.5, abs(levels[0] - levels[1]))
    return POPULATION_SHARE * size + (1 - POPULATION_SHARE) * level
