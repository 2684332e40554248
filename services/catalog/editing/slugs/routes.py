"""`POST /catalog/v1/slugs/release`."""

from services.catalog.editing.slugs.schemas import SlugRelease
from services.catalog.kinds import BY_COLLECTION
from services.catalog.records.slugs import release
from services.common.access.requires import requires
from services.common.access.scopes import Scope
from services.common.http.app import service_router
from services.common.http.documents import problem_responses
from services.common.http.transactions import SessionDep
from services.common.http.writing import JsonOnly

router = service_router(tags=["editing"])


@router.post(
    "/slugs/release",
    status_code=204,
    responses=problem_responses(400, 401, 403, 404, 409, 413, 415, 422),
    dependencies=[requires(Scope.RECORDS_MODERATE), JsonOnly],
)
async def release_slug(session: SessionDep, written: SlugRelease) -> None:
    """Free a slug, so that another record can have it: that of an archived record, or one from before a renaming.

    The archived record keeps its id and loses the slug; a former slug leads nowhere any more. 409 while a record that
    is not archived has the slug, 404 when none has or had it.

    Example: `{"collection": "initiatives", "slug": "marche-producteurs-fes"}`.
    """
    await release(session, BY_COLLECTION[written.collection], written.slug)
