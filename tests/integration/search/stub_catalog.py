"""A catalog's feed and snapshot in memory, spoken to over HTTP as the real one is."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import httpx


class StubCatalog:
    """Holds states by kind and id, and a list of changes; `client()` calls it without a socket."""

    def __init__(self, vocabularies: list[dict[str, Any]]) -> None:
        self.vocabularies = {state["name"]: state for state in vocabularies}
        self.states: dict[tuple[str, str], dict[str, Any]] = {}
        self.changes: list[tuple[str, str, int]] = []
        self.snapshots = 0
        self.known_from = 0
        self.breaks_off = False
        self.down = False
        self._changed = asyncio.Event()

    def put(self, kind: str, state: dict[str, Any]) -> None:
        """Publish a state, new or changed."""
        self.states[kind, state["id"]] = state
        self._change(kind, "updated", state["id"], state["version"])

    def archive(self, kind: str, subject: str) -> None:
        """Take a state out of publication."""
        state = self.states.pop((kind, subject))
        self._change(kind, "archived", subject, state["version"] + 1)

    def relabel(self, name: str, code: str, lang: str, label: str) -> None:
        """Change one label of a vocabulary."""
        terms = [
            {**term, "label": {**term["label"], lang: label}} if term["code"] == code else term
            for term in self.vocabularies[name]["terms"]
        ]
        self.vocabularies[name] = {**self.vocabularies[name], "terms": terms}
        self._change("vocabulary", "changed", name, 2)

    def client(self) -> httpx.AsyncClient:
        """A client of this catalog."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer), base_url="http://catalog")

    def _change(self, kind: str, what: str, subject: str, version: int) -> None:
        self.changes.append((f"{kind}.{what}", subject, version))
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            return httpx.Response(503)
        query = request.url.params
        since = int(query.get("since", "0"))
        if request.url.path == "/catalog/v1/snapshot":
            return self._snapshot()
        if since < self.known_from:
            return httpx.Response(410)
        if request.url.path == "/catalog/v1/changes/status":
            behind = len(self.changes) - since
            return httpx.Response(200, json={"behind": behind, "seconds": 1.5 if behind else 0})
        assert request.url.path == "/catalog/v1/changes"
        if since == len(self.changes) and query["wait"] != "0":
            await asyncio.wait_for(self._changed.wait(), 30)
        return self._page(since, int(query["limit"]))

    def _page(self, since: int, limit: int) -> httpx.Response:
        until = min(since + limit, len(self.changes))
        items = [self._item(place) for place in range(since, until)]
        body = {"items": items, "next": str(until), "has_more": until < len(self.changes)}
        return httpx.Response(200, json=body)

    def _item(self, place: int) -> dict[str, Any]:
        event, subject, version = self.changes[place]
        kind = event.split(".")[0]
        return {
            "id": str(place),
            "type": event,
            "subject": {"type": kind, "id": subject},
            "version": version,
            "occurred_at": datetime(2026, 11, 23, tzinfo=UTC).isoformat(),
            "data": self.states.get((kind, subject)),
        }

    def _snapshot(self) -> httpx.Response:
        self.snapshots += 1
        records = [("vocabulary", name, 1, state) for name, state in self.vocabularies.items()]
        records += [(kind, key, state["version"], state) for (kind, key), state in sorted(self.states.items())[::-1]]
        lines: list[dict[str, Any]] = [{"cursor": str(len(self.changes))}]
        lines += [{"type": kind, "id": key, "version": version, "data": state} for kind, key, version, state in records]
        counts: dict[str, int] = {}
        for kind, *_ in records:
            counts[kind] = counts.get(kind, 0) + 1
        if not self.breaks_off:
            lines.append({"counts": counts})
        return httpx.Response(200, text="\n".join(json.dumps(line) for line in lines))
