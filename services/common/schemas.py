"""Types of JSON members that several services read and write: strict, and safe to store."""

from functools import lru_cache
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from services.common.countries import country_codes, language_codes


class StrictModel(BaseModel):
    """A body that clients send: nothing unknown, nothing converted (`false` is no number)."""

    model_config = ConfigDict(extra="forbid", strict=True)


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]
"""An integer; a number with a zero fraction is one (JSON knows no difference)."""

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x1f]*$")
]
"""One line of text, at most 500 characters."""

Prose = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000, pattern=r"^[^\x00-\x08\x0b-\x1f]*$")
]
"""A text of several lines, at most 20,000 characters."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]{0,63}$")]
"""A code of a vocabulary: stable ASCII."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120)]


def ends_before_start(start_year: int | None, end_year: int | None) -> None:
    """Raise `PydanticCustomError` for what ends before it starts."""
    if start_year and end_year and end_year < start_year:
        code = "ends_before_start"
        raise PydanticCustomError(code, "end_year is before start_year")


def _country(value: str) -> str:
    if value not in country_codes():
        code = "country"
        raise PydanticCustomError(code, "'{value}' is not an ISO 3166-1 alpha-2 code", {"value": value})
    return value


def _language(value: str) -> str:
    if value not in language_codes():
        code = "language"
        raise PydanticCustomError(code, "'{value}' is not the code of a language", {"value": value})
    return value


CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), AfterValidator(_country)]
"""ISO 3166-1 alpha-2."""

SubdivisionCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")]
"""ISO 3166-2."""

LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$"), AfterValidator(_language)]
"""The language a text is kept under: BCP 47 primary subtag; `und` where it is not known."""

Year = Annotated[Whole, Field(ge=1000, le=2200)]
_HTTP_URL = TypeAdapter(AnyHttpUrl)


@lru_cache(maxsize=1024)
def _web_address(value: str) -> str:
    _HTTP_URL.validate_python(value)
    return value


WebAddress = Annotated[
    str,
    StringConstraints(max_length=2000, pattern=r"^https?://[^\x00-\x20]+$"),
    AfterValidator(_web_address),
    WithJsonSchema({"type": "string", "format": "uri", "maxLength": 2000, "pattern": "^https?://"}),
]
"""An http or https address, kept as it was written."""

RecordId = Annotated[UUID, Field(strict=False)]


class Point(StrictModel):
    """A GeoJSON point in WGS 84: longitude, latitude."""

    type: Literal["Point"]
    coordinates: Annotated[
        tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]], Field(strict=False)
    ]


class TextRead(BaseModel):
    """A text in one language: the one asked for, or the nearest there is. `lang` travels with it (BCP 47)."""

    text: str
    lang: str
    origin: Literal["original", "human", "machine", "outdated"] = Field(
        description="Where this wording comes from. `machine`: translated by a program and read by nobody yet."
    )
    translations: dict[str, dict[str, Any]] | None = Field(
        None, description="With `lang=all`: every language of this text, as `{lang: {text, origin}}`."
    )


class CodeRead(BaseModel):
    """A code of a vocabulary with its label. Vocabularies may grow: expect codes that you do not know."""

    code: str = Field(examples=["food_waste"])
    label: str | None = Field(examples=["Gaspillage alimentaire"])
    lang: str | None = Field(description="The language of the label.", examples=["fr"])


class SourceRead(BaseModel):
    """Where a statement comes from."""

    title: str
    address: str | None = None
    passage: str | None = None
    retrieved_at: str | None = None
    licence: str | None = None
