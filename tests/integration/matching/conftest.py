"""A catalog that is followed: its snapshot and its feed, in memory, at the level of HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.common.feed.follower import Change
from services.matching.app import create_app
from services.matching.settings import MatchingSettings

State = dict[str, Any]

ORDER = ("vocabulary", "network", "territory", "initiative", "cooperation")
PATIENCE_S = 5.0
"""How long a test waits for what happens within milliseconds when nothing is wrong."""


@dataclass
class FollowedCatalog:
    """What the catalog publishes, and how often it was asked for everything. Cursors are places in `changes`."""

    states: dict[tuple[str, str], State] = field(default_factory=dict)
    changes: list[State] = field(default_factory=list)
    era: int = 0
    snapshots: int = 0
    spoil_counts: bool = False
    down: bool = False
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def cursor(self) -> str:
        return f"{self.era}:{len(self.changes)}"

    def hold(self, kind: str, state: State) -> None:
        """Publish a state before anyone follows."""
        self.states[kind, state["id"]] = state

    async def publish(self, kind: str, state: State) -> None:
        """Publish a state, with its change."""
        self.states[kind, state["id"]] = state
        await self.announce(kind, state["id"], f"{kind}.updated", state["version"])

    async def archive(self, kind: str, record_id: str) -> None:
        """Take a record out of publication, with its tombstone."""
        gone = self.states.pop((kind, record_id))
        await self.announce(kind, record_id, f"{kind}.archived", gone["version"] + 1)

    async def announce(self, kind: str, record_id: str, what: str, version: int) -> None:
        """Put one change into the feed."""
        subject = {"type": kind, "id": record_id}
        number = len(self.changes)
        self.changes.append(
            {
                "id": str(number),
                "type": what,
                "subject": subject,
                "version": version,
                "occurred_at": "2026-11-23T00:00:00Z",
            }
        )
        async with self.news:
            self.news.notify_all()

    async def restore_backup(self) -> None:
        """Become a database that knows none of the cursors given out so far."""
        self.era += 1
        self.changes.clear()
        async with self.news:
            self.news.notify_all()

    async def answer(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            return httpx.Response(503)
        if request.url.path == "/catalog/v1/snapshot":
            self.snapshots += 1
            return httpx.Response(200, text=self.snapshot())
        era, place = (int(part) for part in request.url.params.get("since", f"{self.era}:0").split(":"))
        if era != self.era or place > len(self.changes):
            return httpx.Response(410)
        if request.url.path == "/catalog/v1/changes/status":
            return httpx.Response(200, json={"behind": len(self.changes) - place, "seconds": 0.0})
        assert request.url.path == "/catalog/v1/changes"
        await self.wait(place, float(request.url.params["wait"]))
        if era != self.era:
            return httpx.Response(410)
        limit = int(request.url.params["limit"])
        items = [
            {**change, "data": self.states.get((change["subject"]["type"], change["subject"]["id"]))}
            for change in self.changes[place : place + limit]
        ]
        end = place + len(items)
        body = {"items": items, "next": f"{era}:{end}", "has_more": end < len(self.changes)}
        return httpx.Response(200, json=body)

    async def wait(self, place: int, seconds: float) -> None:
        """The long poll: until something stands after `place`, or the time is over."""
        era = self.era
        if seconds:
            async with self.news:
                moved = self.news.wait_for(lambda: len(self.changes) > place or self.era != era)
                await asyncio.wait_for(moved, seconds)

    def snapshot(self) -> str:
        kinds = [kind for kind in ORDER for known, _ in self.states if known == kind]
        lines: list[State] = [{"cursor": self.cursor}]
        for kind in ORDER:
            lines += [
                {"type": kind, "id": record_id, "version": state["version"], "data": state}
                for (known, record_id), state in self.states.items()
                if known == kind
            ]
        counts = {kind: kinds.count(kind) + self.spoil_counts for kind in ORDER}
        return "\n".join(json.dumps(line) for line in [*lines, {"counts": counts}])


@dataclass
class Follower:
    """A running matching service, as a client sees it."""

    client: httpx.AsyncClient
    catalog: FollowedCatalog

    async def matches(self, ref: str, **query: Any) -> State:  # noqa: ANN401 - whatever the query takes
        answer = await self.client.get(f"/matching/v1/territories/{ref}/matches", params=query)
        assert answer.status_code == 200, answer.text
        body: State = answer.json()
        return body

    async def caught_up(self) -> None:
        """Until everything that the catalog holds has been taken in."""
        async with asyncio.timeout(PATIENCE_S):
            while (await self.client.get("/matching/v1/status")).json()["cursor"] != self.catalog.cursor:  # noqa: ASYNC110 - asks over HTTP
                await asyncio.sleep(0.005)


class Start:
    """Starts the service on a database, as often as wanted; what was started ends with the test."""

    def __init__(self, url: str, catalog: FollowedCatalog) -> None:
        self._url = url
        self._catalog = catalog
        self._stack = AsyncExitStack()

    async def __call__(self, *, wait: bool = True) -> Follower:
        transport = httpx.MockTransport(self._catalog.answer)
        to_catalog = httpx.AsyncClient(transport=transport, base_url="http://catalog")
        await self._stack.enter_async_context(to_catalog)
        app = create_app(MatchingSettings(database_url=self._url), catalog=to_catalog)
        await self._stack.enter_async_context(app.router.lifespan_context(app))
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://matching")
        await self._stack.enter_async_context(client)
        follower = Follower(client, self._catalog)
        if wait:
            await follower.caught_up()
        return follower

    async def stop(self) -> None:
        """End all that was started, as a signal would."""
        await self._stack.aclose()


@pytest.fixture
def followed() -> FollowedCatalog:
    """An empty catalog."""
    return FollowedCatalog()


@pytest.fixture
async def start(matching_database: str, followed: FollowedCatalog) -> AsyncIterator[Start]:
    """Starts matching on a migrated database of its own."""
    starting = Start(matching_database, followed)
    yield starting
    await starting.stop()


def text(words: str, lang: str = "fr") -> State:
    return {lang: {"text": words, "origin": "original"}}


def source(title: str) -> State:
    return {"title": title, "address": None, "passage": None, "retrieved_at": None, "licence": None}


def make_territory(slug: str, problems: Sequence[str] = (), *, version: int = 1, **facts: Any) -> State:  # noqa: ANN401
    return {
        "id": f"id-{slug}",
        "slug": slug,
        "version": version,
        "name": text(slug.title()),
        "kind": "municipality",
        "country_code": "FR",
        "point": {"type": "Point", "coordinates": [3.87, 43.61]},
        "population": None,
        "networks": [],
        "problems": [
            {
                "id": f"{slug}-{code}",
                "problem": code,
                "theme": None,
                "severity": None,
                "evidence": text(f"{slug} : {code}"),
                "stated_by": None,
                "year": None,
                "sources": [source(f"Diagnostic de {slug}")],
            }
            for code in problems
        ],
        **facts,
    }


def make_initiative(slug: str, owner: str, *themes: str, version: int = 1) -> State:
    return {
        "id": f"id-{slug}",
        "slug": slug,
        "version": version,
        "title": {**text(slug), "ar": {"text": "مبادرة", "origin": "machine"}},
        "territory": {"id": f"id-{owner}"},
        "themes": list(themes),
        "maturity": "running",
        "start_year": 2015,
        "end_year": None,
        "url": None,
        "sources": [source(f"Fiche {slug}")],
    }


def make_vocabulary(name: str, **labels: str) -> State:
    terms = [
        {"code": code, "label": {"fr": fr, "en": f"{fr} (en)", "ar": f"{fr} (ar)"}, "broader": []}
        for code, fr in labels.items()
    ]
    return {"id": f"vocabulary-{name}", "name": name, "version": 1, "terms": terms}


@pytest.fixture
def territory() -> Callable[..., State]:
    """Makes a territory's state: `territory("fes", ["obesity"], version=2, country_code="MA")`."""
    return make_territory


