"""The judgements on which themes answer which problems."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from services.matching.domain.crosswalk import LINKS, STRENGTH, Relation, links_of, relation_of
from services.matching.domain.profile import Need, TerritoryProfile

MakeProfile = Callable[..., TerritoryProfile]

VOCABULARIES = Path(__file__).parents[3] / "data" / "vocabularies"


def codes(name: str) -> set[str]:
    vocabulary = json.loads((VOCABULARIES / f"{name}.json").read_text(encoding="utf-8"))
    return {term["code"] for term in vocabulary["terms"]}


def test_every_problem_of_the_vocabulary_has_a_theme_that_answers_it() -> None:
    assert {link.problem for link in LINKS} == codes("problems")


def test_every_theme_of_the_table_is_in_the_vocabulary() -> None:
    assert {link.theme for link in LINKS} <= codes("themes")


def test_no_pair_is_judged_twice_and_every_judgement_has_its_reason() -> None:
    pairs = [(link.problem, link.theme) for link in LINKS]
    assert len(pairs) == len(set(pairs))
    assert all(entry["text"].endswith(".") for link in LINKS for entry in link.reason.values())


def test_every_reason_stands_in_three_languages_and_says_which_was_translated() -> None:
    for link in LINKS:
        assert {lang: entry["origin"] for lang, entry in link.reason.items()} == {
            "en": "original",
            "fr": "machine",
            "ar": "machine",
        }
        texts = {lang: entry["text"] for lang, entry in link.reason.items()}
        assert len(set(texts.values())) == 3
        assert not re.search(r"[A-Za-z]", texts["ar"])
        assert re.search(r"[؀-ۿ]", texts["ar"])


def test_the_theme_of_the_statement_goes_before_the_table(profile: MakeProfile) -> None:
    [need] = profile("a", [("food_waste", "school_canteens")]).needs
    assert need.answers[0] == ("school_canteens", STRENGTH[Relation.STATED])
    assert dict(need.answers)["organic_waste"] == STRENGTH[Relation.CONTRIBUTES]


def test_statements_of_one_problem_are_one_need_with_all_their_themes(profile: MakeProfile) -> None:
    one = profile("a", [("food_waste", "school_canteens"), ("food_waste", "farmers_markets")])
    [need] = one.needs
    assert {"school_canteens", "farmers_markets", "food_waste"} <= dict(need.answers).keys()
    assert len(one.statements_of(need)) == 2


def test_a_statement_without_a_code_is_answered_by_its_theme_alone(profile: MakeProfile) -> None:
    one = profile("a", [(None, "fisheries"), (None, None)])
    assert one.needs == (Need(None, (("fisheries", 1.0),)),)
    assert one.problems == frozenset()
    assert len(one.statements_of(one.needs[0])) == 1


def test_a_problem_that_the_table_does_not_know_is_answered_by_its_theme(profile: MakeProfile) -> None:
    assert links_of("space_debris") == ()
    [need] = profile("a", [("space_debris", "fisheries")]).needs
    assert need.answers == (("fisheries", 1.0),)


def test_equal_statements_of_two_territories_are_one_need(profile: MakeProfile) -> None:
    assert profile("a", ["obesity"]).needs == profile("b", ["obesity"]).needs


@pytest.mark.parametrize(
    ("theme", "relation", "judged"),
    [
        ("school_canteens", Relation.STATED, False),
        ("food_waste", Relation.DIRECT, True),
        ("organic_waste", Relation.CONTRIBUTES, True),
    ],
)
def test_a_relation_says_whether_it_is_our_judgement(
    profile: MakeProfile, theme: str, relation: Relation, judged: bool
) -> None:
    one = profile("a", [("food_waste", "school_canteens")])
    found, reason = relation_of(one.needs[0], theme, one.territory.statements)
    assert found is relation
    assert (reason is not None) is judged
