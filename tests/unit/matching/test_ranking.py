"""What holds of every ranking."""

import itertools
import random
from collections.abc import Callable

import pytest

from services.matching.domain.criteria import Criterion
from services.matching.domain.index import Index
from services.matching.domain.profile import Cooperation, TerritoryProfile
from services.matching.domain.ranking import PRIOR, WEIGHTS, Score, Selection, rank, score
from services.matching.domain.themes import Themes

MakeProfile = Callable[..., TerritoryProfile]
MakeIndex = Callable[..., Index]
MakeCooperation = Callable[..., Cooperation]

ANY = Selection()
PROBLEMS = ["food_waste", "obesity", "water_scarcity", "farm_succession", "heritage_loss"]
THEMES = ["food_waste", "organic_waste", "food_education", "water", "agroecology", "farm_installation"]


@pytest.fixture
def crowd(profile: MakeProfile, cooperation: MakeCooperation) -> list[TerritoryProfile]:
    """Forty territories with facts drawn at random, always the same ones."""
    draw = random.Random(3)
    made = []
    for number in range(40):
        slug = f"t{number:02}"
        problems = draw.sample(PROBLEMS, draw.choice([0, 1, 1, 2, 3]))
        initiatives = [draw.sample(THEMES, draw.choice([1, 2])) for _ in range(draw.choice([0, 0, 1, 2, 4]))]
        cooperations = [cooperation("t01", "t02")] if slug in {"t01", "t02"} else []
        made.append(
            profile(
                slug,
                problems,
                initiatives,
                population=draw.choice([None, 5_000, 80_000, 2_000_000]),
                kind=draw.choice(["municipality", "department", "other"]),
                networks=draw.choice([[], [], ["mufpp"]]),
                cooperations=cooperations,
            )
        )
    return made


def ranked(index: Index, slug: str, selection: Selection = ANY) -> dict[str, Score]:
    seeker = index.find(slug)
    assert seeker is not None
    ranking = rank(seeker, index, selection)
    return {index.profiles[match.candidate_id].territory.slug: match.score for match in ranking.matches}


def test_weights_sum_to_one_and_every_criterion_has_a_prior_between_nothing_and_all() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    assert WEIGHTS.keys() == PRIOR.keys() == set(Criterion)
    assert all(0 < prior < 1 for prior in PRIOR.values())


def test_a_score_lies_between_0_and_1_and_is_the_sum_of_its_contributions(
    crowd: list[TerritoryProfile], index_of: MakeIndex
) -> None:
    index = index_of(*crowd)
    scores = [found for one in crowd for found in ranked(index, one.territory.slug).values()]
    assert len(scores) > 500
    for found in scores:
        assert 0 < found.total < 1
        assert found.total == round(sum(part.contribution for part in found.parts), 4)
        for part in found.parts:
            stand_in = PRIOR[part.criterion] if part.value is None else part.value
            assert part.contribution == pytest.approx(part.weight * stand_in, abs=1e-4)


def test_a_score_is_the_same_from_either_side(crowd: list[TerritoryProfile], index_of: MakeIndex) -> None:
    index = index_of(*crowd)
    tables = {one.territory.slug: ranked(index, one.territory.slug) for one in crowd}
    mirrored = {Criterion.EXPERIENCE_FOR_SEEKER: Criterion.EXPERIENCE_FOR_CANDIDATE}
    mirrored |= {there: here for here, there in mirrored.items()}
    for one, other in itertools.combinations(tables, 2):
        there, back = tables[one].get(other), tables[other].get(one)
        assert (there is None) == (back is None)
        if there and back:
            assert there.total == pytest.approx(back.total, abs=1e-3)
            returned = {part.criterion: part.value for part in back.parts}
            for part in there.parts:
                assert part.value == pytest.approx(returned[mirrored.get(part.criterion, part.criterion)])


