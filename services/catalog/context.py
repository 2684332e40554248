"""What the catalog's routes work with, opened in the app's lifespan."""

from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends, Request

from services.catalog.access.callers import DatabaseCallers
from services.catalog.records.fragments import Fragments
from services.catalog.records.representation import Reader
from services.catalog.settings import CatalogSettings
from services.catalog.vocabularies.cache import VocabularyCache
from services.common.database import Database
from services.common.http.spooled import Room
from services.common.languages import LanguagesDep


@dataclass(frozen=True)
class Catalog:
    """The open database and what is kept in memory of it."""

    settings: CatalogSettings
    database: Database
    vocabularies: VocabularyCache
    callers: DatabaseCallers
    room: Room
    """For answers that are too large to be held."""
    fragments: Fragments = field(default_factory=Fragments)


async def catalog_of(request: Request) -> Catalog:
    """FastAPI dependency: the running catalog."""
    return cast("Catalog", request.app.state.catalog)


CatalogDep = Annotated[Catalog, Depends(catalog_of)]


async def reader_of(catalog: CatalogDep, languages: LanguagesDep) -> Reader:
    """FastAPI dependency: who reads, in which languages, with which labels."""
    return Reader(languages, await catalog.vocabularies.get())


ReaderDep = Annotated[Reader, Depends(reader_of)]
