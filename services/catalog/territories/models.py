"""Tables of territories and of the problems stated for them."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.catalog.records.models import RecordBase, record_checks
from services.common.ids import new_id


class Territory(RecordBase, table=True):
    """A territory at any level. A population is another scope's where `population_scope` says so."""

    __tablename__ = "territory"
    __table_args__ = (
        *record_checks("territory"),
        CheckConstraint("(lon is null) = (lat is null)", name="territory_point"),
        CheckConstraint("lon between -180 and 180 and lat between -90 and 90", name="territory_wgs84"),
        CheckConstraint("population >= 0", name="territory_population"),
        CheckConstraint("country_code ~ '^[A-Z]{2}$'", name="territory_country"),
        Index("territory_by_name", "sort_name", "id"),
        Index("territory_by_country", "country_code", "sort_name", "id"),
        Index("territory_by_place", text("point(lon, lat)"), postgresql_using="gist"),
    )

    name: dict[str, Any] = Field(sa_type=JSONB)
    display_name: str | None = None
    sort_name: str
    kind: str
    local_level: str | None = None
    country_code: str
    subdivision_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    point_note: str | None = None
    population: int | None = None
    population_year: int | None = None
    population_scope: str | None = None
    population_source: str | None = None
    has_food_project: bool | None = None
    external_ids: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)


class TerritoryProblem(SQLModel, table=True):
    """A problem that a source states for a territory. Severity is 1, 2, 3 or unknown; unknown is not zero."""

    __tablename__ = "territory_problem"
    __table_args__ = (
        CheckConstraint("severity between 1 and 3", name="territory_problem_severity"),
        CheckConstraint("jsonb_array_length(sources) > 0", name="territory_problem_sourced"),
        Index("territory_problem_of", "territory_id", "position"),
        Index("territory_problem_by_code", "problem"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    territory_id: UUID = Field(foreign_key="territory.id")
    position: int
    problem: str | None = None
    theme: str | None = None
    severity: int | None = None
    chain_links: list[str] = Field(
        default_factory=list, sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'::jsonb")}
    )
    diagnosis: UUID | None = None
    """The diagnosis that states it."""
    evidence: dict[str, Any] = Field(sa_type=JSONB)
    stated_by: str | None = None
    year: int | None = None
    sources: list[dict[str, Any]] = Field(sa_type=JSONB)
