"""Every table of matching's database, gathered for migrations."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from services.matching.profiles.models import FollowedFeed, ProjectedRecord

TABLES: tuple[type[SQLModel], ...] = (ProjectedRecord, FollowedFeed)


def matching_metadata() -> MetaData:
    """Matching's tables alone: SQLModel keeps those of every imported service in one place."""
    metadata = MetaData()
    for table in TABLES:
        table.__table__.to_metadata(metadata)  # type: ignore[attr-defined]  # SQLModel sets it on table classes
    return metadata