@pytest.fixture
def make_change() -> Callable[..., Change]:
    """Makes a change as the follower hands it over: (kind, id, version, state or None)."""

    def make(kind: str, record_id: str, version: int, data: State | None) -> Change:
        return Change(f"{record_id}-{version}", f"{kind}.updated", kind, record_id, version, datetime.now(UTC), data)

    return make


@pytest.fixture
def two_cities(followed: FollowedCatalog) -> FollowedCatalog:
    """Montpellier and Fès, which share a problem, answer each other and cooperate; Sfax, of which nothing is known."""
    followed.hold("vocabulary", make_vocabulary("problems", changing_diets="Évolutions des pratiques alimentaires"))
    followed.hold("vocabulary", make_vocabulary("themes", food_education="Éducation", organic_waste="Biodéchets"))
    followed.hold("network", {"id": "id-mufpp", "slug": "mufpp", "name": "Milan Pact", "version": 1})
    networks = [{"id": "id-mufpp", "slug": "mufpp", "name": "Milan Pact", "since": None, "until": None}]
    population = {"value": 248_252, "year": None, "scope": "main_city", "source": "GeoNames"}
    followed.hold(
        "territory",
        make_territory(
            "montpellier", ["changing_diets", "land_artificialisation"], networks=networks, population=population
        ),
    )
    followed.hold(
        "territory",
        make_territory("fes", ["changing_diets", "organic_waste_management"], country_code="MA", networks=networks),
    )
    followed.hold("territory", make_territory("sfax", country_code="TN"))
    followed.hold("initiative", make_initiative("ecominots", "montpellier", "food_education"))
    followed.hold("initiative", make_initiative("compost", "montpellier", "organic_waste"))
    followed.hold("initiative", make_initiative("cuisine", "fes", "food_education"))
    parties = [{"territory": {"id": f"id-{slug}"}, "role": None} for slug in ("montpellier", "fes")]
    followed.hold(
        "cooperation",
        {
            "id": "id-montpellier-fes",
            "slug": "montpellier-fes",
            "version": 1,
            "title": text("Montpellier – Fès"),
            "description": text("Marché de producteurs"),
            "parties": parties,
            "themes": ["organic_waste"],
            "devices": [{"device": "decentralised_cooperation", "sources": []}],
            "stage": "ongoing",
            "sources": [source("COOPALIM")],
        },
    )
    return followed


@pytest.fixture
def eventually() -> Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]:
    """Waits until a question is answered with yes."""

    async def wait(question: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not await question():  # noqa: ASYNC110 - asks over HTTP
                await asyncio.sleep(0.005)

    return wait
