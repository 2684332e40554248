"""Cursors of lists and of the change feed: opaque, kept exactly, and refused when they are none."""

import base64
from uuid import UUID

import orjson
import pytest

from services.common.feed.position import Position, parse_cursor
from services.common.ids import new_id
from services.common.paging import decode_cursor, encode_cursor, list_digest
from services.common.problems import MALFORMED, Problem

RECORD = UUID("019a0669-fcc0-705f-ae16-80325fac86d5")
LIST = list_digest("/catalog/v1/territories", [])


def forged(value: object) -> str:
    """A cursor as a list gives it out, of another content."""
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


@pytest.mark.parametrize("sort_key", ["", "fes", "saint-étienne", "مونبلييه", 'a"b\\', "~?>", "x" * 300])
def test_a_list_goes_on_where_it_stopped(sort_key: str) -> None:
    cursor = encode_cursor(LIST, sort_key, RECORD)
    assert decode_cursor(LIST, cursor) == (sort_key, RECORD)
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?# ")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "%00",
        "\0",
        "AAAA",
        "=" * 40,
        "A" * 1000,
        forged([]),
        forged({}),
        forged(None),
        forged([LIST]),
        forged([LIST, "fes"]),
        forged([LIST, "fes", 7]),
        forged([LIST, "fes", None]),
        forged([LIST, "fes", ["a"]]),
        forged([LIST, "fes", "no uuid"]),
        forged([LIST, 7, str(RECORD)]),
        forged([LIST, None, str(RECORD)]),
        forged([LIST, "a\0b", str(RECORD)]),
        forged([LIST, "fes", str(RECORD), "more"]),
        forged("fes"),
        base64.urlsafe_b64encode(b'["", "fes", "' + b"[" * 2000).decode(),
        base64.urlsafe_b64encode(b"[" * 2000).decode(),
        base64.urlsafe_b64encode(b'["", "\xff", "x"]').decode(),
    ],
)
def test_what_is_no_cursor_of_a_list_is_refused(cursor: str) -> None:
    with pytest.raises(Problem) as caught:
        decode_cursor(LIST, cursor)
    assert caught.value.kind is MALFORMED
    assert caught.value.errors[0]["pointer"] == "?cursor"


def test_a_cursor_holds_for_its_list_and_filters_only() -> None:
    french = [("country", "FR"), ("theme", "food_waste")]
    of = list_digest("/catalog/v1/territories", french)
    cursor = encode_cursor(of, "fes", RECORD)
    same = [("limit", "5"), *reversed(french), ("lang", "ar"), ("count", "true"), ("cursor", cursor)]
    assert decode_cursor(list_digest("/catalog/v1/territories", same), cursor) == ("fes", RECORD)
    others = [
        list_digest("/catalog/v1/initiatives", french),
        list_digest("/catalog/v1/territories", []),
        list_digest("/catalog/v1/territories", [*french, ("country", "MA")]),
        list_digest("/catalog/v1/territories", [("country", "FR,theme"), ("food_waste", "")]),
    ]
    for other in others:
        with pytest.raises(Problem) as caught:
            decode_cursor(other, cursor)
        assert (caught.value.kind, caught.value.errors[0]["code"]) == (MALFORMED, "other_list")


@pytest.mark.parametrize(
    "position", [Position(0, 0, RECORD), Position(2**63 - 1, 2**31 - 1, RECORD), Position(-1, 1, RECORD)]
)
def test_a_feed_cursor_names_its_position_exactly(position: Position) -> None:
    assert parse_cursor(position.cursor()) == position
    assert len(position.cursor()) < 100
    assert not set(position.cursor()) & set("+/=&?# ")


def test_feed_cursors_differ_by_place_and_by_change() -> None:
    positions = [Position(1, 1, RECORD), Position(1, 2, RECORD), Position(2, 1, RECORD), Position(1, 1, new_id())]
    assert len({position.cursor() for position in positions}) == len(positions)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "\0",
        "%00",
        "A" * 37,
        "A" * 39,
        "A" * 100,
        Position(1, 1, RECORD).cursor()[:-1],
        Position(1, 1, RECORD).cursor() + "AA",
        Position(1, 1, RECORD).cursor()[:-2] + "!A",
        " " + Position(1, 1, RECORD).cursor(),
        encode_cursor(LIST, "fes", RECORD),
    ],
)
def test_what_is_no_cursor_of_a_feed_is_refused(cursor: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_cursor(cursor)
    assert caught.value.kind is MALFORMED
    assert caught.value.errors[0]["pointer"] == "?since"
