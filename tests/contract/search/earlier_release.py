"""Both engines as they wrote before places could be filtered: shape 1."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import tantivy

from services.search.engines import embedded, meilisearch_admin, meilisearch_documents
from services.search.engines.embedded_schema import WHITESPACE, WORD_FIELDS, facet_field, stem_field, to_tantivy
from services.search.engines.meilisearch_settings import index_settings
from services.search.engines.port import FACETS, Document
from services.search.stems import STEMMERS


@contextmanager
def earlier_release(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Engines made inside write indexes of shape 1."""
    with monkeypatch.context() as patched:
        patched.setattr(embedded, "SHAPE", 1)
        patched.setattr(embedded, "build_schema", _schema)
        patched.setattr(embedded, "to_tantivy", _without_place)
        patched.setattr(meilisearch_documents, "SHAPE", 1)
        patched.setattr(meilisearch_admin, "index_settings", _settings)
        yield


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("kind", "id", "territory", "territory_id"):
        builder.add_text_field(name, stored=name == "id", tokenizer_name="raw", index_option="basic")
    for name in FACETS:
        builder.add_text_field(facet_field(name), fast=True, tokenizer_name="raw", index_option="basic")
    for name in WORD_FIELDS:
        builder.add_text_field(name, tokenizer_name=WHITESPACE, index_option="freq")
    for lang in STEMMERS:
        builder.add_text_field(stem_field(lang), tokenizer_name=stem_field(lang), index_option="freq")
    builder.add_integer_field("recency", fast=True)
    builder.add_integer_field("version", stored=True)
    builder.add_bytes_field("payload", stored=True)
    return builder.build()


def _without_place(document: Document) -> tantivy.Document:
    return to_tantivy(replace(document, point=None))


def _settings() -> dict[str, object]:
    settings = index_settings()
    return {**settings, "filterableAttributes": [name for name in settings["filterableAttributes"] if name != "_geo"]}
