"""What every engine finds in the real data, as sets."""

from collections import Counter
from collections.abc import Callable
from functools import cache

import pytest

from services.search.engines.port import FACETS, Document, Engine, Filter, Query
from services.search.query import content_words, understand
from services.search.words import matches, words
from tests.contract.search.real_records import real_documents, vocabularies

pytestmark = pytest.mark.asyncio(loop_scope="module")


def slugs_where(test: Callable[[Document], bool]) -> set[str]:
    return {document.card["slug"] for document in real_documents() if test(document)}


async def everything(engine: Engine, query: Query) -> set[str]:
    """All slugs, page by page as deep as pages go."""
    first = await engine.search(query)
    assert first.total <= 1000, "the test needs a narrower query"
    return {hit.card["slug"] for hit in (await engine.search(_page(query, 0, 1000))).hits}


def _page(query: Query, offset: int, limit: int) -> Query:
    return Query(query.words, query.last_is_prefix, query.filters, query.facets, limit, offset)


@cache
def held_words() -> dict[str, frozenset[str]]:
    """Every word of every document."""
    return {
        document.card["slug"]: frozenset(
            word.folded
            for part in (document.titles, document.labels, document.summaries)
            for texts in part.values()
            for text in texts
            for word in words(text)
        )
        for document in real_documents()
    }


def by_the_rule(text: str) -> set[str]:
    """What the port promises that a query finds at least, worked out without any engine."""
    asked = content_words(text)
    last = len(asked) - 1
    vocabulary = frozenset().union(*held_words().values())
    near = [
        {found for found in vocabulary if matches(word.folded, found, is_prefix=place == last)}
        for place, word in enumerate(asked)
    ]
    return {slug for slug, held in held_words().items() if all(held & found for found in near)}


QUERIES = [
    "cantine bio",
    "cantinne bio",
    "écoles municipales",
    "ECOLES MUNICIPALES",
    "maraîch",
    "gaspilage alimantaire",
    "montpellier",
    "monpellier",
    "community garden",
    "comunity gardenns",
    "school meals",
    "huertos urbanos",
    "comedores escolares valparaiso",
    "mercado campes",
    "المطاعم",
    "مطاعم",
    "الزراعه الحضريه",
    "زِراعَة حضرية",
    "فاس",
    "compost quartier",
]
"""French, English, Spanish and Arabic; with typos, unfinished last words, without accents, with letter variants."""


async def test_a_query_finds_every_initiative_that_the_rule_promises(filled: Engine) -> None:
    missing = {}
    for text in QUERIES:
        promised = by_the_rule(text)
        assert promised, f"{text!r} promises nothing: it tests nothing"
        missed = promised - await everything(filled, Query(words=content_words(text)))
        if missed:
            missing[text] = missed
    assert missing == {}


async def test_every_word_has_to_be_found(filled: Engine) -> None:
    some = await everything(filled, Query(words=content_words("cantine montpellier ")))
    assert some
    assert some <= await everything(filled, Query(words=content_words("montpellier ")))
    assert await everything(filled, Query(words=content_words("cantine xyzzyqwerty"))) == set()


async def test_only_the_last_word_may_be_unfinished(filled: Engine) -> None:
    unfinished_first = await everything(filled, Query(words=content_words("montpel cantine")))
    unfinished_last = await everything(filled, Query(words=content_words("cantine montpel")))
    assert not unfinished_first
    assert unfinished_last
    whole = Query(words=content_words("montpel"), last_is_prefix=False)
    assert await everything(filled, whole) == set()


async def test_a_theme_named_in_any_language_finds_the_same(filled: Engine) -> None:
    expected = slugs_where(lambda document: "food_waste" in document.facets["theme"])
    assert len(expected) > 100
    for name in ("food waste", "gaspillage alimentaire", "هدر الطعام", "Gaspillage Alimentaire", "الهدر الغذائي"):
        assert await everything(filled, understand(name, Query(), vocabularies()).query) == expected


async def test_filters_are_any_of_inside_and_all_of_between(filled: Engine) -> None:
    filters = [Filter("theme", ["food_waste", "school_canteens"]), Filter("country", ["FR", "MA"])]
    expected = slugs_where(
        lambda document: (
            bool({"food_waste", "school_canteens"} & set(document.facets["theme"]))
            and bool({"FR", "MA"} & set(document.facets["country"]))
        )
    )
    assert expected
    assert await everything(filled, Query(filters=filters)) == expected


async def test_a_theme_includes_its_narrower_ones(filled: Engine) -> None:
    expected = slugs_where(lambda document: "school_canteens" in document.card["themes"])
    assert expected
    assert expected <= await everything(filled, Query(filters=[Filter("theme", ["public_catering"])]))


async def test_a_territory_is_named_by_id_or_slug(filled: Engine) -> None:
    expected = slugs_where(lambda document: document.card["territory"]["slug"] == "montpellier")
    territory_id = next(document.territory_id for document in real_documents() if "montpellier" in document.territory)
    assert expected
    for reference in ("montpellier", territory_id):
        assert await everything(filled, Query(filters=[Filter("territory", [reference])])) == expected
    assert await everything(filled, Query(filters=[Filter("territory", ['no "where\\'])])) == set()


async def test_facets_count_everything_found(filled: Engine) -> None:
    page = await filled.search(Query(filters=[Filter("country", ["FR"])], facets=FACETS, limit=0))
    french = [document for document in real_documents() if document.facets["country"] == ["FR"]]
    assert page.total == len(french)
    assert page.hits == []
    for name in FACETS:
        assert page.facets[name] == Counter(code for document in french for code in document.facets[name])


async def test_every_country_is_counted(filled: Engine) -> None:
    page = await filled.search(Query(facets=["country"], limit=0))
    assert page.facets["country"] == Counter(
        code for document in real_documents() for code in document.facets["country"]
    )


async def test_pages_without_words_go_from_new_to_old_and_do_not_overlap(filled: Engine) -> None:
    pages = [await filled.search(Query(limit=40, offset=offset)) for offset in (0, 40, 80, 960)]
    seen = [hit.card["id"] for page in pages for hit in page.hits]
    ordered = [document.id for document in sorted(real_documents(), key=lambda document: -document.recency)]
    assert seen == [*ordered[:120], *ordered[960:1000]]
    assert {page.total for page in pages} == {len(real_documents())}
    assert pages[0].hits[0].score is None


async def test_pages_of_words_do_not_overlap(filled: Engine) -> None:
    query = Query(words=content_words("cantine"))
    seen: list[str] = []
    total = (await filled.search(query)).total
    for offset in range(0, total, 50):
        seen.extend(hit.card["slug"] for hit in (await filled.search(_page(query, offset, 50))).hits)
    assert len(seen) == len(set(seen)) == total


async def test_signs_in_a_query_are_no_operators(filled: Engine) -> None:
    plain = await everything(filled, Query(words=content_words("compost lyon ")))
    assert plain
    for text in ("compost -lyon ", '"compost" lyon ', "compost AND (lyon) ", "title:compost lyon~2 ", "compost* lyon"):
        asked = [word for word in content_words(text) if word.folded not in {"and", "title", "2"}]
        assert await everything(filled, Query(words=asked)) == plain
