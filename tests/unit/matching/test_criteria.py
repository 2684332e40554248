"""Each criterion by itself."""

import itertools
from collections.abc import Callable, Sequence

import pytest

from services.matching.domain.criteria import (
    COUNTED_INITIATIVES,
    FRESH_YEARS,
    MATURITY_WEIGHT,
    NETWORK_WEIGHT,
    STAGE_WEIGHT,
    Offer,
    answer,
    common_networks,
    experience_value,
    links_value,
    offer_of,
    rarity_bits,
    recency,
    scale_value,
    shared_value,
)
from services.matching.domain.profile import Cooperation, Initiative, Need, Scope, Territory, TerritoryProfile
from services.matching.domain.themes import Themes

MakeProfile = Callable[..., TerritoryProfile]
MakeInitiative = Callable[..., Initiative]
MakeCooperation = Callable[..., Cooperation]

YEAR = 2026
COMPOST = Need("organic_waste_management", (("composting", 1.0), ("food_waste", 0.5)))


def offers(initiative: MakeInitiative, *themes: Sequence[str], **facts: object) -> list[Offer]:
    return [offer_of(initiative("a", n, list(each), **facts), Themes(), YEAR) for n, each in enumerate(themes)]


def known_scale(one: Territory, other: Territory) -> float:
    value = scale_value(one, other)
    assert value is not None
    return value


def test_a_problem_that_all_state_still_weighs_something() -> None:
    assert rarity_bits(10, 10) == pytest.approx(1.0)


def test_a_rarer_problem_weighs_more() -> None:
    weights = [rarity_bits(stating, 633) for stating in (1, 9, 63, 117, 633)]
    assert weights == sorted(weights, reverse=True)
    assert shared_value([weights[1]]) > shared_value([weights[3]])


def test_more_shared_problems_weigh_more_and_never_all() -> None:
    assert 0 < shared_value([3.0]) < shared_value([3.0, 3.0]) < 1


def test_nothing_shared_is_zero_when_both_state_problems() -> None:
    assert shared_value([]) == 0


def test_experience_grows_with_each_problem_answered_and_stays_below_one() -> None:
    values = [experience_value([0.5] * answered) for answered in range(6)]
    assert values == sorted(values)
    assert values[0] == 0
    assert values[-1] < 1


def test_an_initiative_on_the_problem_itself_answers_better_than_one_on_a_consequence(
    initiative: MakeInitiative,
) -> None:
    direct, partly = offers(initiative, ["composting"], ["food_waste"])
    assert answer(COMPOST, [direct]) > answer(COMPOST, [partly]) > 0
    assert answer(COMPOST, offers(initiative, ["fisheries"])) == 0


def test_initiatives_beyond_the_counted_ones_change_nothing(initiative: MakeInitiative) -> None:
    many = offers(initiative, *[["composting"]] * (COUNTED_INITIATIVES + 5))
    assert answer(COMPOST, many) == pytest.approx(answer(COMPOST, many[:COUNTED_INITIATIVES]))
    assert answer(COMPOST, many[:2]) > answer(COMPOST, many[:1])


def test_unknown_maturity_weighs_between_a_plan_and_something_running() -> None:
    assert MATURITY_WEIGHT["idea"] < MATURITY_WEIGHT[None] < MATURITY_WEIGHT["running"]


def test_a_maturity_that_this_release_does_not_know_weighs_as_unknown(initiative: MakeInitiative) -> None:
    [strange], [unknown] = (offers(initiative, ["composting"], maturity=maturity) for maturity in ("federated", None))
    assert strange.weight == unknown.weight


def test_age_counts_only_where_an_end_is_stated(initiative: MakeInitiative) -> None:
    assert recency(initiative("a", 0, [], start_year=1990), YEAR) == 1
    assert recency(initiative("a", 0, [], end_year=YEAR - FRESH_YEARS), YEAR) == 1
    assert 0 < recency(initiative("a", 0, [], end_year=2006), YEAR) < 0.5
    assert recency(initiative("a", 0, [], end_year=YEAR + 3), YEAR) == 1


