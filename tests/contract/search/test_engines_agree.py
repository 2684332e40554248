"""On random documents of made-up words both engines find exactly what the rule says, and so the same."""

import random
from collections.abc import Sequence
from typing import Any

import pytest

from services.common.geo import BoundingBox
from services.common.words import Word, fold_word
from services.search.documents import build_document
from services.search.engines.port import Document, Engine, Filter, Query
from services.search.vocabularies import Vocabularies
from services.search.words import distance, matches
from tests.contract.search.real_records import identifier, metadata

CONSONANTS, VOWELS = "bcdfgklmnprtvz", "aeiouéèà"
ARABIC = "بتثجحخدرزسشصضطعغفقكمن"
"""Without those that stand in the article, or that folding changes."""

LONGITUDES = [-180.0, -179.99999, -5.5, -0.0, 0.0, 1e-7, 3.876716, 179.5, 180.0]
LATITUDES = [-90.0, -33.45, 0.0, 43.610769, 43.6107691, 90.0]
"""Few and at the edges: corners of boxes are places of documents."""


def _made_up(chance: random.Random) -> str:
    """A word that no stemmer shortens (no ending that one knows) of 3 to 12 letters."""
    if chance.random() < 0.25:
        return "".join(chance.choices(ARABIC, k=chance.randint(4, 8)))
    syllables = chance.randint(1, 5)
    return "".join(chance.choice(CONSONANTS) + chance.choice(VOWELS) for _ in range(syllables)) + "k"


def _vocabulary(chance: random.Random, size: int) -> list[str]:
    """Words far enough from one another that a typo in one is no typo in another."""
    chosen: list[str] = []
    while len(chosen) < size:
        word = _made_up(chance)
        if all(distance(fold_word(word), fold_word(other), 5) > 4 for other in chosen):
            chosen.append(word)
    return chosen


def _documents(chance: random.Random, vocabulary: Sequence[str]) -> list[Document]:
    def text(length: int) -> dict[str, Any]:
        return {"fr": {"text": " ".join(chance.choices(vocabulary, k=length)), "origin": "original"}}

    return [
        build_document(
            {
                "id": identifier("random", str(number)),
                "slug": f"random-{number}",
                "version": 1,
                "title": text(2),
                "summary": text(6),
                "territory": {
                    "id": identifier("territory", str(number % 7)),
                    "slug": f"place-{number % 7}",
                    "name": {},
                    "country_code": chance.choice(["FR", "MA", "TN"]),
                    "kind": None,
                    "point": _place(chance),
                },
                "themes": chance.sample(["one", "two", "three"], k=2),
                "carrier": None,
            },
            Vocabularies(),
        )
        for number in range(100)
    ]


def _place(chance: random.Random) -> dict[str, Any] | None:
    coordinates = [chance.choice(LONGITUDES), chance.choice(LATITUDES)]
    return {"type": "Point", "coordinates": coordinates} if chance.random() < 0.9 else None


def _box(chance: random.Random) -> BoundingBox:
    south, north = sorted(chance.choices(LATITUDES, k=2))
    return BoundingBox(chance.choice(LONGITUDES) + 0.0, south, chance.choice(LONGITUDES) + 0.0, north)


def _typo(chance: random.Random, word: str) -> str:
    """One letter after the first left out, changed, put in, or exchanged with the next."""
    place = chance.randrange(1, len(word) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    other = "w" if word.isascii() else "ظ"  # Of the same script: Meilisearch cuts words where the script changes.
    return chance.choice(
        [
            before + after,
            before + other + after,
            before + other + letter + after,
            before + after[0] + letter + after[1:],
        ]
    )


def _query(chance: random.Random, vocabulary: Sequence[str]) -> list[Word]:
    asked = []
    for word in chance.choices(vocabulary, k=chance.randint(1, 2)):
        shape = chance.choice(["whole", "typo", "prefix"])
        folded = fold_word(word)
        if shape == "typo" and len(folded) >= 5:
            folded = _typo(chance, folded)
        elif shape == "prefix":
            folded = folded[: max(3, len(folded) - 2)]
        asked.append(Word(folded, folded))
    return asked


def _holds(box: BoundingBox, point: tuple[float, float]) -> bool:
    return box.west <= point[0] <= box.east and box.south <= point[1] <= box.north


def _by_the_rule(documents: Sequence[Document], query: Query) -> set[str]:
    last = len(query.words) - 1
    found = set()
    for document in documents:
        texts = [*document.titles["fr"], *document.summaries["fr"]]
        held = {fold_word(word) for text in texts for word in text.split()}
        passes = all(set(wanted.values) & set(document.facets[wanted.name]) for wanted in query.filters)
        placed = query.bbox is None or (
            document.point is not None and any(_holds(half, document.point) for half in query.bbox.halves())
        )
        if (
            passes
            and placed
            and all(
                any(matches(word.folded, other, is_prefix=place == last) for other in held)
                for place, word in enumerate(query.words)
            )
        ):
            found.add(document.card["slug"])
    return found


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_hundred_random_documents_are_found_exactly_as_the_rule_says(engine: Engine, seed: int) -> None:
    chance = random.Random(seed)
    vocabulary = _vocabulary(chance, 40)
    documents = _documents(chance, vocabulary)
    async with engine.rebuild() as aside:
        await aside.add(documents)
        await aside.finish(metadata("first"))
    found_something = 0
    for _ in range(60):
        filters = [Filter("country", ["FR", "MA"])] if chance.random() < 0.3 else []
        words = _query(chance, vocabulary) if chance.random() < 0.7 else []
        box = _box(chance) if chance.random() < 0.5 else None
        query = Query(words=words, filters=filters, limit=100, bbox=box)
        expected = _by_the_rule(documents, query)
        page = await engine.search(query)
        assert {hit.card["slug"] for hit in page.hits} == expected, query
        assert page.total == len(expected)
        found_something += bool(expected)
    assert found_something > 30
