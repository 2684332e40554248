"""Which territories are the best partners of one, and with what score.

A score is the weighted sum of the criteria. A criterion that the facts do not allow counts with what it is worth
between two territories on average (`PRIOR`), which is the same as weighing anew over the known criteria and then
drawing the result towards the average by the weight that is not known. So a gap is never read as zero, and
little known is never read as much. See docs/adr/0004-matching-score.md.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from services.matching.domain.criteria import (
    Criterion,
    answer,
    common_cooperations,
    common_networks,
    experience_value,
    links_value,
    scale_value,
    shared_value,
)
from services.matching.domain.index import Index
from services.matching.domain.profile import Need, TerritoryProfile

RULES_VERSION = "2026-11.1"
"""Changes with any weight, prior, table or formula of `domain/`: two scores compare only under one version."""

WEIGHTS: Mapping[Criterion, float] = {
    Criterion.SHARED_PROBLEMS: 0.30,
    Criterion.EXPERIENCE_FOR_SEEKER: 0.20,
    Criterion.EXPERIENCE_FOR_CANDIDATE: 0.20,
    Criterion.EXISTING_LINKS: 0.20,
    Criterion.SCALE: 0.10,
}
"""Share of the score; they sum to 1. Partners come together on a common problem, so that weighs most. Both
directions weigh the same, for a cooperation gives and takes: hence a match scores the same from either side. A link
weighs what one direction does: Let's Food chose its partner cities by the strength of the cooperation that was there.
Scale weighs least: a department works with a province, a metropolis with a commune."""

PRIOR: Mapping[Criterion, float] = {
    Criterion.SHARED_PROBLEMS: 0.05,
    Criterion.EXPERIENCE_FOR_SEEKER: 0.20,
    Criterion.EXPERIENCE_FOR_CANDIDATE: 0.20,
    Criterion.EXISTING_LINKS: 0.02,
    Criterion.SCALE: 0.60,
}
"""What a criterion is worth where it is not known: its mean over the pairs of territories of the first data set
(953 territories, November 2026) for which it is, rounded. Links are recorded only where they are known to exist, so
they have no such mean: a recorded one is worth 0.18, and we assume that one pair in ten has one."""

DECIMALS = 4
"""Contributions are rounded to this before they are added, so that what is shown sums to the score exactly."""


@dataclass(frozen=True, slots=True)
class Part:
    """One criterion of a score. `value` is None where it is not known; then `contribution` is weight × prior."""

    criterion: Criterion
    value: float | None
    weight: float
    contribution: float


@dataclass(frozen=True, slots=True)
class Score:
    """`total` in [0, 1] is the sum of the contributions; `coverage` in [0, 1] the weight of what is known."""

    total: float
    coverage: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What a seeker looks for: countries of the candidates, themes (with all narrower ones); empty means any."""

    countries: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    candidate_id: str
    score: Score


@dataclass(frozen=True, slots=True)
class Ranking:
    """The matches, best first, as far as asked for; beside them how many territories of the selection have facts and
    nothing in common with the seeker, of how many no fact is recorded, and the ids of those among both that the seeker
    cooperates with already: lack of data hides no partner."""

    matches: tuple[Match, ...]
    nothing_in_common: int
    without_facts: int
    partners_not_ranked: tuple[str, ...]


@dataclass(slots=True)
class _Sums:
    """What postings add up to for one candidate."""

    shared: list[float] = field(default_factory=list)
    for_seeker: list[float] = field(default_factory=list)
    for_candidate: list[float] = field(default_factory=list)


def score(values: Mapping[Criterion, float | None]) -> Score:
    """The score for the criteria's values; a criterion that is absent or None is not known."""
    parts = tuple(
        Part(criterion, values.get(criterion), weight, _contribution(criterion, values.get(criterion)))
        for criterion, weight in WEIGHTS.items()
    )
    return Score(
        total=round(sum(part.contribution for part in parts), DECIMALS),
        coverage=round(sum(part.weight for part in parts if part.value is not None), DECIMALS),
        parts=parts,
    )


def _contribution(criterion: Criterion, value: float | None) -> float:
    return round(WEIGHTS[criterion] * (PRIOR[criterion] if value is None else value), DECIMALS)


def _place(values: Mapping[Criterion, float | None], slug: str) -> tuple[float, float, str]:
    """What a match is ordered by: the score, then the coverage, both the higher the better, then the slug."""
    total = coverage = 0.0
    for criterion, value in values.items():
        total += _contribution(criterion, value)
        if value is not None:
            coverage += WEIGHTS[criterion]
    return -round(total, DECIMALS), -round(coverage, DECIMALS), slug


