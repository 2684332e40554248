import pytest

from services.common.problems import Problem
from services.search.engines.port import MAX_WORDS, Filter, Query
from services.search.query import (
    check_depth,
    content_words,
    parse_countries,
    parse_facets,
    parse_themes,
    shorter,
    understand,
)
from services.search.vocabularies import Vocabularies

VOCABULARIES = Vocabularies.from_states(
    [
        {
            "name": "themes",
            "terms": [
                {
                    "code": "food_waste",
                    "label": {"fr": "Gaspillage alimentaire", "en": "Food waste", "ar": "هدر الطعام"},
                    "alt_labels": {"en": ["plate waste", "leftovers"], "ar": ["الهدر الغذائي"]},
                    "broader": [],
                },
                {
                    "code": "plate",
                    "label": {"fr": "Restes", "en": "Leftovers", "ar": "بقايا"},
                    "alt_labels": {},
                    "broader": ["food_waste"],
                },
            ],
        }
    ]
)


def folded(text: str) -> list[str]:
    return [word.folded for word in content_words(text)]


def test_stop_words_are_left_out_unless_there_are_only_such() -> None:
    assert folded("la gestion de l'eau dans les écoles") == ["gestion", "eau", "ecoles"]
    assert folded("the fight against waste") == ["fight", "against", "waste"]
    assert folded("de la") == ["de", "la"]
    assert folded("") == []


def test_no_more_words_count_than_both_engines_read() -> None:
    assert len(content_words(" ".join(f"mot{number}" for number in range(40)))) == MAX_WORDS


@pytest.mark.parametrize(
    "text", ["Food waste", "FOOD   WASTE", "gaspillage alimentaire", "هدر الطعام", "هَدْر طعام", "Plate-waste"]
)
def test_a_whole_query_that_names_a_theme_is_that_theme(text: str) -> None:
    asked = understand(text, Query(filters=[Filter("country", ["FR"])]), VOCABULARIES)
    assert asked.query.words == ()
    assert asked.query.filters == [Filter("country", ["FR"]), Filter("theme", ["food_waste"])]
    assert asked.recognised_themes == ["food_waste"]
    assert asked.words


def test_a_name_of_two_themes_is_either() -> None:
    asked = understand("leftovers", Query(), VOCABULARIES)
    assert asked.query.filters == [Filter("theme", ["food_waste", "plate"])]


@pytest.mark.parametrize("text", ["food waste lyon", "food", "waste food", ""])
def test_anything_else_is_words(text: str) -> None:
    asked = understand(text, Query(), VOCABULARIES)
    assert asked.recognised_themes == ()
    assert asked.query.filters == ()
    assert list(asked.query.words) == list(content_words(text))


def test_a_theme_also_filtered_by_stays_a_filter_of_its_own() -> None:
    asked = understand("food waste", Query(filters=[Filter("theme", ["plate"])]), VOCABULARIES)
    assert asked.query.filters == [Filter("theme", ["plate"]), Filter("theme", ["food_waste"])]


def test_a_query_is_shortened_from_its_end() -> None:
    query = Query(words=content_words("cantine bio lyon"))
    once = shorter(query)
    assert once is not None
    assert [word.folded for word in once.words] == ["cantine", "bio"]
    assert not once.last_is_prefix
    assert shorter(Query(words=content_words("cantine"))) is None
    assert shorter(Query()) is None


def test_facets_come_repeated_or_with_commas() -> None:
    assert parse_facets(["theme,country", " maturity ", "theme"]) == ["theme", "country", "maturity"]
    with pytest.raises(Problem) as raised:
        parse_facets(["theme,nonsense"])
    assert "mufpp_category" in raised.value.errors[0]["detail"]


def test_an_unknown_theme_names_the_known_ones() -> None:
    assert parse_themes(["plate", "plate"], VOCABULARIES) == ["plate"]
    with pytest.raises(Problem) as raised:
        parse_themes(["nonsense"], VOCABULARIES)
    assert "food_waste, plate" in raised.value.errors[0]["detail"]


@pytest.mark.parametrize("code", ["France", "F", "F1", "é9", ""])
def test_a_country_is_two_letters(code: str) -> None:
    assert parse_countries(["fr", "FR", "ma"]) == ["FR", "MA"]
    with pytest.raises(Problem):
        parse_countries([code])


def test_pages_are_a_thousand_deep() -> None:
    check_depth(20, 980)
    with pytest.raises(Problem):
        check_depth(20, 981)
