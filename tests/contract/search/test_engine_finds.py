"""What every engine finds in the real data, as sets."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from services.common.geo import BoundingBox
from services.common.words import words
from services.search.engines.port import FACETS, Document, Engine, Filter, Query
from services.search.query import content_words, understand
from services.search.words import matches
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
    return replace(query, offset=offset, limit=limit)


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


def inside(box: BoundingBox) -> Callable[[Document], bool]:
    def test(document: Document) -> bool:
        if document.point is None:
            return False
        longitude, latitude = document.point
        across = box.west > box.east
        between = longitude >= box.west or longitude <= box.east if across else box.west <= longitude <= box.east
        return between and box.south <= latitude <= box.north

    return test


async def test_a_box_finds_what_lies_in_it(filled: Engine) -> None:
    around_fes = BoundingBox(-5.5, 33.5, -4.5, 34.5)
    expected = slugs_where(inside(around_fes))
    assert "compostage-fes" in expected
    assert await everything(filled, Query(bbox=around_fes)) == expected


async def test_the_edges_of_a_box_belong_to_it(filled: Engine) -> None:
    point = next(document.point for document in real_documents() if "montpellier" in document.territory)
    assert point
    longitude, latitude = point
    expected = slugs_where(lambda document: document.point == point)
    assert await everything(filled, Query(bbox=BoundingBox(longitude, latitude, longitude, latitude))) == expected
    corners = BoundingBox(longitude, latitude, longitude + 1e-6, latitude + 1e-6)
    assert await everything(filled, Query(bbox=corners)) == slugs_where(inside(corners)) >= expected


async def test_a_box_over_the_antimeridian_finds_both_sides_and_nothing_between(filled: Engine) -> None:
    box = BoundingBox(100, -60, -100, 60)
    expected = slugs_where(inside(box))
    sides = [slugs_where(inside(half)) for half in box.halves()]
    assert all(sides)
    assert expected == sides[0] | sides[1] < slugs_where(lambda document: document.point is not None)
    assert await everything(filled, Query(bbox=box)) == expected


async def test_a_box_narrows_words_filters_and_counts(filled: Engine) -> None:
    south = BoundingBox(-1.8, 42.3, 7.6, 44.5)
    words = content_words("cantine ")
    anywhere = await everything(filled, Query(words=words, filters=[Filter("country", ["FR"])]))
    query = Query(words=words, filters=[Filter("country", ["FR"])], bbox=south, facets=["country"])
    found = await everything(filled, query)
    assert found == anywhere & slugs_where(inside(south))
    assert 0 < len(found) < len(anywhere)
    assert (await filled.search(query)).facets == {"country": {"FR": len(found)}}


async def test_the_whole_globe_holds_all_that_have_a_place(filled: Engine) -> None:
    placed = sum(document.point is not None for document in real_documents())
    assert (await filled.search(Query(bbox=BoundingBox(-180, -90, 180, 90), limit=0))).total == placed


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
