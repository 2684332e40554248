"""Bounding boxes as they are written, and who gets GeoJSON."""

import math

import pytest
from fastapi import Request

from services.common.geo import BoundingBox, parse_bbox, wants_geojson
from services.common.problems import MALFORMED, Problem


@pytest.mark.parametrize(
    ("value", "box"),
    [
        (None, None),
        ("-5.5,33.5,-4.5,34.5", BoundingBox(-5.5, 33.5, -4.5, 34.5)),
        ("-180,-90,180,90", BoundingBox(-180, -90, 180, 90)),
        ("170,0,-170,1", BoundingBox(170, 0, -170, 1)),
        ("0,0,0,0", BoundingBox(0, 0, 0, 0)),
        (" 1, 2 ,3,4 ", BoundingBox(1, 2, 3, 4)),
    ],
)
def test_a_box_is_read(value: str | None, box: BoundingBox | None) -> None:
    assert parse_bbox(value) == box


@pytest.mark.parametrize(
    "value",
    [
        *("", "1,2,3", "1,2,3,4,5", "1,2,3,", "a,b,c,d", "1;2;3;4"),
        *("181,0,1,1", "0,0,-181,1", "0,-91,1,1", "0,0,1,91", "0,2,1,1"),
        *("nan,0,1,1", "0,nan,1,1", "0,0,1,nan", "inf,0,1,1", "-inf,0,1,1", "0,0,1e400,1"),
    ],
)
def test_what_is_no_box_is_refused(value: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_bbox(value)
    assert caught.value.kind is MALFORMED
    assert caught.value.errors[0]["pointer"] == "?bbox"


def test_a_zero_below_zero_is_zero() -> None:
    box = parse_bbox("-1,-1,-0.0,-0.0")
    assert box is not None
    assert math.copysign(1, box.east) == math.copysign(1, box.north) == 1


def test_a_box_that_does_not_cross_the_antimeridian_is_whole() -> None:
    box = BoundingBox(-180, -90, 180, 90)
    assert box.halves() == (box,)


def test_a_box_over_the_antimeridian_has_two_halves_that_meet_there() -> None:
    assert BoundingBox(170, -20, -170, 20).halves() == (
        BoundingBox(170, -20, 180, 20),
        BoundingBox(-180, -20, -170, 20),
    )


@pytest.mark.parametrize(
    ("accept", "geojson"),
    [
        ("application/geo+json", True),
        ("application/geo+json, */*;q=0.1", True),
        ("application/json, application/geo+json;q=0.1", False),
        ("application/geo+json;q=0, application/json", False),
        ("application/geo+json;q=x", False),
        ("application/json", False),
        ("", False),
    ],
)
def test_geojson_is_for_those_who_prefer_it(accept: str, geojson: bool) -> None:
    assert wants_geojson(Request({"type": "http", "headers": [(b"accept", accept.encode())]})) is geojson
