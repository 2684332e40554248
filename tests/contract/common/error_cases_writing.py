"""Records written wrongly: the body, the patch, the removal, the headers that go with them."""

import json
from collections.abc import Mapping
from typing import Any

from tests.contract.common.error_case import ADMIN, JSON, PATCH, SEEN, V1, Case, do

LARGEST_BODY = 1024 * 1024
"""Bytes."""

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


def post(name: str, content: bytes, slug: str, *pointers: str, headers: Mapping[str, str] = ADMIN | JSON) -> Case:
    return Case(name, "POST", f"{V1}/initiatives", slug, headers, content, pointers=pointers)


def patch(name: str, content: bytes, slug: str, *pointers: str, headers: Mapping[str, str] = SEEN) -> Case:
    return Case(name, "PATCH", f"{V1}/initiatives/tav-lyon", slug, headers, content, pointers=pointers)


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
CHANGES = [
    do("a patch of nothing", "PATCH initiatives/atlantis", "not-found", body={}),
    do("a patch of NUL", "PATCH initiatives/%00", "not-found", body={}),
    do("a patch of a NUL territory", "PATCH territories/a%00b", "not-found", body={}),
    do("a patch of what is archived", "PATCH initiatives/archived-here", "gone", body={}),
    do(
        "a person's address",
        "POST partners",
        "invalid",
        "/contacts/0/email",
        body={"slug": "b", "name": "B", "kind": "network", "contacts": [{"role": "x", "email": "jane.doe@b.example"}]},
    ),
    do("a removal of NUL", "DELETE territories/%00?reason=Doublon", "not-found"),
    do("a removal without reason", "DELETE initiatives/tav-lyon", "malformed-request", "?reason"),
    do("a NUL as reason", "DELETE initiatives/tav-lyon?reason=abc%00", "malformed-request", "?reason"),
    do("a removal without If-Match", "DELETE initiatives/tav-lyon?reason=why", "precondition-required", if_match=None),
    do("a territory in use", "DELETE territories/fes?reason=Fusion", "conflict"),
]
