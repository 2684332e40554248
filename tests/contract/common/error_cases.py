"""Requests to the catalog, each with the problem that it provokes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.common.feed.position import Position
from services.common.ids import new_id
from services.common.paging import encode_cursor, list_digest
from tests.conftest import ADMIN_KEY

V1 = "/catalog/v1"
LARGEST_BODY = 1024 * 1024
"""Bytes."""

OTHERS_CURSOR = encode_cursor(list_digest(f"{V1}/initiatives", [("country", "FR")]), "", new_id())
"""Given out for other filters."""

ADMIN = {"Authorization": f"Bearer {ADMIN_KEY}"}
JSON = {"Content-Type": "application/json"}
PATCH = ADMIN | {"Content-Type": "application/merge-patch+json"}
SEEN = PATCH | {"If-Match": "*"}
UNREADABLE_OR_WRONG = "malformed-request|invalid"
INITIATIVE: dict[str, Any] = {
    "slug": "essai-fes",
    "title": {"fr": "Essai"},
    "summary": {"fr": "Un essai."},
    "territory": "fes",
    "themes": ["farmers_markets"],
    "sources": [{"title": "Étude"}],
}


def initiative(**changes: object) -> bytes:
    return json.dumps(INITIATIVE | changes).encode()


def raw_initiative(member: str) -> bytes:
    """The initiative with a member that Python's own JSON would not write."""
    return initiative()[:-1] + b", " + member.encode() + b"}"


@dataclass(frozen=True)
class Case:
    """A request, and the problem that it provokes."""

    name: str
    method: str
    path: str
    slug: str
    """Of the problem; several where either is right, e.g. a number that no JSON reader has to read."""
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    has: Mapping[str, str] = field(default_factory=dict)
    """Headers that the answer must have."""
    pointers: tuple[str, ...] = ()
    """Fields that `errors` must name."""

    async def send(self, client: httpx.AsyncClient, **headers: str) -> httpx.Response:
        return await client.request(self.method, self.path, headers={**self.headers, **headers}, content=self.content)


def get(name: str, path: str, slug: str, *pointers: str, **headers: str) -> Case:
    return Case(
        name, "GET", path, slug, {key.replace("_", "-"): value for key, value in headers.items()}, pointers=pointers
    )


def post(name: str, content: bytes, slug: str, *pointers: str, headers: Mapping[str, str] = ADMIN | JSON) -> Case:
    return Case(name, "POST", f"{V1}/initiatives", slug, headers, content, pointers=pointers)


def patch(name: str, content: bytes, slug: str, *pointers: str, headers: Mapping[str, str] = SEEN) -> Case:
    return Case(name, "PATCH", f"{V1}/initiatives/tav-lyon", slug, headers, content, pointers=pointers)


def wrong_method(method: str, path: str, allow: str) -> Case:
    return Case(f"{method} {path}", method, path, "method-not-allowed", has={"allow": allow})


