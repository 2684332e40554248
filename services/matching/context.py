"""What matching's routes work with, opened in the app's lifespan."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from services.common.database import Database
from services.common.feed.follower import FeedFollower
from services.matching.profiles.sink import ProfileSink
from services.matching.profiles.store import ProfileStore


@dataclass(frozen=True)
class Matching:
    """The open database, the profiles in memory, and what keeps them in step with the catalog."""

    database: Database
    store: ProfileStore
    sink: ProfileSink
    follower: FeedFollower


async def matching_of(request: Request) -> Matching:
    """FastAPI dependency: the running service."""
    return cast("Matching", request.app.state.matching)


MatchingDep = Annotated[Matching, Depends(matching_of)]
