"""The real data set as the catalog's feed carries it, with ids made from slugs: what search is tested on."""

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from services.search.documents import build_document
from services.search.engines.port import Document, Metadata
from services.search.vocabularies import Vocabularies

DATA = Path(__file__).parents[3] / "data"


def rows(name: str) -> Iterator[dict[str, Any]]:
    with (DATA / f"{name}.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def identifier(kind: str, slug: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{kind}:{slug}"))


@cache
def vocabulary_states() -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted((DATA / "vocabularies").glob("*.json"))]


@cache
def vocabularies() -> Vocabularies:
    return Vocabularies.from_states(vocabulary_states())


@cache
def crosswalk() -> dict[tuple[str, str], str | None]:
    return {(row["vocabulary"], row["code"]): row["target"] for row in rows("crosswalk")}


def code(vocabulary: str, value: str | None) -> str | None:
    return crosswalk().get((vocabulary, value), value) if value else None


@cache
def territory_states() -> dict[str, dict[str, Any]]:
    states = {}
    for row in rows("territories"):
        name = {"und": {"text": row["name"], "origin": "original"}}
        name |= {
            lang: {"text": row[f"name_{lang}"], "origin": "human"}
            for lang in ("fr", "en", "ar")
            if row.get(f"name_{lang}")
        }
        states[row["slug"]] = {
            "id": identifier("territory", row["slug"]),
            "slug": row["slug"],
            "version": 1,
            "name": name,
            "country_code": row["country_code"],
            "kind": code("territory_kinds", row["kind"]),
            "point": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
        }
    return states


def territory_ref(slug: str) -> dict[str, Any]:
    return {name: value for name, value in territory_states()[slug].items() if name != "version"}


@cache
def initiative_states() -> dict[str, dict[str, Any]]:
    translations: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows("translations"):
        translations[row["slug"]].append(row)
    return {row["slug"]: _initiative(row, translations[row["slug"]]) for row in rows("initiatives")}


def _initiative(row: dict[str, Any], translations: list[dict[str, Any]]) -> dict[str, Any]:
    texts = {
        name: {row["summary_lang"]: {"text": row[name], "origin": "original"}}
        | {other["lang"]: {"text": other[name], "origin": other["origin"]} for other in translations}
        for name in ("title", "summary")
    }
    return {
        "id": identifier("initiative", row["slug"]),
        "slug": row["slug"],
        "version": 1,
        "status": "published",
        "updated_at": "2026-11-20T00:00:00Z",
        **texts,
        "territory": territory_ref(row["territory"]),
        "themes": [code("themes", theme) for theme in row["themes"]],
        "carrier": {
            "name": row["actor_name"],
            "sector": code("sectors", row["actor_type"]),
            "kind": code("actor_kinds", row["actor_type"]),
        },
        "start_year": row["start_year"],
        "end_year": row["end_year"],
        "maturity": code("maturities", row["status"]),
        "results": [],
        "mufpp_category": code("mufpp_categories", row["mufpp_category"]),
        "url": row["url"],
        "sources": row["sources"],
        "licence": "CC-BY-4.0",
    }


@cache
def real_documents() -> list[Document]:
    return [build_document(state, vocabularies()) for state in initiative_states().values()]


def metadata(cursor: str) -> Metadata:
    return Metadata(cursor, vocabularies())
