"""What every engine keeps when it writes: durable and findable at once, cursor never first, rebuilt aside."""

from dataclasses import replace

import pytest

from services.search.documents import build_document
from services.search.engines.port import Document, Engine, Query
from services.search.query import content_words
from tests.contract.search.real_records import initiative_states, metadata, real_documents, vocabularies


async def build(engine: Engine, documents: list[Document], cursor: str = "first") -> None:
    async with engine.rebuild() as aside:
        await aside.add(documents)
        await aside.finish(metadata(cursor))


async def build_half(engine: Engine, documents: list[Document]) -> None:
    async with engine.rebuild() as aside:
        await aside.add(documents)
        raise ConnectionResetError


async def found(engine: Engine, text: str = "") -> set[str]:
    page = await engine.search(Query(words=content_words(text), limit=1000))
    return {hit.card["slug"] for hit in page.hits}


def sample(count: int) -> list[Document]:
    return real_documents()[:count]


async def test_an_engine_without_an_index_says_so(engine: Engine) -> None:
    assert await engine.metadata() is None
    assert await engine.versions(["x"]) == {}
    assert await engine.cards_of(["x"]) == []


async def test_a_rebuild_brings_documents_labels_and_cursor(engine: Engine) -> None:
    await build(engine, sample(30))
    kept = await engine.metadata()
    assert kept is not None
    assert kept.cursor == "first"
    assert kept.vocabularies == vocabularies()
    assert await engine.count() == 30


async def test_an_empty_index_is_an_index(engine: Engine) -> None:
    await build(engine, [])
    kept = await engine.metadata()
    assert kept is not None
    assert kept.cursor == "first"
    assert await engine.count() == 0


async def test_what_was_applied_is_found_at_once_and_the_cursor_stands_with_it(engine: Engine) -> None:
    first, second, third = sample(3)
    await build(engine, [first, second])
    await engine.apply([third], [first.id], "second")
    assert await found(engine) == {second.card["slug"], third.card["slug"]}
    kept = await engine.metadata()
    assert kept is not None
    assert kept.cursor == "second"
    assert kept.vocabularies == vocabularies()


async def test_a_cursor_moves_without_any_document(engine: Engine) -> None:
    await build(engine, sample(1))
    await engine.apply([], [], "second")
    kept = await engine.metadata()
    assert kept is not None
    assert kept.cursor == "second"
    assert await engine.count() == 1


async def test_a_document_is_replaced_whole(engine: Engine) -> None:
    (document,) = sample(1)
    await build(engine, [document])
    state = initiative_states()[document.card["slug"]]
    title = {"fr": {"text": "Zymotechnie partagée", "origin": "original"}}
    await engine.apply([build_document({**state, "title": title, "version": 2}, vocabularies())], [], "second")
    assert await engine.count() == 1
    assert await found(engine, "zymotechnie") == {document.card["slug"]}
    assert await engine.versions([document.id, "unknown"]) == {document.id: 2}


async def test_applying_the_same_twice_changes_nothing(engine: Engine) -> None:
    documents = sample(5)
    await build(engine, documents)
    for _ in range(2):
        await engine.apply(documents[:2], [documents[4].id], "second")
    assert await found(engine) == {document.card["slug"] for document in documents[:4]}


async def test_documents_of_territories_are_named(engine: Engine) -> None:
    documents = real_documents()[:200]
    await build(engine, documents)
    territories = {documents[0].territory_id, documents[120].territory_id}
    cards = await engine.cards_of(sorted(territories))
    assert {card["id"] for card in cards} == {
        document.id for document in documents if document.territory_id in territories
    }
    assert cards[0] in [document.card for document in documents]


async def test_searches_answer_from_the_old_index_until_the_new_one_is_whole(engine: Engine) -> None:
    first, second = sample(2)
    await build(engine, [first])
    async with engine.rebuild() as aside:
        await aside.add([second])
        assert await found(engine) == {first.card["slug"]}
        await aside.finish(metadata("second"))
        assert await found(engine) == {second.card["slug"]}
    assert await found(engine) == {second.card["slug"]}


async def test_an_aborted_rebuild_leaves_the_old_index(engine: Engine) -> None:
    first, second, third = sample(3)
    await build(engine, [first])
    with pytest.raises(ConnectionResetError):
        await build_half(engine, [second])
    assert await found(engine) == {first.card["slug"]}
    kept = await engine.metadata()
    assert kept is not None
    assert kept.cursor == "first"
    await engine.apply([third], [], "second")
    assert await found(engine) == {first.card["slug"], third.card["slug"]}
    await build(engine, [second], "third")
    assert await found(engine) == {second.card["slug"]}


async def test_writes_go_on_after_a_rebuild(engine: Engine) -> None:
    first, second, third = sample(3)
    await build(engine, [first])
    await engine.apply([second], [], "second")
    await build(engine, [third], "third")
    await engine.apply([first], [], "fourth")
    assert await found(engine) == {first.card["slug"], third.card["slug"]}


async def test_a_point_is_kept_only_where_it_is_one(engine: Engine) -> None:
    (document,) = sample(1)
    await build(engine, [replace(document, point=None)])
    assert await engine.count() == 1


def titled(*titles: str, lang: str = "fr") -> list[Document]:
    """A document of each title, called document-0 and so on."""
    base = next(iter(initiative_states().values()))
    return [
        build_document(
            {
                **base,
                "id": f"00000000-0000-0000-0000-00000000000{place}",
                "slug": f"document-{place}",
                "title": {lang: {"text": title, "origin": "original"}},
                "summary": {lang: {"text": "Zymotechnie", "origin": "original"}},
            },
            vocabularies(),
        )
        for place, title in enumerate(titles)
    ]


@pytest.mark.parametrize(
    "spellings",
    [
        ("ألبان", "الألبان", "البان", "الأَلْبان"),
        ("التزام", "الالتزام", "الإلتزام"),
        ("زراعة", "الزراعة", "زراعه", "الزِراعة"),
        ("مستوى", "المستوي", "مُستوى"),
    ],
)
async def test_arabic_spellings_of_one_word_find_one_another(engine: Engine, spellings: tuple[str, ...]) -> None:
    await build(engine, titled(*spellings, "شيء آخر", lang="ar"))
    for spelling in spellings:
        query = Query(words=content_words(spelling), last_is_prefix=False)
        found_slugs = {hit.card["slug"] for hit in (await engine.search(query)).hits}
        assert found_slugs == {f"document-{place}" for place in range(len(spellings))}, spelling


async def test_a_word_of_the_title_goes_before_one_of_the_summary(engine: Engine) -> None:
    await build(engine, titled("Autre chose", "La zymotechnie"))
    page = await engine.search(Query(words=content_words("zymotechnie")))
    assert [hit.card["slug"] for hit in page.hits] == ["document-1", "document-0"]
    assert page.hits[0].score is not None
