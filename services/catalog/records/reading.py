"""Reading one record: the one small function on the path of most requests."""

from typing import cast

from fastapi import Depends, Request, Response

from services.catalog.context import Catalog
from services.catalog.records.finding import read_visible
from services.catalog.records.kinds import Kind
from services.catalog.records.parameters import RefPath
from services.catalog.records.representation import Reader
from services.catalog.records.responses import record_response
from services.common.access.caller import ANONYMOUS
from services.common.languages import LangParameter, languages_of_request


async def _parameters(ref: RefPath, lang: LangParameter = None) -> None:
    """What `read_one` takes from the request."""


OneRecord = Depends(_parameters)
"""Of every route that answers by `read_one`: describes and checks its parameters."""


async def read_one(request: Request, kind: Kind) -> Response:
    """The record that the path's `ref` names, for this reader."""
    catalog = cast("Catalog", request.app.state.catalog)
    reader = Reader(languages_of_request(request), await catalog.vocabularies.get())
    caller = request.scope.get("caller", ANONYMOUS)
    row = await read_visible(catalog.database.pool, kind.queries, request.path_params["ref"], caller)
    return record_response(request, row, kind, reader)
