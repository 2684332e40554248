"""The reasons of a match."""

from collections.abc import Callable

from services.matching.domain.criteria import Criterion
from services.matching.domain.crosswalk import Relation
from services.matching.domain.explanation import (
    BROUGHT_INITIATIVES,
    Explanation,
    Fact,
    Missing,
    Of,
    explain,
    missing_of,
)
from services.matching.domain.index import Index
from services.matching.domain.profile import Cooperation, Scope, TerritoryProfile
from services.matching.domain.ranking import Focus, Selection, rank

MakeProfile = Callable[..., TerritoryProfile]
MakeIndex = Callable[..., Index]


def explained(index: Index, seeker: str, candidate: str, *themes: str) -> Explanation:
    one, other = index.find(seeker), index.find(candidate)
    assert one is not None
    assert other is not None
    return explain(one, other, index, Focus(index, Selection(themes=frozenset(themes))))


def missing(index: Index, seeker: str, *themes: str) -> tuple[Missing, ...]:
    one = index.find(seeker)
    assert one is not None
    return missing_of(one, index, Focus(index, Selection(themes=frozenset(themes))))


def test_a_shared_problem_comes_with_the_evidence_of_both_sides(profile: MakeProfile, index_of: MakeIndex) -> None:
    index = index_of(profile("a", ["obesity"]), profile("b", ["obesity"]))
    [shared] = explained(index, "a", "b").shared
    assert [statement.evidence["fr"]["text"] for statement in shared.seeker] == ["a says obesity"]
    assert [statement.sources[0]["title"] for statement in shared.candidate] == ["report on b"]
    assert shared.stated_by_territories == 2


def test_the_rarest_shared_problem_comes_first(profile: MakeProfile, index_of: MakeIndex) -> None:
    both = ["food_waste", "heritage_loss"]
    index = index_of(profile("a", both), profile("b", both), profile("c", ["food_waste"]))
    assert [s.problem for s in explained(index, "a", "b").shared] == ["heritage_loss", "food_waste"]


def test_each_direction_names_initiatives_of_the_giver_and_the_problems_they_answer(
    profile: MakeProfile, index_of: MakeIndex
) -> None:
    index = index_of(
        profile("wet", ["food_waste"], [["water"]]),
        profile("dry", ["water_scarcity"], [["organic_waste"], ["tourism"]]),
    )
    found = explained(index, "wet", "dry")
    [to_seeker], [to_candidate] = found.for_seeker, found.for_candidate
    assert to_seeker.initiative.territory_id == "id-dry"
    assert [(a.need.problem, a.theme, a.relation) for a in to_seeker.answers] == [
        ("food_waste", "organic_waste", Relation.CONTRIBUTES)
    ]
    assert to_candidate.initiative.territory_id == "id-wet"
    assert to_candidate.initiative.sources
    judgement = to_candidate.answers[0].judgement
    assert judgement is not None
    assert judgement["en"]["text"] == "Same subject."
    assert (found.answered_for_seeker, found.needs_of_seeker) == (1, 1)


def test_what_is_brought_covers_the_problems_before_it_repeats_itself(
    profile: MakeProfile, index_of: MakeIndex
) -> None:
    giver = profile("giver", [], [["water"], ["water"], ["water"], ["fisheries"], ["water"]])
    index = index_of(profile("seeker", ["water_scarcity", "fishery_decline"]), giver)
    brought = explained(index, "seeker", "giver").for_seeker
    assert len(brought) == BROUGHT_INITIATIVES
    assert {b.answers[0].theme for b in brought[:2]} == {"water", "fisheries"}


def test_the_theme_of_the_statement_is_named_before_our_judgement(profile: MakeProfile, index_of: MakeIndex) -> None:
    seeker = profile("seeker", [("small_farm_income", "short_chains")])
    index = index_of(seeker, profile("giver", [], [["farmers_markets", "short_chains"]]))
    [brought] = explained(index, "seeker", "giver").for_seeker
    assert (brought.answers[0].theme, brought.answers[0].relation) == ("short_chains", Relation.STATED)
    assert brought.answers[0].judgement is None


def test_a_theme_narrows_the_reasons(profile: MakeProfile, index_of: MakeIndex) -> None:
    both = ["obesity", "water_scarcity"]
    index = index_of(profile("a", both, [["water"]]), profile("b", both, [["water"], ["food_education"]]))
    found = explained(index, "a", "b", "water")
    assert [shared.problem for shared in found.shared] == ["water_scarcity"]
    assert [b.initiative.themes for b in found.for_seeker] == [("water",)]


def test_every_unknown_criterion_has_a_missing_fact_and_no_known_one_has(
    profile: MakeProfile, index_of: MakeIndex, cooperation: Callable[..., Cooperation]
) -> None:
    link = cooperation("full", "giver")
    profiles = [
        profile("full", ["obesity", "food_waste"], [["water"]], population=1000, cooperations=[link]),
        profile("giver", [], [["food_waste"]], population=9000, scope=Scope.MAIN_CITY, cooperations=[link]),
        profile("stater", ["obesity", (None, "water")], population=2000),
        profile("vague", [(None, "water")], [["food_education"]]),
    ]
    index = index_of(*profiles)
    compared = 0
    for one in profiles:
        for match in rank(one, index, Selection()).matches:
            found = explain(one, index.profiles[match.candidate_id], index, Focus(index, Selection()))
            named = {criterion for entry in found.missing for criterion in entry.criteria}
            assert named == {part.criterion for part in match.score.parts if part.value is None}
            compared += 1
    assert compared >= 8


def test_a_territory_without_facts_is_told_what_each_would_change(profile: MakeProfile, index_of: MakeIndex) -> None:
    others = [profile("a", ["obesity"], population=10), profile("b", ["obesity"]), profile("c", [(None, "water")])]
    index = index_of(profile("village"), *others)
    assert [(m.fact, m.of, m.territories) for m in missing(index, "village")] == [
        (Fact.PROBLEMS, Of.SEEKER, 2),
        (Fact.INITIATIVES, Of.SEEKER, 3),
        (Fact.POPULATION, Of.SEEKER, 1),
    ]
    assert missing(index, "village")[0].criteria == (Criterion.SHARED_PROBLEMS, Criterion.EXPERIENCE_FOR_SEEKER)
    assert missing(index, "village")[0].weight == 0.5


def test_nothing_on_the_theme_is_said_and_not_taken_for_nothing_at_all(
    profile: MakeProfile, index_of: MakeIndex
) -> None:
    index = index_of(profile("a", ["obesity"], [["food_education"]], population=10))
    assert missing(index, "a") == ()
    assert [m.fact for m in missing(index, "a", "fisheries")] == [Fact.ON_THEME]
    assert missing(index, "a", "food_education") == ()
