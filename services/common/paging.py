"""Pages of a list: how many, from where on, and the cursor that says so.

A cursor holds for the list and the filters that it was given out for: elsewhere it would pass over items unseen.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

import orjson
from fastapi import Depends, Query, Request

from services.common.geo import wants_geojson
from services.common.problems import MALFORMED, FieldError, Message, Problem, bad_parameter

DEFAULT_LIMIT = 20
MAX_LIMIT = 200
MAX_FEATURES = 10_000
"""Of GeoJSON: what reads that knows no pages."""

OF_THE_PAGE = frozenset({"cursor", "limit", "count", "lang"})
"""Parameters that do not change which items a list has, nor their order."""

NOT_A_CURSOR: Message = {
    "en": "'cursor' is not a cursor of this list. Leave it out to begin again.",
    "fr": "« cursor » n'est pas un curseur de cette liste. Omettez-le pour recommencer.",
    "ar": "'cursor' ليس مؤشرًا لهذه القائمة. احذفه للبدء من جديد.",
}
OTHER_LIST: Message = {
    "en": "'cursor' was given out for another list or other filters. Leave it out to begin again.",
    "fr": "« cursor » a été donné pour une autre liste ou d'autres filtres. Omettez-le pour recommencer.",
    "ar": "أُعطي 'cursor' لقائمة أخرى أو لمرشحات أخرى. احذفه للبدء من جديد.",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader asked of a list. `after` is the sort key of the last item seen; its last part is the item's id."""

    limit: int
    after: tuple[str, UUID] | None
    count: bool
    of: str = ""
    """Which list this is a page of (`list_digest`)."""

    def cursor_after(self, sort_key: str, record_id: UUID) -> str:
        """The cursor of the page that begins after this item."""
        return encode_cursor(self.of, sort_key, record_id)


def list_digest(path: str, parameters: Iterable[tuple[str, str]]) -> str:
    """A short name for a list as its filters make it: 11 characters, the same whatever their order."""
    filters = sorted(each for each in parameters if each[0] not in OF_THE_PAGE)
    digest = hashlib.blake2b(orjson.dumps([path, filters]), digest_size=8)
    return _base64(digest.digest())


def encode_cursor(of: str, sort_key: str, record_id: UUID) -> str:
    """The opaque cursor after an item of the list `of`."""
    return _base64(orjson.dumps([of, sort_key, str(record_id)]))


def decode_cursor(of: str, cursor: str) -> tuple[str, UUID]:
    """The sort key and id that a cursor of the list `of` names; raises `Problem` (400) for what is none of its."""
    try:
        given_for, sort_key, record_id = orjson.loads(
            base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_")
        )
        if not isinstance(sort_key, str) or "\0" in sort_key:
            message = "no sort key"
            raise ValueError(message)
        position = sort_key, UUID(record_id)
    except (binascii.Error, ValueError, TypeError, AttributeError) as error:
        wrong = FieldError(pointer="?cursor", detail="not a cursor", code="cursor")
        raise Problem(MALFORMED, NOT_A_CURSOR, errors=[wrong]) from error
    if given_for != of:
        wrong = FieldError(pointer="?cursor", detail="a cursor of another list or other filters", code="other_list")
        raise Problem(MALFORMED, OTHER_LIST, errors=[wrong])
    return position


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


CursorParameter = Annotated[
    str | None,
    Query(
        max_length=1000,
        description="The `next` of the page before, asked with the same filters; without it, from the beginning.",
    ),
]
CountParameter = Annotated[bool, Query(description="Also count all items (`total`), which costs more.")]


async def requested_page(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Items in one page, at most.")] = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
    count: CountParameter = False,
) -> Page:
    """FastAPI dependency: the page asked for."""
    of = list_digest(request.scope["path"], request.query_params.multi_items())
    return Page(limit, decode_cursor(of, cursor) if cursor else None, count, of)


async def requested_page_of_places(
    request: Request,
    limit: Annotated[
        int,
        Query(
            ge=1,
            le=MAX_FEATURES,
            description=f"Items in one page, at most: {MAX_LIMIT}, and as GeoJSON {MAX_FEATURES:,}.",
        ),
    ] = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
    count: CountParameter = False,
) -> Page:
    """FastAPI dependency: the page asked for, of a list that GeoJSON can be had of."""
    if limit > MAX_LIMIT and not wants_geojson(request):
        raise bad_parameter("limit", f"at most {MAX_LIMIT}", "less_than_equal", {"le": MAX_LIMIT})
    return await requested_page(request, limit, cursor, count)


async def plain_page(request: Request) -> Page:
    """The page asked for, for an endpoint that reads the request itself, once its parameters were found well-formed."""
    given = request.query_params
    return await requested_page(request, int(given.get("limit", DEFAULT_LIMIT)), given.get("cursor"))


PageDep = Annotated[Page, Depends(requested_page)]
PlacesPageDep = Annotated[Page, Depends(requested_page_of_places)]


def next_link(request: Request, cursor: str) -> str:
    """The `Link` header (RFC 8288) to the next page: this address with the next cursor."""
    parameters: Sequence[tuple[str, str]] = [
        (name, value) for name, value in request.query_params.multi_items() if name != "cursor"
    ]
    return f'<{request.url.path}?{urlencode([*parameters, ("cursor", cursor)])}>; rel="next"'