@pytest.mark.parametrize("criterion", list(Criterion))
def test_unknown_never_counts_as_zero(criterion: Criterion) -> None:
    known = dict.fromkeys(Criterion, 0.5)
    unknown, zero = score({**known, criterion: None}), score({**known, criterion: 0.0})
    assert unknown.total > zero.total
    assert unknown.coverage < zero.coverage == 1


def test_little_known_does_not_outrank_much_known() -> None:
    one_perfect_criterion = score({Criterion.SHARED_PROBLEMS: 1.0})
    solid = score(dict.fromkeys(Criterion, 0.6))
    assert one_perfect_criterion.total < solid.total
    assert one_perfect_criterion.coverage == WEIGHTS[Criterion.SHARED_PROBLEMS]


def test_a_rarer_shared_problem_ranks_higher(profile: MakeProfile, index_of: MakeIndex) -> None:
    others = [profile(f"o{n}", ["food_waste"]) for n in range(5)]
    seeker = profile("seeker", ["food_waste", "heritage_loss"])
    index = index_of(seeker, profile("rare", ["heritage_loss"]), profile("common", ["food_waste"]), *others)
    found = ranked(index, "seeker")
    assert found["rare"].total > found["common"].total


def test_stating_more_never_lowers_a_territory(profile: MakeProfile, index_of: MakeIndex) -> None:
    others = [profile(f"o{n}", ["water_scarcity"], [["water"]]) for n in range(5)]
    seeker = profile("seeker", ["food_waste"], [["food_education"]])
    little = profile("little", ["food_waste"], [["food_waste"]])
    more = profile("more", ["food_waste", "water_scarcity"], [["food_waste"], ["fisheries"]])
    found = ranked(index_of(seeker, little, more, *others), "seeker")
    assert found["more"].total >= found["little"].total


def test_the_order_of_a_pair_does_not_depend_on_a_territory_that_has_nothing_to_do_with_it(
    crowd: list[TerritoryProfile], index_of: MakeIndex, profile: MakeProfile
) -> None:
    stranger = profile("stranger", [], [["fisheries"]], population=80_000)
    before = ranked(index_of(*crowd), "t05")
    after = ranked(index_of(*crowd, stranger), "t05")
    assert before == {slug: found for slug, found in after.items() if slug != "stranger"}


def test_a_stranger_with_problems_changes_scores_through_rarity_alone(
    crowd: list[TerritoryProfile], index_of: MakeIndex, profile: MakeProfile
) -> None:
    stranger = profile("stranger", ["fishery_decline"])
    before, after = (ranked(index_of(*crowd, *extra), "t05") for extra in ([], [stranger]))
    for slug, found in before.items():
        for part, other in zip(found.parts, after[slug].parts, strict=True):
            if part.criterion is not Criterion.SHARED_PROBLEMS:
                assert part == other


def test_the_order_is_the_same_however_the_territories_came_in(
    crowd: list[TerritoryProfile], index_of: MakeIndex
) -> None:
    shuffled = crowd.copy()
    shuffled.reverse()
    for one in crowd:
        slug = one.territory.slug
        assert list(ranked(index_of(*crowd), slug)) == list(ranked(index_of(*shuffled), slug))


def test_equal_scores_are_ordered_by_slug(profile: MakeProfile, index_of: MakeIndex) -> None:
    twins = [profile(slug, ["obesity"]) for slug in ("zulu", "alfa", "mike")]
    assert list(ranked(index_of(profile("seeker", ["obesity"]), *twins), "seeker")) == ["alfa", "mike", "zulu"]


def test_equal_size_or_a_link_alone_is_no_match(
    profile: MakeProfile, index_of: MakeIndex, cooperation: MakeCooperation
) -> None:
    link = cooperation("seeker", "partner")
    seeker = profile("seeker", ["obesity"], [["water"]], population=50_000, cooperations=[link])
    partner = profile("partner", ["farm_succession"], [["fisheries"]], population=50_000, cooperations=[link])
    ranking = rank(seeker, index_of(seeker, partner, profile("blank", population=50_000)), ANY)
    assert ranking.matches == ()
    assert (ranking.nothing_in_common, ranking.without_facts) == (1, 1)
    assert ranking.partners_not_ranked == ("id-partner",)