def test_a_narrower_theme_answers_wholly_and_a_broader_one_in_part(initiative: MakeInitiative) -> None:
    themes = Themes({"composting": ("organic_waste",)})
    on_waste = Need("organic_waste_management", (("organic_waste", 1.0),))
    on_compost = Need("organic_waste_management", (("composting", 1.0),))
    composting = offer_of(initiative("a", 0, ["composting"]), themes, YEAR)
    waste = offer_of(initiative("a", 1, ["organic_waste"]), themes, YEAR)
    assert composting.fit(on_waste) == (1.0, "organic_waste")
    assert waste.fit(on_compost) == (0.5, "composting")


def test_no_recorded_link_is_unknown_and_not_zero() -> None:
    assert links_value([], 0) is None


def test_links_add_up_and_stay_below_one(cooperation: MakeCooperation) -> None:
    ongoing = cooperation("a", "b")
    ended = cooperation("a", "b", stage="completed")
    assert links_value([ongoing], 0) == STAGE_WEIGHT["ongoing"]
    assert links_value([], 1) == pytest.approx(NETWORK_WEIGHT)
    values = [links_value([ended], 0), links_value([ended], 1), links_value([ended, ended], 2), 1.0]
    assert values == sorted(values, key=lambda value: value or 0.0)
    assert len(set(values)) == len(values)


def test_a_network_that_was_left_is_no_common_one(profile: MakeProfile) -> None:
    one, other = profile("a", networks=["mufpp", "c40"]), profile("b", networks=["mufpp"])
    assert common_networks(one, other) == ("id-mufpp",)
    assert common_networks(one, profile("c", left_networks=["mufpp"])) == ()


@pytest.mark.parametrize(
    ("population", "scope", "kind"),
    [
        (None, Scope.TERRITORY, "municipality"),
        (248_252, Scope.MAIN_CITY, "metropolis"),
        (248_252, Scope.POPULATED_PLACE, "region"),
    ],
)
def test_scale_is_unknown_without_a_population_of_the_territory_itself(
    profile: MakeProfile, population: int | None, scope: Scope, kind: str
) -> None:
    one = profile("a", population=population, scope=scope, kind=kind).territory
    assert scale_value(one, profile("b", population=250_000).territory) is None


def test_a_populated_place_stands_for_its_municipality(profile: MakeProfile) -> None:
    one = profile("a", population=100_000, scope=Scope.POPULATED_PLACE).territory
    assert scale_value(one, profile("b", population=100_000).territory) == pytest.approx(1)


def test_scale_falls_with_the_ratio_and_with_the_distance_of_levels(profile: MakeProfile) -> None:
    base = profile("a", population=100_000).territory
    by_size = [known_scale(base, profile("b", population=n).territory) for n in (100_000, 500_000, 10_000_000)]
    assert by_size == sorted(by_size, reverse=True)
    by_level = [
        known_scale(base, profile("b", population=100_000, kind=kind).territory)
        for kind in ("municipality", "metropolis", "region")
    ]
    assert by_level == sorted(by_level, reverse=True)
    assert by_level[0] > by_level[1] > by_level[2] > 0


def test_a_kind_without_a_level_is_compared_by_size_alone(profile: MakeProfile) -> None:
    one = profile("a", population=100_000, kind="other").territory
    assert scale_value(one, profile("b", population=500_000).territory) == pytest.approx(0.5)


def test_scale_is_symmetric(profile: MakeProfile) -> None:
    territories = [
        profile("a", population=10_000).territory,
        profile("b", population=450_000, kind="metropolis").territory,
        profile("c", population=7_000_000, kind="region").territory,
        profile("d", population=60_000, kind="other").territory,
    ]
    for one, other in itertools.combinations(territories, 2):
        assert scale_value(one, other) == scale_value(other, one)