READS = [
    get("no page", "/nothing", "not-found"),
    get("no route", f"{V1}/nothing", "not-found"),
    get("no route below a record", f"{V1}/territories/fes/nothing", "not-found"),
    get("no territory", f"{V1}/territories/atlantis", "not-found"),
    get("the actors of no territory", f"{V1}/territories/atlantis/actors", "not-found"),
    get("actors in no role", f"{V1}/territories/fes/actors?role=no_such_role", "malformed-request", "?role"),
    get("no initiative", f"{V1}/initiatives/{new_id()}", "not-found"),
    get("no cooperation", f"{V1}/cooperations/x", "not-found"),
    get("no network", f"{V1}/networks/x", "not-found"),
    get("no vocabulary", f"{V1}/vocabularies/x", "not-found"),
    get("no problem type", "/problems/x", "not-found"),
    get("no file", "/catalog/docs/static/x.js", "not-found"),
    get("a path out of the files", "/catalog/docs/static/%2e%2e/%2e%2e/__init__.py", "not-found"),
    get("a NUL as reference", f"{V1}/territories/%00", "not-found"),
    get("a NUL within a reference", f"{V1}/initiatives/a%00b", "not-found"),
    get("a NUL as vocabulary", f"{V1}/vocabularies/%00", "not-found"),
    get("a reference that is no UTF-8", f"{V1}/territories/%ff%ed%a0%80", "not-found"),
    get("a very long reference", f"{V1}/territories/{'a' * 5000}", "malformed-request"),
    get("an archived record", f"{V1}/initiatives/archived-here", "gone"),
    get("an unknown parameter", f"{V1}/territories?colour=red", "unknown-parameter", "?colour"),
    get("two unknown parameters", f"{V1}/networks?a=1&b=2", "unknown-parameter", "?a", "?b"),
    get("an unknown parameter of a record", f"{V1}/territories/fes?fields=name", "unknown-parameter", "?fields"),
    get("an unknown parameter of the snapshot", f"{V1}/snapshot?since=x", "unknown-parameter", "?since"),
    get("an unknown parameter with a brace", f"{V1}/territories?%7Bx%7D=1", "unknown-parameter", "?{x}"),
    get("an empty page", f"{V1}/territories?limit=0", "malformed-request", "?limit"),
    get("too large a page", f"{V1}/territories?limit=201", "malformed-request", "?limit"),
    get("a page of words", f"{V1}/initiatives?limit=many", "malformed-request", "?limit"),
    get("a page beyond all numbers", f"{V1}/initiatives?limit={'9' * 5000}", "malformed-request", "?limit"),
    get("no truth value", f"{V1}/initiatives?count=perhaps", "malformed-request", "?count"),
    get("a broken cursor", f"{V1}/initiatives?cursor=x", "malformed-request", "?cursor"),
    get("a NUL as cursor", f"{V1}/initiatives?cursor=%00", "malformed-request", "?cursor"),
    get("an endless cursor", f"{V1}/initiatives?cursor={'A' * 1001}", "malformed-request", "?cursor"),
    get("a cursor of another list", f"{V1}/initiatives?cursor={OTHERS_CURSOR}", "malformed-request", "?cursor"),
    get("a limit given twice", f"{V1}/territories?limit=5&limit=6", "malformed-request", "?limit"),
    get(
        "two waits",
        f"{V1}/changes?types=initiative.updated&types=initiative.created&wait=0&wait=1",
        "malformed-request",
        "?wait",
    ),
    get("a number for a day", f"{V1}/stale?before=0", "malformed-request", "?before"),
    get("half a box", f"{V1}/territories?bbox=1,2", "malformed-request", "?bbox"),
    get("a box of no numbers", f"{V1}/cooperations?bbox=nan,0,1,1", "malformed-request", "?bbox"),
    get("a box off the globe", f"{V1}/initiatives?bbox=0,0,1,91", "malformed-request", "?bbox"),
    get("no language", f"{V1}/territories?lang=!", "malformed-request", "?lang"),
    get("a NUL as language", f"{V1}/vocabularies?lang=%00", "malformed-request", "?lang"),
    get("an unknown theme", f"{V1}/initiatives?theme=no_such_theme", "malformed-request", "?theme"),
    get("an unknown problem", f"{V1}/territories?problem=boredom", "malformed-request", "?problem"),
    get("an ill-formed country", f"{V1}/territories?country=fra", "malformed-request", "?country"),
    get("a NUL as territory", f"{V1}/initiatives?territory=%00", "malformed-request", "?territory"),
    get("a broken feed cursor", f"{V1}/changes?since=x", "malformed-request", "?since"),
    get("an empty feed cursor", f"{V1}/changes?since=", "malformed-request", "?since"),
    get("a forged feed cursor", f"{V1}/changes?since={Position(1, 1, new_id()).cursor()}", "cursor-gone"),
    get("a forged cursor's status", f"{V1}/changes/status?since={Position(9, 9, new_id()).cursor()}", "cursor-gone"),
    get("too long a wait", f"{V1}/changes?wait=31", "malformed-request", "?wait"),
    get("a wait of no number", f"{V1}/changes?wait=nan", "malformed-request", "?wait"),
    get("unknown data", f"{V1}/changes?include=everything", "malformed-request", "?include"),
    get(
        "a broken event id",
        f"{V1}/changes",
        "malformed-request",
        Accept="text/event-stream",
        Last_Event_ID="x",
    ),
    get("no term", f"{V1}/vocabularies/themes/terms/x", "not-found"),
    get("a NUL as term", f"{V1}/vocabularies/themes/terms/%00", "not-found"),
    get("no terms of a vocabulary", f"{V1}/vocabularies/x/terms?scheme=a&code=b", "not-found"),
    get("a lookup without a code", f"{V1}/vocabularies/themes/terms?scheme=a", "malformed-request", "?code"),
    get("no scheme", f"{V1}/crosswalks/x", "not-found"),
    get("an ill-formed scheme", f"{V1}/crosswalks/%00", "malformed-request"),
    get("completeness of nothing", f"{V1}/completeness?collection=moons", "malformed-request", "?collection"),
    get("completeness by nothing", f"{V1}/completeness?by=moon", "malformed-request", "?by"),
    get("duplicates of nothing", f"{V1}/initiatives/atlantis/duplicates", "not-found"),
    get("duplicates of an archived record", f"{V1}/initiatives/archived-here/duplicates", "gone"),
    get("duplicates of no kind", f"{V1}/moons/x/duplicates", "not-found"),
    get("a range outside the snapshot", f"{V1}/snapshot", "range-not-satisfiable", Range="bytes=999999999-"),
    get("a range that is none", f"{V1}/snapshot", "malformed-request", Range="bytes=a-b"),
]
METHODS = [
    wrong_method("PUT", f"{V1}/territories/fes", "DELETE, GET, HEAD, PATCH"),
    wrong_method("POST", f"{V1}/initiatives/tav-lyon", "DELETE, GET, HEAD, PATCH"),
    wrong_method("DELETE", f"{V1}/territories", "GET, HEAD, POST"),
    wrong_method("PATCH", f"{V1}/initiatives", "GET, HEAD, POST"),
    wrong_method("PUT", f"{V1}/cooperations", "GET, HEAD, POST"),
    wrong_method("PUT", f"{V1}/networks/mufpp", "DELETE, GET, HEAD, PATCH"),
    wrong_method("POST", f"{V1}/changes", "GET, HEAD"),
    wrong_method("OPTIONS", f"{V1}/territories", "GET, HEAD, POST"),
    wrong_method("BREW", f"{V1}/vocabularies/themes", "GET, HEAD"),
    wrong_method("POST", "/catalog/health/live", "GET, HEAD"),
    wrong_method("DELETE", "/problems/not-found", "GET, HEAD"),
]
BODIES = [
    post("broken JSON", b'{"slug": ', "malformed-request"),
    post("no body", b"", UNREADABLE_OR_WRONG),
    post("no UTF-8", b'{"slug": "\xff"}', "malformed-request"),
    post("a list", b"[]", "invalid"),
    post("a word", b'"fes"', "invalid"),
    post("null", b"null", "invalid"),
    post("very deep", b'{"title":' * 10_000 + b"1" + b"}" * 10_000, "malformed-request"),
    post("very deep lists", b"[" * 10_000 + b"]" * 10_000, "malformed-request"),
    post("a number beyond floats", raw_initiative('"start_year": 1e400'), UNREADABLE_OR_WRONG),
    post("no number", raw_initiative('"start_year": NaN'), UNREADABLE_OR_WRONG),
    post("a long integer", raw_initiative(f'"start_year": {"9" * 4000}'), UNREADABLE_OR_WRONG),
    post("an integer too long to read", raw_initiative(f'"start_year": {"9" * 5000}'), UNREADABLE_OR_WRONG),
    post("half a character", raw_initiative(r'"url": "\ud800"'), UNREADABLE_OR_WRONG),
    post("half a character in a text", raw_initiative(r'"title": {"fr": "\ud800"}'), UNREADABLE_OR_WRONG),
    post("half a character as name", raw_initiative(r'"\ud800": 1'), UNREADABLE_OR_WRONG),
    post("half a character as language", raw_initiative(r'"title": {"\ud800": "x"}'), UNREADABLE_OR_WRONG),
    post("a NUL", initiative(title={"fr": "a\0b"}), "invalid"),
    post("a slash and a tilde as name", initiative(**{"a/b~c": 1}), "invalid", "/a~1b~0c"),
    post(
        "every field wrong",
        b'{"slug": 1, "title": 2, "x": 3}',
        "invalid",
        "/slug",
        "/title",
        "/x",
        "/summary",
        "/themes",
    ),
    post("an unknown theme", initiative(themes=["no_such"]), "invalid", "/themes/0"),
    post("an unknown territory", initiative(territory="atlantis"), "invalid", "/territory"),
    post("an end before the start", initiative(start_year=2020, end_year=2019), "invalid"),
    post("a slug that is taken", initiative(slug="tav-lyon"), "conflict", "/slug"),
    post("a slug of an archived record", initiative(slug="archived-here"), "conflict", "/slug"),
    post("too large a body", b" " * (LARGEST_BODY + 1), "body-too-large"),
    post(
        "a form",
        b"slug=fes",
        "unsupported-media-type",
        headers=ADMIN | {"Content-Type": "application/x-www-form-urlencoded"},
    ),
    post("a text", initiative(), "unsupported-media-type", headers=ADMIN | {"Content-Type": "text/plain"}),
    post("no media type", initiative(), "unsupported-media-type", headers=ADMIN),
    post("no key", initiative(), "unauthenticated", headers=JSON),
    post("a wrong key", initiative(), "unauthenticated", headers=JSON | {"Authorization": "Bearer wrong"}),
    post("an empty key", initiative(), "unauthenticated", headers=JSON | {"Authorization": "Bearer "}),
    post("a password", initiative(), "unauthenticated", headers=JSON | {"Authorization": "Basic eDp5"}),
    patch("a patch without If-Match", b"{}", "precondition-required", headers=PATCH),
    patch("a stale version", b"{}", "stale-version", headers=PATCH | {"If-Match": '"9-ab"'}),
    patch("a weak version", b"{}", "stale-version", headers=PATCH | {"If-Match": 'W/"1-ab"'}),
    patch(
        "another patch format",
        b"[]",
        "unsupported-media-type",
        headers=SEEN | {"Content-Type": "application/json-patch+json"},
    ),
    patch("a patch that is a list", b"[]", "invalid"),
    patch("broken JSON as patch", b"{", "malformed-request"),
    patch("a slug that is none", b'{"slug": "Tav Lyon"}', "invalid", "/slug"),
    patch("a slug of another record", b'{"slug": "tav-toulouse"}', "conflict", "/slug"),
    patch("a slug of an archived one", b'{"slug": "archived-here"}', "conflict", "/slug"),
    patch("a status taken away", b'{"status": null}', "invalid", "/status"),
    patch("a status that moderators give", b'{"status": "needs_update"}', "invalid", "/status"),
    patch("a licence that is none", b'{"licence": ""}', "invalid", "/licence"),
    patch("a day that is none", b'{"review_due": "2026-02-30"}', "invalid", "/review_due"),
    patch("a number for a day", b'{"review_due": 1795000000}', "invalid", "/review_due"),
    patch("a text of a number for a day", b'{"review_due": "0"}', "invalid", "/review_due"),
    patch("a moment for a day", b'{"review_due": "2026-11-23T12:00:00Z"}', "invalid", "/review_due"),
    patch("an unknown organization", b'{"carrier": {"organization": "x"}}', "invalid", "/carrier/organization"),
    patch("an unknown initiative", b'{"inspired_by": ["x"]}', "invalid", "/inspired_by/0"),
    patch("its own descendant", b'{"inspired_by": ["tav-lyon"]}', "invalid", "/inspired_by"),
    patch("a title taken away", b'{"title": null}', "invalid", "/title"),
    patch("half a character in a patch", rb'{"\ud800": {"\ud801": "\udfff"}}', UNREADABLE_OR_WRONG),
    patch("a deep patch", b'{"title":' * 900 + b"1" + b"}" * 900, UNREADABLE_OR_WRONG),
]
OTHERS = [
    Case("a patch of nothing", "PATCH", f"{V1}/initiatives/atlantis", "not-found", SEEN, b"{}"),
    Case("a patch of NUL", "PATCH", f"{V1}/initiatives/%00", "not-found", SEEN, b"{}"),
    Case("a patch of a NUL territory", "PATCH", f"{V1}/territories/a%00b", "not-found", SEEN, b"{}"),
    Case("a patch of what is archived", "PATCH", f"{V1}/initiatives/archived-here", "gone", SEEN, b"{}"),
    Case(
        "a person's address",
        "POST",
        f"{V1}/partners",
        "invalid",
        ADMIN | JSON,
        json.dumps(
            {"slug": "b", "name": "B", "kind": "network", "contacts": [{"role": "x", "email": "jane.doe@b.example"}]}
        ).encode(),
        pointers=("/contacts/0/email",),
    ),
    Case("a removal of NUL", "DELETE", f"{V1}/territories/%00?reason=Doublon", "not-found", SEEN),
    Case(
        "a removal without reason",
        "DELETE",
        f"{V1}/initiatives/tav-lyon",
        "malformed-request",
        SEEN,
        pointers=("?reason",),
    ),
    Case(
        "a NUL as reason",
        "DELETE",
        f"{V1}/initiatives/tav-lyon?reason=abc%00",
        "malformed-request",
        SEEN,
        pointers=("?reason",),
    ),
    Case(
        "a removal without If-Match", "DELETE", f"{V1}/initiatives/tav-lyon?reason=why", "precondition-required", ADMIN
    ),
    Case(
        "a record and itself",
        "POST",
        f"{V1}/initiatives/tav-lyon/duplicates/tav-lyon/dismiss?reason=why",
        "conflict",
        ADMIN,
    ),
    Case(
        "a dismissal without reason",
        "POST",
        f"{V1}/initiatives/tav-lyon/duplicates/tav-grenoble/dismiss",
        "malformed-request",
        ADMIN,
        pointers=("?reason",),
    ),
    Case(
        "a dismissal of nothing",
        "POST",
        f"{V1}/initiatives/tav-lyon/duplicates/x/dismiss?reason=why",
        "not-found",
        ADMIN,
    ),
    Case("nothing to reconsider", "POST", f"{V1}/initiatives/tav-lyon/duplicates/x/reconsider", "not-found", ADMIN),
    Case(
        "a term in two languages only",
        "POST",
        f"{V1}/vocabularies/themes/terms",
        "invalid",
        ADMIN | JSON,
        b'{"code": "x", "label": {"fr": "X", "en": "X"}}',
        pointers=("/label/ar",),
    ),
    Case(
        "a term that there is",
        "POST",
        f"{V1}/vocabularies/themes/terms",
        "conflict",
        ADMIN | JSON,
        '{"code": "food_waste", "label": {"fr": "X", "en": "X", "ar": "س"}}'.encode(),
        pointers=("/code",),
    ),
    Case(
        "a circle of terms",
        "PATCH",
        f"{V1}/vocabularies/themes/terms/food_waste",
        "invalid",
        SEEN,
        b'{"broader": ["food_waste"]}',
        pointers=("/broader/0",),
    ),
    Case(
        "a term changed unseen",
        "PATCH",
        f"{V1}/vocabularies/themes/terms/food_waste",
        "precondition-required",
        PATCH,
        b"{}",
    ),
    Case(
        "half an entry of a crosswalk",
        "PUT",
        f"{V1}/crosswalks/a/themes/x",
        "invalid",
        ADMIN | JSON,
        b'{"target": "food_waste", "relation": null}',
        pointers=("",),
    ),
    Case(
        "an entry that leads nowhere",
        "PUT",
        f"{V1}/crosswalks/a/themes/x",
        "invalid",
        ADMIN | JSON,
        b'{"target": "no_such", "relation": "exactMatch"}',
        pointers=("/target",),
    ),
    Case("a territory in use", "DELETE", f"{V1}/territories/fes?reason=Fusion", "conflict", SEEN),
]
REVIEW_QUEUE, TAV = f"{V1}/review-queue", f"{V1}/initiatives/tav-lyon"
QUEUE_CURSOR = encode_cursor(list_digest(REVIEW_QUEUE, []), "yesterday", new_id())
REVISION_CURSOR = encode_cursor(list_digest(f"{TAV}/revisions", []), "x", new_id())
"""Of these lists, and given out by nobody."""

