"""What the change feed does to the index."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from services.common.feed.follower import Change, RebuildNeeded, Record
from services.search.documents import build_document, territory_ref
from services.search.engines.port import Document, Engine, Metadata
from services.search.vocabularies import Vocabularies

BATCH = 500
"""Documents written at once in a rebuild; about 2 MB."""


class Indexer:
    """The follower's sink: initiatives become documents, a territory's new name reaches all of its documents."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def cursor(self) -> str | None:
        """Where the index stands; None when it has to be built."""
        metadata = await self._engine.metadata()
        return metadata.cursor if metadata and not metadata.outdated else None

    async def apply(self, changes: Sequence[Change], cursor: str) -> None:
        """Index one page of changes and stand at `cursor`; raises `RebuildNeeded` when labels have changed."""
        metadata = await self._engine.metadata()
        if metadata is None or metadata.outdated:
            raise RebuildNeeded("there is no index of this release to change")
        if any(change.type == "vocabulary.changed" for change in changes):
            raise RebuildNeeded("a vocabulary has changed, and every document carries labels")
        renamed = await self._of_changed_territories(changes, metadata.vocabularies)
        upserts, deletes = await self._of_changed_initiatives(changes, metadata.vocabularies)
        documents = {document.id: document for document in renamed} | upserts
        for gone in deletes:
            documents.pop(gone, None)
        await self._engine.apply(list(documents.values()), deletes, cursor)

    async def replace(self, records: AsyncIterator[Record], cursor: str) -> None:
        """Build the index anew from a snapshot; what `records` raises leaves the old one in place."""
        states = []
        batch: list[Document] = []
        vocabularies = Vocabularies()
        async with self._engine.rebuild() as aside:
            async for record in records:
                if record.kind == "vocabulary":
                    states.append(record.data)
                    continue
                if record.kind != "initiative":
                    continue
                if not vocabularies.terms:
                    # A snapshot names every vocabulary before the first record that uses one.
                    vocabularies = Vocabularies.from_states(states)
                batch.append(build_document(record.data, vocabularies))
                if len(batch) == BATCH:
                    await aside.add(batch)
                    batch = []
                    await asyncio.sleep(0)
            if batch:
                await aside.add(batch)
            await aside.finish(Metadata(cursor, Vocabularies.from_states(states)))

    async def _of_changed_territories(self, changes: Sequence[Change], vocabularies: Vocabularies) -> list[Document]:
        states = {change.subject_id: change.data for change in changes if change.kind == "territory"}
        references = {key: territory_ref(state) for key, state in states.items() if state is not None}
        cards = await self._engine.cards_of(list(references))
        return [
            build_document({**card, "territory": references[card["territory"]["id"]]}, vocabularies)
            for card in cards
            if card["territory"] != references[card["territory"]["id"]]
        ]

    async def _of_changed_initiatives(
        self, changes: Sequence[Change], vocabularies: Vocabularies
    ) -> tuple[dict[str, Document], list[str]]:
        newest: dict[str, Change] = {}
        for change in changes:
            if change.kind == "initiative":
                known = newest.get(change.subject_id)
                if known is None or change.version >= known.version:
                    newest[change.subject_id] = change
        indexed = await self._engine.versions(list(newest))
        upserts: dict[str, Document] = {}
        deletes: list[str] = []
        for change in newest.values():
            version = change.data["version"] if change.data else change.version
            if version < indexed.get(change.subject_id, 0):
                continue
            if change.data is None:
                deletes.append(change.subject_id)
            else:
                upserts[change.subject_id] = build_document(change.data, vocabularies)
        return upserts, deletes
