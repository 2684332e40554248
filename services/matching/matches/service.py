"""The best partners of a territory, with their reasons: ranking and wording, in a thread of its own."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from services.common.languages import Languages
from services.common.problems import UNAVAILABLE, Problem, not_found, unknown_code
from services.matching.domain.explanation import Explanation, Missing, explain, missing_of
from services.matching.domain.index import Index
from services.matching.domain.profile import TerritoryProfile
from services.matching.domain.ranking import RULES_VERSION, Focus, Ranking, Score, Selection, rank
from services.matching.matches.reader import Reader
from services.matching.matches.representation import match_read, missing_read, partner_read
from services.matching.matches.schemas import LeftOutRead, MatchesRead
from services.matching.profiles.facts import THEMES, Labels
from services.matching.profiles.store import ProfileStore

LABELLED = ("problems", THEMES, "maturities", "devices", "cooperation_stages", "territory_kinds")
"""The vocabularies whose codes an answer names."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What was worked out while the index could not change; everything in it is immutable."""

    seeker: TerritoryProfile
    ranking: Ranking
    matches: tuple[tuple[TerritoryProfile, Score, Explanation], ...]
    partners: tuple[tuple[TerritoryProfile, Explanation], ...]
    missing: tuple[Missing, ...]
    stating_any: int
    labels: dict[str, Labels]
    networks: dict[str, str]


async def find_matches(
    store: ProfileStore, ref: str, selection: Selection, limit: int, languages: Languages
) -> MatchesRead:
    """At most `limit` partners of the territory `ref` (id or slug), best first.

    Raises `Problem`: 404 for an unknown territory, 400 for a theme outside its vocabulary, 503 before the first
    snapshot of the catalog was taken in.
    """
    return await asyncio.to_thread(_answer, store, ref, selection, limit, languages)


def not_ready() -> Problem:
    """Nothing has been heard of the catalog yet."""
    return Problem(
        UNAVAILABLE,
        {
            "en": "Matching is still reading the catalog for the first time.",
            "fr": "Le service lit encore le catalogue pour la première fois.",
            "ar": "لا تزال الخدمة تقرأ الفهرس لأول مرة.",
        },
        headers={"Retry-After": "1"},
    )


def _answer(store: ProfileStore, ref: str, selection: Selection, limit: int, languages: Languages) -> MatchesRead:
    found = _find(store, ref, selection, limit)
    reader = Reader(languages, found.labels, found.networks)
    ranking = found.ranking
    return MatchesRead(
        territory=reader.territory(found.seeker),
        rules_version=RULES_VERSION,
        rankable=found.seeker.has_facts,
        items=[
            match_read(found.seeker, candidate, score, explanation, found.stating_any, reader)
            for candidate, score, explanation in found.matches
        ],
        missing=missing_read(found.missing, found.seeker, None, reader),
        partners_not_ranked=[
            partner_read(found.seeker, partner, explanation, reader) for partner, explanation in found.partners
        ],
        left_out=LeftOutRead(nothing_in_common=ranking.nothing_in_common, without_facts=ranking.without_facts)
        if found.seeker.has_facts
        else None,
    )


def _find(store: ProfileStore, ref: str, selection: Selection, limit: int) -> _Found:
    with store.reading() as (index, facts):
        if not store.loaded:
            raise not_ready()
        seeker = index.find(ref)
        if seeker is None:
            raise not_found(ref)
        labels = {vocabulary: facts.labels(vocabulary) for vocabulary in LABELLED}
        _check_themes(selection.themes, labels[THEMES])
        focus = Focus(index, selection)
        ranking = rank(seeker, index, selection, limit)
        return _Found(
            seeker=seeker,
            ranking=ranking,
            matches=tuple(_explained(seeker, ranking, index, focus)),
            partners=tuple(
                (index.profiles[i], explain(seeker, index.profiles[i], index, focus))
                for i in ranking.partners_not_ranked[:limit]
            ),
            missing=missing_of(seeker, index, focus),
            stating_any=index.stating_any,
            labels=labels,
            networks=dict(facts.network_names),
        )


def _explained(
    seeker: TerritoryProfile, ranking: Ranking, index: Index, focus: Focus
) -> Iterable[tuple[TerritoryProfile, Score, Explanation]]:
    for match in ranking.matches:
        candidate = index.profiles[match.candidate_id]
        yield candidate, match.score, explain(seeker, candidate, index, focus)


def _check_themes(themes: frozenset[str], known: Labels) -> None:
    for theme in sorted(themes - known.keys()):
        raise unknown_code("theme", theme, sorted(known))
