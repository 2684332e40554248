"""Why two territories match: the problems they share, who could bring what to whom, and what is not known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.matching.domain.criteria import (
    DOUBT_SETTLED,
    Criterion,
    Offer,
    common_cooperations,
    common_networks,
    own_population,
)
from services.matching.domain.crosswalk import Relation, relation_of
from services.matching.domain.index import Index
from services.matching.domain.profile import Cooperation, Initiative, Need, Statement, TerritoryProfile, Text
from services.matching.domain.ranking import WEIGHTS, Focus

BROUGHT_INITIATIVES = 3
"""Initiatives shown per direction: enough for the agenda of a first call."""


@dataclass(frozen=True, slots=True)
class SharedProblem:
    """A problem that both state, how rare it is, and what each says of it."""

    problem: str
    rarity_bits: float
    stated_by_territories: int
    seeker: tuple[Statement, ...]
    candidate: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """A need that an initiative answers, through which theme, how, and how well (in (0, 1])."""

    need: Need
    theme: str
    relation: Relation
    judgement: Text | None
    fit: float


@dataclass(frozen=True, slots=True)
class Brought:
    """An initiative that one side could bring to the other, and the needs that it answers, best first."""

    initiative: Initiative
    answers: tuple[Answered, ...]


class Fact(StrEnum):
    """A fact that is missing."""

    PROBLEMS = "problems"
    INITIATIVES = "initiatives"
    POPULATION = "population"
    LINK = "link"
    ON_THEME = "on_theme"


class Of(StrEnum):
    """Whose fact it is."""

    SEEKER = "seeker"
    CANDIDATE = "candidate"
    PAIR = "pair"


@dataclass(frozen=True, slots=True)
class Missing:
    """A missing fact and the criteria that are not known without it.

    `territories` is how many territories could be compared on them if it were there (for the seeker's own facts).
    """

    fact: Fact
    of: Of
    criteria: tuple[Criterion, ...]
    territories: int | None = None

    @property
    def weight(self) -> float:
        """Share of the score that rests on those criteria."""
        return round(sum(WEIGHTS[criterion] for criterion in self.criteria), 4)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The facts behind one match. `answered_…` of `needs_…` problems of a side are answered by the other."""

    shared: tuple[SharedProblem, ...]
    for_seeker: tuple[Brought, ...]
    for_candidate: tuple[Brought, ...]
    cooperations: tuple[Cooperation, ...]
    networks: tuple[str, ...]
    missing: tuple[Missing, ...]
    needs_of_seeker: int
    answered_for_seeker: int
    needs_of_candidate: int
    answered_for_candidate: int


def explain(seeker: TerritoryProfile, candidate: TerritoryProfile, index: Index, focus: Focus) -> Explanation:
    """The facts behind one match, as far as the focus lets them through."""
    cooperations, networks = common_cooperations(seeker, candidate), common_networks(seeker, candidate)
    seeking, wanting = focus.needs(seeker), focus.needs(candidate)
    return Explanation(
        shared=_shared(seeker, candidate, index, focus),
        for_seeker=_brought(seeker, candidate, index, focus),
        for_candidate=_brought(candidate, seeker, index, focus),
        cooperations=cooperations,
        networks=networks,
        missing=_missing_between(seeker, candidate, linked=bool(cooperations or networks)),
        needs_of_seeker=len(seeking),
        answered_for_seeker=sum(focus.answer(need, candidate.id) > 0 for need in seeking),
        needs_of_candidate=len(wanting),
        answered_for_candidate=sum(focus.answer(need, seeker.id) > 0 for need in wanting),
    )


def missing_of(seeker: TerritoryProfile, index: Index, focus: Focus) -> tuple[Missing, ...]:
    """The facts that are missing of the seeker itself, and what each would change."""
    found = []
    if not seeker.problems:
        found.append(Missing(Fact.PROBLEMS, Of.SEEKER, _lost_without_problems(seeker, Of.SEEKER), index.stating_any))
    if not seeker.initiatives:
        receivers = sum(bool(profile.needs) for profile in index.profiles.values())
        found.append(Missing(Fact.INITIATIVES, Of.SEEKER, (Criterion.EXPERIENCE_FOR_CANDIDATE,), receivers))
    if own_population(seeker.territory) is None:
        sized = sum(own_population(profile.territory) is not None for profile in index.profiles.values())
        found.append(Missing(Fact.POPULATION, Of.SEEKER, (Criterion.SCALE,), sized))
    on_theme = focus.needs(seeker) or any(focus.covers(i.themes) for i in seeker.initiatives)
    if seeker.has_facts and not on_theme:
        found.append(Missing(Fact.ON_THEME, Of.SEEKER, ()))
    return tuple(found)


def _missing_between(seeker: TerritoryProfile, candidate: TerritoryProfile, *, linked: bool) -> tuple[Missing, ...]:
    found = []
    for profile, of, giving in (
        (seeker, Of.SEEKER, Criterion.EXPERIENCE_FOR_CANDIDATE),
        (candidate, Of.CANDIDATE, Criterion.EXPERIENCE_FOR_SEEKER),
    ):
        if not profile.problems:
            found.append(Missing(Fact.PROBLEMS, of, _lost_without_problems(profile, of)))
        if not profile.initiatives:
            found.append(Missing(Fact.INITIATIVES, of, (giving,)))
        if own_population(profile.territory) is None:
            found.append(Missing(Fact.POPULATION, of, (Criterion.SCALE,)))
    if not linked:
        found.append(Missing(Fact.LINK, Of.PAIR, (Criterion.EXISTING_LINKS,)))
    return tuple(found)


def _lost_without_problems(profile: TerritoryProfile, of: Of) -> tuple[Criterion, ...]:
    receiving = Criterion.EXPERIENCE_FOR_SEEKER if of is Of.SEEKER else Criterion.EXPERIENCE_FOR_CANDIDATE
    return (Criterion.SHARED_PROBLEMS,) if profile.needs else (Criterion.SHARED_PROBLEMS, receiving)


def _shared(
    seeker: TerritoryProfile, candidate: TerritoryProfile, index: Index, focus: Focus
) -> tuple[SharedProblem, ...]:
    theirs = {need.problem: need for need in focus.needs(candidate) if need.problem is not None}
    found = [
        SharedProblem(
            problem=need.problem,
            rarity_bits=index.rarity(need.problem),
            stated_by_territories=len(index.stating.under(need.problem)),
            seeker=seeker.statements_of(need),
            candidate=candidate.statements_of(theirs[need.problem]),
        )
        for need in focus.needs(seeker)
        if need.problem is not None and need.problem in theirs
    ]
    return tuple(sorted(found, key=lambda shared: (-shared.rarity_bits, shared.problem)))


def _brought(receiver: TerritoryProfile, giver: TerritoryProfile, index: Index, focus: Focus) -> tuple[Brought, ...]:
    """The giver's initiatives that settle most of the receiver's doubts, each counted after those before it."""
    needs = focus.needs(receiver)
    fits = {
        offer.initiative.id: answered
        for offer in index.offers[giver.id]
        if focus.covers(offer.initiative.themes) and (answered := _answered(offer, needs, receiver))
    }
    waiting = {i.id: i for i in giver.initiatives if i.id in fits}
    doubt = dict.fromkeys(needs, 1.0)
    found: list[Brought] = []
    while waiting and len(found) < BROUGHT_INITIATIVES:
        best = min(waiting.values(), key=lambda i: (-_gain(fits[i.id], doubt), i.slug))
        del waiting[best.id]
        for settled in fits[best.id]:
            doubt[settled.need] *= 1 - DOUBT_SETTLED * settled.fit
        found.append(Brought(best, fits[best.id]))
    return tuple(found)


def _gain(answers: Sequence[Answered], doubt: Mapping[Need, float]) -> float:
    return sum(doubt[answered.need] * answered.fit for answered in answers)


def _answered(offer: Offer, needs: Sequence[Need], receiver: TerritoryProfile) -> tuple[Answered, ...]:
    found = []
    for need in needs:
        fit, theme = offer.fit(need)
        if theme is not None:
            relation, judgement = relation_of(need, theme, receiver.statements_of(need))
            found.append(Answered(need, theme, relation, judgement, fit))
    return tuple(sorted(found, key=lambda answered: (-answered.fit, answered.theme)))
