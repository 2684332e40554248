"""What of a record tells whether it is the same as another: names, places, carrier, years, ids. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from services.catalog.duplicates.wording import texts_of
from services.catalog.records.documents import places_of
from services.catalog.records.kinds import Document, Kind
from services.common.languages import Text

NAMING = ("title", "name", "display_name", "acronym")
TELLING = (*NAMING, "country_code", "kind", "themes", "carrier", "start_year", "end_year", "external_ids", "url")
"""Members of documents, of whatever kind, that traits are read from."""


@dataclass(frozen=True, slots=True)
class Place:
    """A territory that a record is in; its point as longitude and latitude."""

    id: UUID
    name: Text
    country_code: str | None = None
    point: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Traits:
    """Of one record."""

    kind: str
    names: tuple[tuple[str, str], ...]
    """(language, wording), each wording once."""
    places: tuple[UUID, ...]
    country: str | None
    level: str | None
    """The code of its own `kind`."""
    themes: frozenset[str]
    carrier: str | None
    organization: str | None
    start_year: int | None
    end_year: int | None
    ids: frozenset[tuple[str, str]]
    """(system, id)."""
    address: str | None
    """Its page, where the address names more than a host."""


def traits_of(kind: Kind, members: Mapping[str, Any], places: Sequence[UUID]) -> Traits:
    """The traits of a record with these members, in the form in which they are stored."""
    names = {text: lang for name in NAMING for lang, text in texts_of(members.get(name))}
    carrier = members.get("carrier") or {}
    level = members.get("kind")
    return Traits(
        kind=kind.name,
        names=tuple((lang, text) for text, lang in names.items()),
        places=tuple(places),
        country=members.get("country_code"),
        level=level if isinstance(level, str) else None,
        themes=frozenset(members.get("themes") or ()),
        carrier=carrier.get("name"),
        organization=carrier.get("organization"),
        start_year=members.get("start_year"),
        end_year=members.get("end_year"),
        ids=frozenset((each["system"].casefold(), each["id"]) for each in members.get("external_ids") or ()),
        address=page_address(members.get("url")),
    )


def traits_of_document(kind: Kind, document: Document) -> Traits:
    """The traits of a resolved document."""
    return traits_of(kind, document, places_of(kind, document))


def page_address(url: str | None) -> str | None:
    """An address without what does not matter to which page it is; None for that of a whole host."""
    if url is None:
        return None
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if not path and not parts.query:
        return None
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}{path}?{parts.query}" if parts.query else f"{host}{path}"
