"""Parameters and answers that the operations of all records share."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field, StringConstraints

from services.common.http.documents import NOT_MODIFIED, problem_responses

READ_ERRORS = problem_responses(400, 404, 410) | NOT_MODIFIED
WRITE_ERRORS = problem_responses(400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 428)

RefPath = Annotated[str, Path(max_length=120, description="Id or slug.", examples=["montpellier"])]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500, pattern=r"^[^\x00-\x1f]*$")
]
ReasonParameter = Annotated[Reason, Query(description="Why; whoever asks for the record later is told.")]
OptionalReason = Annotated[Reason | None, Query(description="Why: it stands in the revisions.")]
CountriesParameter = Annotated[
    list[Annotated[str, Field(pattern="^[A-Z]{2}$")]],
    Query(description="ISO 3166-1 alpha-2; repeat for any of several.", examples=[["MA"]]),
]
RefsParameter = Annotated[
    list[Annotated[str, Field(pattern="^[a-z0-9-]{1,120}$")]],
    Query(description="Ids or slugs; repeat for any of several.", examples=[["montpellier"]]),
]
CodesParameter = Annotated[
    list[Annotated[str, Field(pattern="^[a-z0-9_]{1,64}$")]],
    Query(description="Codes of the vocabulary; repeat for any of several.", examples=[["food_waste"]]),
]
