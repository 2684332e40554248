"""Places in questions and answers: bounding boxes, and GeoJSON where the reader asks for it (RFC 7946)."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import BaseModel

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


GEOMETRY: dict[str, Any] = {
    "description": "Longitude and latitude in WGS 84 degrees; null where the place is not known.",
    "type": ["object", "null"],
    "required": ["type", "coordinates"],
    "properties": {
        "type": {"enum": ["Point", "MultiPoint"]},
        "coordinates": {"type": "array", "items": {"type": ["number", "array"], "items": {"type": "number"}}},
    },
    "examples": [{"type": "Point", "coordinates": [-5.00028, 34.03313]}],
}


def feature_schema(read: type[BaseModel]) -> dict[str, Any]:
    """The schema of a Feature whose properties are those of `read`, but for its own `point`: that is the geometry."""
    name = read.__name__
    properties: dict[str, Any] = {"$ref": f"#/components/schemas/{name}"}
    if "point" in read.model_fields:
        properties = {"type": "object", "description": f"The members of {name} but `point`."}
    return {
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"const": "Feature"},
            "id": {"type": "string", "format": "uuid"},
            "geometry": GEOMETRY,
            "properties": properties,
        },
    }


def collection_schema(read: type[BaseModel], answer: type[BaseModel]) -> dict[str, Any]:
    """The schema of a FeatureCollection that stands for an `answer` whose `items` are of `read`."""
    return {
        "type": "object",
        "description": f"The members of {answer.__name__}, with `features` for `items`.",
        "required": ["type", "features"],
        "properties": {
            "type": {"const": "FeatureCollection"},
            "features": {"type": "array", "items": feature_schema(read)},
        },
    }


def geojson_answer(schema: Mapping[str, Any]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation that gives GeoJSON to who asks for it."""
    return {200: {"content": {GEOJSON: {"schema": schema}}}}


def wants_geojson(request: Request) -> bool:
    """Whether the reader asks for GeoJSON."""
    return wants(request, GEOJSON)
