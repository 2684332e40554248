"""Requests to the catalog, each with the problem that it provokes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.common.feed.position import Position
from services.common.ids import new_id
from tests.conftest import ADMIN_KEY

V1 = "/catalog/v1"
LARGEST_BODY = 1024 * 1024
"""Bytes."""

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
    get("a range outside the snapshot", f"{V1}/snapshot", "range-not-satisfiable", Range="bytes=999999999-"),
    get("a range that is none", f"{V1}/snapshot", "malformed-request", Range="bytes=a-b"),
]
METHODS = [
    wrong_method("PUT", f"{V1}/territories/fes", "DELETE, GET, PATCH"),
    wrong_method("POST", f"{V1}/initiatives/tav-lyon", "DELETE, GET, PATCH"),
    wrong_method("DELETE", f"{V1}/territories", "GET, POST"),
    wrong_method("PATCH", f"{V1}/initiatives", "GET, POST"),
    wrong_method("POST", f"{V1}/cooperations", "GET"),
    wrong_method("DELETE", f"{V1}/networks/mufpp", "GET"),
    wrong_method("POST", f"{V1}/changes", "GET"),
    wrong_method("OPTIONS", f"{V1}/territories", "GET, POST"),
    wrong_method("BREW", f"{V1}/vocabularies/themes", "GET"),
    wrong_method("POST", "/catalog/health/live", "GET"),
    wrong_method("DELETE", "/problems/not-found", "GET"),
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
    patch("a renamed slug", b'{"slug": "another"}', "invalid", "/slug"),
    patch("a title taken away", b'{"title": null}', "invalid", "/title"),
    patch("half a character in a patch", rb'{"\ud800": {"\ud801": "\udfff"}}', UNREADABLE_OR_WRONG),
    patch("a deep patch", b'{"title":' * 900 + b"1" + b"}" * 900, UNREADABLE_OR_WRONG),
]
OTHERS = [
    Case("a patch of nothing", "PATCH", f"{V1}/initiatives/atlantis", "not-found", SEEN, b"{}"),
    Case("a patch of NUL", "PATCH", f"{V1}/initiatives/%00", "not-found", SEEN, b"{}"),
    Case("a patch of a NUL territory", "PATCH", f"{V1}/territories/a%00b", "not-found", SEEN, b"{}"),
    Case("a patch of what is archived", "PATCH", f"{V1}/initiatives/archived-here", "gone", SEEN, b"{}"),
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
    Case("a territory in use", "DELETE", f"{V1}/territories/fes?reason=Fusion", "conflict", SEEN),
]
CASES = READS + METHODS + BODIES + OTHERS
