"""Places in questions and answers: bounding boxes, and GeoJSON where the reader asks for it (RFC 7946)."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Annotated

from fastapi import Query, Request

from services.common.http.accept import wants
from services.common.problems import bad_parameter

GEOJSON = "application/geo+json"

EASTERNMOST, WESTERNMOST = 180.0, -180.0


EARTH_RADIUS_KM = 6371.0088


def kilometres(point: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance over ground between two points (longitude, latitude in degrees), on a sphere."""
    (lon, lat), (other_lon, other_lat) = (map(radians, each) for each in (point, other))
    half = sin((other_lat - lat) / 2) ** 2 + cos(lat) * cos(other_lat) * sin((other_lon - lon) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """West, south, east, north in WGS 84 degrees, edges included; west > east crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    def halves(self) -> tuple["BoundingBox", ...]:
        """Boxes that do not cross the antimeridian and together are this one: itself, or the two sides of it."""
        if self.west <= self.east:
            return (self,)
        return (
            BoundingBox(self.west, self.south, EASTERNMOST, self.north),
            BoundingBox(WESTERNMOST, self.south, self.east, self.north),
        )


def parse_bbox(value: str | None) -> BoundingBox | None:
    """`west,south,east,north`; raises `Problem` (400) for anything else."""
    if value is None:
        return None
    try:
        # Adding zero turns -0.0, which sorts below 0.0 in an index, into 0.0.
        west, south, east, north = (float(part) + 0.0 for part in value.split(","))
    except ValueError as error:
        raise bad_parameter("bbox", "west,south,east,north in degrees", "bbox") from error
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise bad_parameter("bbox", "longitudes from -180 to 180, latitudes from -90 to 90, south <= north", "bbox")
    return BoundingBox(west, south, east, north)


BboxParameter = Annotated[
    str | None,
    Query(
        max_length=200,
        description="`west,south,east,north` in WGS 84 degrees; west > east crosses the antimeridian.",
        examples=["-5.5,33.5,-4.5,34.5"],
    ),
]


def wants_geojson(request: Request) -> bool:
    """Whether the reader asks for GeoJSON."""
    return wants(request, GEOJSON)
