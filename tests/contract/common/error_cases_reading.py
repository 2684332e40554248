"""Reads that go wrong, and methods that an address does not have."""

from services.common.feed.position import Position
from services.common.ids import new_id
from services.common.paging import encode_cursor, list_digest
from tests.contract.common.error_case import V1, Case, get

OTHERS_CURSOR = encode_cursor(list_digest(f"{V1}/initiatives", [("country", "FR")]), "", new_id())
"""Given out for other filters."""


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
