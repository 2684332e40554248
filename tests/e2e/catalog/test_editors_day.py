"""An editor's day on the real data: one record from a draft to the archive, each step in the feed and the revisions."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.integration.catalog.editing import V1, actions, events, head, merge, patch, read, step, told, took
from tests.integration.catalog.partners import ANY, Headers, make, make_partner

THERE_ALREADY = "marche-producteurs-fes"
DRAFT: dict[str, Any] = {
    "slug": "marche-des-producteurs-de-fes",
    "status": "draft",
    "title": {"fr": "Marché des producteurs de Fès"},
    "summary": {"fr": "Des producteurs des environs vendent eux-mêmes à Fès."},
    "territory": "fes",
    "themes": ["farmers_markets"],
    "sources": [{"title": "Let's Food – Territorial cooperation"}],
}
FIRST = f"initiatives/{DRAFT['slug']}"
RENAMED = "marche-portes-de-fes"
LATER = f"initiatives/{RENAMED}"


@dataclass
class Day:
    """The catalog, who works with it, and what has to stand in the feed and in the record's revisions by now."""

    catalog: httpx.AsyncClient
    moderator: Headers
    editor: Headers
    since: str
    changes: list[tuple[str, int]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    id: str = ""

    async def shows(self, action: str, *changes: tuple[str, int], of: str = FIRST) -> None:
        """The step is the newest of the revisions, and the feed has these changes more."""
        self.kept.append(action)
        self.changes.extend(changes)
        versions = await actions(self.catalog, of, self.moderator)
        assert versions == list(zip(range(len(self.kept), 0, -1), reversed(self.kept), strict=True))
        assert await events(self.catalog, self.since) == self.changes


async def test_an_editors_day(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    editor = await make_partner(catalog, as_admin, "ville-de-fes")
    day = Day(catalog, as_admin, editor.headers, await head(catalog))
    await drafted(day)
    await submitted_and_sent_back(day)
    await corrected_and_published(day)
    etag = await translated(day)
    await superseded(day, etag)
    await merged(day)
    await archived(day)


async def drafted(day: Day) -> None:
    """The catalog says what the draft may be a double of; nobody else sees it."""
    made = await make(day.catalog, "initiatives", DRAFT, day.editor)
    day.id = made["id"]
    [likely, *_] = made["possible_duplicates"]
    assert (likely["slug"], likely["score"] >= 0.5, bool(likely["reasons"])) == (THERE_ALREADY, True, True)
    await day.shows("created")
    assert (await day.catalog.get(f"{V1}/{FIRST}")).status_code == 404
    [mine] = (await read(day.catalog, "drafts", day.editor))["items"]
    assert mine["slug"] == DRAFT["slug"]


async def submitted_and_sent_back(day: Day) -> None:
    """A moderator finds it in the queue, and has a question."""
    refused = await step(day.catalog, FIRST, "publish", day.editor)
    assert refused.status_code == 403, "the editor has no mandate for Fès"
    await took(day.catalog, FIRST, "submit", day.editor)
    await day.shows("submitted")
    [waiting] = (await read(day.catalog, "review-queue?theme=farmers_markets&country=MA", day.moderator))["items"]
    assert (waiting["id"], waiting["owner"]["slug"]) == (day.id, "ville-de-fes")
    doubt = "En quoi est-ce autre chose que le marché qui y est déjà ?"
    await took(day.catalog, FIRST, "send_back", day.moderator, doubt)
    await day.shows("sent_back")
    [mine] = (await read(day.catalog, "drafts?status=needs_update", day.editor))["items"]
    assert mine["review_note"] == doubt


async def corrected_and_published(day: Day) -> None:
    """The answer is in the record, which is submitted again."""
    corrected = {"summary": {"fr": "Un second marché, aux portes de la médina, depuis 2023."}, "start_year": 2023}
    assert (await patch(day.catalog, FIRST, corrected, day.editor)).status_code == 200
    await day.shows("changed")
    assert (await took(day.catalog, FIRST, "submit", day.editor))["review_note"] is None
    await day.shows("submitted")
    await took(day.catalog, FIRST, "publish", day.moderator)
    await day.shows("published", ("initiative.created", 6))
    assert (await read(day.catalog, "review-queue", day.moderator))["items"] == []
    assert (await read(day.catalog, f"{FIRST}?lang=fr"))["summary"]["text"].startswith("Un second marché")


async def translated(day: Day) -> str:
    """By a person. Returns the ETag from before it."""
    etag = (await day.catalog.get(f"{V1}/{FIRST}")).headers["etag"]
    arabic = {"title": {"ar": {"text": "سوق المنتجين عند أبواب فاس", "origin": "human"}}}
    answer = await patch(day.catalog, f"{FIRST}?reason=Traduit", arabic, day.moderator, etag)
    assert answer.status_code == 200, answer.text
    await day.shows("changed", ("initiative.updated", 7))
    assert (await read(day.catalog, f"{FIRST}?lang=ar"))["title"]["origin"] == "human"
    return str(etag)


async def superseded(day: Day, etag: str) -> None:
    """What it said is out of date, and so are its translation, its name, and what somebody else has read."""
    renewed = {"title": {"fr": "Marché des producteurs, portes de Fès"}, "slug": RENAMED}
    assert (await patch(day.catalog, FIRST, renewed, day.moderator, etag)).status_code == 412
    assert (await patch(day.catalog, FIRST, renewed, day.moderator)).status_code == 200
    await day.shows("changed", ("initiative.updated", 8), of=LATER)
    assert (await read(day.catalog, f"{LATER}?lang=ar"))["title"]["origin"] == "outdated"
    assert (await day.catalog.get(f"{V1}/{FIRST}")).headers["location"] == f"{V1}/{LATER}"
    diff = (await read(day.catalog, f"{LATER}/revisions/6/diff?to=8"))["differences"]
    found = {one["pointer"]: one["to"] for one in diff}
    assert found["/title/fr/text"] == "Marché des producteurs, portes de Fès"
    assert found["/title/ar"]["origin"] == "outdated"
    assert found["/slug"] == RENAMED


async def merged(day: Day) -> None:
    """It was the same market after all: the other record is merged into this one."""
    there = await read(day.catalog, f"initiatives/{THERE_ALREADY}")
    answer = await merge(day.catalog, f"initiatives/{THERE_ALREADY}", RENAMED, day.moderator)
    assert answer.status_code == 200, answer.text
    day.changes.append(("initiative.merged", there["version"] + 1))
    assert await events(day.catalog, day.since) == day.changes
    tombstone = (await told(day.catalog, day.since))[-1]
    assert (tombstone["subject"]["id"], tombstone["merged_into"]) == (there["id"], day.id)
    for ref in (there["id"], THERE_ALREADY):
        assert (await day.catalog.get(f"{V1}/initiatives/{ref}")).headers["location"] == f"{V1}/{LATER}"
    assert (await actions(day.catalog, f"initiatives/{there['id']}", day.moderator))[0][1] == "merged"


async def archived(day: Day) -> None:
    """The market has closed. Its address says so, and so do all those that lead to it."""
    gone = await day.catalog.delete(f"{V1}/{LATER}?reason=Le+marché+a+fermé", headers=day.moderator | ANY)
    assert gone.status_code == 204, gone.text
    await day.shows("archived", ("initiative.archived", 9), of=LATER)
    for ref in (DRAFT["slug"], THERE_ALREADY, RENAMED, day.id):
        answer = await day.catalog.get(f"{V1}/initiatives/{ref}", follow_redirects=True)
        assert (answer.status_code, answer.json()["reason"]) == (410, "Le marché a fermé")
    assert [change["data"] for change in await told(day.catalog, day.since)] == [None] * len(day.changes)
    listed = await read(day.catalog, "initiatives?territory=fes&theme=farmers_markets&limit=200")
    assert not {RENAMED, THERE_ALREADY} & {item["slug"] for item in listed["items"]}
