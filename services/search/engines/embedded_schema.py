"""The embedded index's fields, and how a document is written into them."""

from functools import lru_cache

import orjson
import tantivy

from services.common.words import words
from services.search.engines.port import FACETS, Document, Metadata
from services.search.stems import STEMMERS, stemmer
from services.search.vocabularies import Vocabularies

SHAPE = 2
"""Raised whenever fields or folding change: the index is built anew from the snapshot. 2: `longitude`, `latitude`."""

OLDEST_SHAPE = 1
"""Indexes from this shape on answer while they are being built anew."""

INITIATIVE = "initiative"
CURSOR = "cursor"
VOCABULARIES = "vocabularies"
"""Kinds of documents. The cursor is one, so that a commit makes it durable together with what it stands for."""

LONGITUDE, LATITUDE = "longitude", "latitude"
"""Degrees of a document's place; of a document without one, neither."""

TITLE, LABELS, SUMMARY = "title", "labels", "summary"
WORD_FIELDS = (TITLE, LABELS, SUMMARY)
"""Folded words as they stand, of all languages together: a place or a brand is the same word in each."""

WHITESPACE = "words"


def stem_field(lang: str) -> str:
    """The field of everything written in `lang`, stemmed."""
    return f"stems_{lang}"


def facet_field(name: str) -> str:
    """The field that a facet's codes are filtered by and counted in."""
    return f"facet_{name}"


def build_schema() -> tantivy.Schema:
    """Every field; raises nothing, and is the same on every call."""
    builder = tantivy.SchemaBuilder()
    for name in ("kind", "id", "territory", "territory_id"):
        builder.add_text_field(name, stored=name == "id", tokenizer_name="raw", index_option="basic")
    for name in FACETS:
        builder.add_text_field(facet_field(name), fast=True, tokenizer_name="raw", index_option="basic")
    for name in WORD_FIELDS:
        builder.add_text_field(name, tokenizer_name=WHITESPACE, index_option="freq")
    for lang in STEMMERS:
        builder.add_text_field(stem_field(lang), tokenizer_name=stem_field(lang), index_option="freq")
    for name in (LONGITUDE, LATITUDE):
        builder.add_float_field(name, fast=True)
    builder.add_integer_field("recency", fast=True)
    builder.add_integer_field("version", stored=True)
    builder.add_bytes_field("payload", stored=True)
    return builder.build()


def register_tokenizers(index: tantivy.Index) -> None:
    """Tokenizers are not kept in the index: every process that opens it names them."""
    words_only = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(WHITESPACE, words_only)
    for lang in STEMMERS:
        index.register_tokenizer(stem_field(lang), stemmer(lang))


def to_tantivy(document: Document) -> tantivy.Document:
    """The document as it is written."""
    written = tantivy.Document()
    written.add_text("kind", INITIATIVE)
    written.add_text("id", document.id)
    written.add_text("territory_id", document.territory_id)
    for reference in document.territory:
        written.add_text("territory", reference)
    for name, codes in document.facets.items():
        for code in codes:
            written.add_text(facet_field(name), code)
    parts = {TITLE: document.titles, LABELS: document.labels, SUMMARY: document.summaries}
    for name, texts in parts.items():
        for lang, some in texts.items():
            for found in map(words, some):
                written.add_text(name, " ".join(word.folded for word in found))
                if lang in STEMMERS:
                    written.add_text(stem_field(lang), " ".join(word.surface for word in found))
    if document.point is not None:
        longitude, latitude = document.point
        written.add_float(LONGITUDE, longitude)
        written.add_float(LATITUDE, latitude)
    written.add_integer("recency", document.recency)
    written.add_integer("version", document.version)
    written.add_bytes("payload", orjson.dumps(document.card))
    return written


def cursor_document(cursor: str) -> tantivy.Document:
    """Where the feed was read to, as a document."""
    return _metadata(CURSOR, cursor.encode())


def metadata_documents(metadata: Metadata) -> list[tantivy.Document]:
    """Cursor and vocabularies, as documents."""
    return [
        cursor_document(metadata.cursor),
        _metadata(VOCABULARIES, orjson.dumps(metadata.vocabularies.states())),
    ]


@lru_cache(maxsize=2)
def read_vocabularies(payload: bytes) -> Vocabularies:
    """What `metadata_documents` wrote."""
    return Vocabularies.from_states(orjson.loads(payload))


def _metadata(kind: str, payload: bytes) -> tantivy.Document:
    written = tantivy.Document()
    written.add_text("kind", kind)
    written.add_bytes("payload", payload)
    return written