class Focus:
    """A selection's themes, applied to needs and initiatives; without themes everything is let through."""

    def __init__(self, index: Index, selection: Selection) -> None:
        self._index = index
        self._chosen = index.themes.within(selection.themes) if selection.themes else None
        above = (index.themes.above(code) for code in selection.themes)
        self._related = self._chosen.union(*above) if self._chosen is not None else None

    def need(self, need: Need) -> Need | None:
        """The need as far as the themes touch it, or None when they do not."""
        if self._related is None:
            return need
        answers = tuple(entry for entry in need.answers if entry[0] in self._related)
        return Need(need.problem, answers) if answers else None

    def needs(self, profile: TerritoryProfile) -> tuple[Need, ...]:
        """A profile's needs, narrowed."""
        return tuple(n for need in profile.needs if (n := self.need(need)) is not None)

    def covers(self, themes: Iterable[str]) -> bool:
        """Whether an initiative with these themes is among those looked for."""
        return self._chosen is None or not self._chosen.isdisjoint(themes)

    def answer(self, need: Need, territory_id: str) -> float:
        """How well a territory's initiatives on the themes answer a need, in [0, 1]."""
        if self._chosen is None and need in self._index.answers:
            return self._index.answers[need].get(territory_id, 0.0)
        offers = self._index.offers[territory_id]
        return answer(need, [offer for offer in offers if self.covers(offer.initiative.themes)])

    def answers(self, need: Need) -> Mapping[str, float]:
        """Every territory whose initiatives on the themes answer a need → how well, in (0, 1]."""
        if self._chosen is None and need in self._index.answers:
            return self._index.answers[need]
        found = {t: self.answer(need, t) for t in self._index.answering(need)}
        return {territory_id: value for territory_id, value in found.items() if value > 0}


def rank(seeker: TerritoryProfile, index: Index, selection: Selection, limit: int | None = None) -> Ranking:
    """The seeker's matches, best first: by score, then by coverage, then by slug; at most `limit` of them.

    A territory with which the seeker shares no problem, and of which neither answers a problem of the other, is no
    match: comparable size or a link alone give nothing to work on.
    """
    focus = Focus(index, selection)
    eligible = {
        candidate.id: candidate
        for candidate in index.profiles.values()
        if candidate.id != seeker.id
        and (not selection.countries or candidate.territory.country_code in selection.countries)
    }
    found = {
        candidate_id: _values(seeker, eligible[candidate_id], added)
        for candidate_id, added in _sums(seeker, index, focus).items()
        if candidate_id in eligible
    }
    order = sorted(found, key=lambda i: _place(found[i], eligible[i].territory.slug))
    without_facts = sum(not candidate.has_facts for candidate in eligible.values())
    return Ranking(
        matches=tuple(Match(candidate_id, score(found[candidate_id])) for candidate_id in order[:limit]),
        nothing_in_common=len(eligible) - len(found) - without_facts,
        without_facts=without_facts,
        partners_not_ranked=tuple(
            sorted((_partners(seeker) & eligible.keys()) - found.keys(), key=lambda i: eligible[i].territory.slug)
        ),
    )


def _partners(seeker: TerritoryProfile) -> frozenset[str]:
    return frozenset(party for cooperation in seeker.cooperations for party in cooperation.party_ids)


def _sums(seeker: TerritoryProfile, index: Index, focus: Focus) -> dict[str, _Sums]:
    sums: defaultdict[str, _Sums] = defaultdict(_Sums)
    seeking = focus.needs(seeker)
    sharing = {need.problem: index.rarity(need.problem) for need in seeking if need.problem is not None}
    for need in seeking:
        for territory_id, value in focus.answers(need).items():
            sums[territory_id].for_seeker.append(value)
    for whole in index.having:
        narrowed = focus.need(whole)
        if narrowed is None:
            continue
        bits = sharing.get(narrowed.problem or "")
        value = focus.answer(narrowed, seeker.id)
        if bits is None and value == 0:
            continue
        for territory_id in index.having.under(whole):
            added = sums[territory_id]
            if bits is not None:
                added.shared.append(bits)
            if value > 0:
                added.for_candidate.append(value)
    return sums


def _values(seeker: TerritoryProfile, candidate: TerritoryProfile, added: _Sums) -> Mapping[Criterion, float | None]:
    networks = common_networks(seeker, candidate)
    return {
        Criterion.SHARED_PROBLEMS: (shared_value(added.shared) if seeker.problems and candidate.problems else None),
        Criterion.EXPERIENCE_FOR_SEEKER: _experience(seeker, candidate, added.for_seeker),
        Criterion.EXPERIENCE_FOR_CANDIDATE: _experience(candidate, seeker, added.for_candidate),
        Criterion.EXISTING_LINKS: links_value(common_cooperations(seeker, candidate), len(networks)),
        Criterion.SCALE: scale_value(seeker.territory, candidate.territory),
    }


def _experience(receiver: TerritoryProfile, giver: TerritoryProfile, answered: Collection[float]) -> float | None:
    return experience_value(answered) if receiver.needs and giver.initiatives else None