SENT = ADMIN | JSON | {"If-Match": "*"}


def do(name: str, path: str, body: dict[str, Any], slug: str, *pointers: str, **headers: str | None) -> Case:
    sent = {key: value for key, value in (SENT | headers).items() if value is not None}
    return Case(name, "POST", f"{V1}/{path}", slug, sent, json.dumps(body).encode(), pointers=pointers)


RELEASE = {"collection": "initiatives", "slug": "tav-lyon"}
EDITING = [
    get("revisions of nothing", f"{V1}/initiatives/atlantis/revisions", "not-found"),
    get("revisions of what is archived", f"{V1}/initiatives/archived-here/revisions", "gone"),
    get("a revision that there is not", f"{TAV}/revisions/9", "not-found"),
    get("a revision of no number", f"{TAV}/revisions/first", "malformed-request"),
    get("a revision beyond all numbers", f"{TAV}/revisions/99999999999999999999", "malformed-request"),
    get("a difference to what there is not", f"{TAV}/revisions/1/diff?to=9", "not-found"),
    get("a difference to no number", f"{TAV}/revisions/1/diff?to=x", "malformed-request", "?to"),
    get("a forged cursor of revisions", f"{TAV}/revisions?cursor={REVISION_CURSOR}", "malformed-request", "?cursor"),
    get("an ill-formed day", f"{V1}/stale?before=soon", "malformed-request", "?before"),
    get("a kind that there is not", f"{V1}/stale?kind=city", "malformed-request", "?kind"),
    get("an unknown theme of what is stale", f"{V1}/stale?theme=no_such_theme", "malformed-request", "?theme"),
    get("half a box of what is stale", f"{V1}/stale?bbox=1,2", "malformed-request", "?bbox"),
    get("a NUL as owner", f"{V1}/stale?owner=%00", "malformed-request", "?owner"),
    get("the queue without a key", REVIEW_QUEUE, "unauthenticated"),
    get("the drafts without a key", f"{V1}/drafts", "unauthenticated"),
    Case(
        "a forged cursor of the queue",
        "GET",
        f"{REVIEW_QUEUE}?cursor={QUEUE_CURSOR}",
        "malformed-request",
        ADMIN,
        pointers=("?cursor",),
    ),
    Case(
        "drafts of no status", "GET", f"{V1}/drafts?status=published", "malformed-request", ADMIN, pointers=("?status",)
    ),
    do("no action", "initiatives/tav-lyon/review", {}, "invalid", "/action"),
    do("an action that there is not", "initiatives/tav-lyon/review", {"action": "love"}, "invalid", "/action"),
    do("sending back without a reason", "initiatives/tav-lyon/review", {"action": "send_back"}, "invalid"),
    do("a step that it has not", "initiatives/tav-lyon/review", {"action": "reopen"}, "conflict"),
    do("publishing what is published", "initiatives/tav-lyon/review", {"action": "publish"}, "conflict"),
    do("withdrawing what is in use", "territories/fes/review", {"action": "withdraw"}, "conflict"),
    do("a review of what is archived", "initiatives/archived-here/review", {"action": "confirm"}, "gone"),
    do("a review of NUL", "initiatives/%00/review", {"action": "confirm"}, "not-found"),
    do(
        "a review unseen",
        "initiatives/tav-lyon/review",
        {"action": "confirm"},
        "precondition-required",
        **{"If-Match": None},
    ),
    do(
        "a review of what has changed",
        "initiatives/tav-lyon/review",
        {"action": "confirm"},
        "stale-version",
        **{"If-Match": '"9-ab"'},
    ),
    do("a merge into itself", "initiatives/tav-lyon/merge", {"into": "tav-lyon"}, "invalid", "/into"),
    do("a merge into nothing", "initiatives/tav-lyon/merge", {"into": "atlantis"}, "invalid", "/into"),
    do("a merge into a territory", "territories/fes/merge", {"into": "tav-lyon"}, "invalid", "/into"),
    do("a merge into what is archived", "initiatives/tav-lyon/merge", {"into": "archived-here"}, "invalid", "/into"),
    do("a merge of what is archived", "initiatives/archived-here/merge", {"into": "tav-lyon"}, "gone"),
    do("a merge of nothing", "initiatives/atlantis/merge", {"into": "tav-lyon"}, "not-found"),
    do(
        "a merge unseen",
        "initiatives/tav-lyon/merge",
        {"into": "compostage-fes"},
        "precondition-required",
        **{"If-Match": None},
    ),
    do("restoring what there is not", "initiatives/tav-lyon/revisions/9/restore", {}, "not-found"),
    do(
        "restoring unseen",
        "initiatives/tav-lyon/revisions/1/restore",
        {},
        "precondition-required",
        **{"If-Match": None},
    ),
    do("the slug of what is not archived", "slugs/release", RELEASE, "conflict"),
    do("a slug that nothing has", "slugs/release", RELEASE | {"slug": "atlantis"}, "not-found"),
    do("a slug of no collection", "slugs/release", RELEASE | {"collection": "cities"}, "invalid", "/collection"),
]
CASES = READS + METHODS + BODIES + OTHERS + EDITING