def test_a_territory_is_never_its_own_partner(crowd: list[TerritoryProfile], index_of: MakeIndex) -> None:
    index = index_of(*crowd)
    assert all(one.territory.slug not in ranked(index, one.territory.slug) for one in crowd)


def test_a_seeker_with_initiatives_only_is_ranked_by_what_it_could_bring(
    profile: MakeProfile, index_of: MakeIndex
) -> None:
    index = index_of(
        profile("seeker", [], [["water"]]), profile("dry", ["water_scarcity"]), profile("fat", ["obesity"])
    )
    found = ranked(index, "seeker")
    assert list(found) == ["dry"]
    values = {part.criterion: part.value for part in found["dry"].parts}
    assert values[Criterion.SHARED_PROBLEMS] is values[Criterion.EXPERIENCE_FOR_SEEKER] is None
    assert values[Criterion.EXPERIENCE_FOR_CANDIDATE]


def test_countries_narrow_the_candidates_and_nothing_else(profile: MakeProfile, index_of: MakeIndex) -> None:
    seeker = profile("seeker", ["obesity"], country="FR")
    index = index_of(seeker, profile("fes", ["obesity"], country="MA"), profile("sfax", ["obesity"], country="TN"))
    everyone = ranked(index, "seeker")
    assert ranked(index, "seeker", Selection(countries=frozenset({"TN"}))) == {"sfax": everyone["sfax"]}


def test_a_theme_narrows_problems_and_initiatives(profile: MakeProfile, index_of: MakeIndex) -> None:
    seeker = profile("seeker", ["obesity", "water_scarcity"], [["organic_waste"]])
    eating = profile("eating", ["obesity"], [["food_education"]])
    drinking = profile("drinking", ["water_scarcity"], [["water"]])
    index = index_of(seeker, eating, drinking)
    found = ranked(index, "seeker", Selection(themes=frozenset({"water"})))
    assert list(found) == ["drinking"]
    assert found["drinking"].total == pytest.approx(ranked(index, "seeker")["drinking"].total, abs=0.2)


def test_a_theme_lets_narrower_initiatives_through_and_broader_ones_not(
    profile: MakeProfile, index_of: MakeIndex
) -> None:
    order = Themes({"composting": ("organic_waste",)})
    seeker = profile("seeker", ["organic_waste_management"])
    composting = profile("composting", [], [["composting"]])
    waste = profile("waste", [], [["organic_waste"]])
    index = index_of(seeker, composting, waste, themes=order)
    assert set(ranked(index, "seeker", Selection(themes=frozenset({"organic_waste"})))) == {"composting", "waste"}
    assert set(ranked(index, "seeker", Selection(themes=frozenset({"composting"})))) == {"composting"}


def test_a_theme_that_changes_nothing_gives_the_same_scores(crowd: list[TerritoryProfile], index_of: MakeIndex) -> None:
    """What is added up from postings is what is worked out pair by pair."""
    index = index_of(*crowd)
    everything = Selection(themes=frozenset(theme for need in index.answers for theme, _ in need.answers))
    assert ranked(index, "t05", everything) == ranked(index, "t05")


def test_updates_leave_the_index_as_if_it_had_been_built_anew(
    crowd: list[TerritoryProfile], index_of: MakeIndex, profile: MakeProfile
) -> None:
    moved = profile("t07", ["heritage_loss"], [["water"], ["food_waste"]])
    index = index_of(*crowd)
    index.update([moved], removed=["id-t09", "id-of-nobody"])
    index.update([profile("t11", [], [])])
    index.update([crowd[11]])
    fresh = index_of(*[moved if one.id == "id-t07" else one for one in crowd if one.id != "id-t09"])
    assert index.answers == fresh.answers
    assert index.stating_any == fresh.stating_any
    assert index.find("t09") is None
    for one in fresh.profiles.values():
        assert ranked(index, one.territory.slug) == ranked(fresh, one.territory.slug)
