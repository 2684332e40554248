"""Pages of a list: how many, from where on, and the cursor that says so."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

import orjson
from fastapi import Depends, Query, Request

from services.common.problems import MALFORMED, FieldError, Problem

DEFAULT_LIMIT = 20
MAX_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader asked of a list. `after` is the sort key of the last item seen; its last part is the item's id."""

    limit: int
    after: tuple[str, UUID] | None
    count: bool


def encode_cursor(sort_key: str, record_id: UUID) -> str:
    """The opaque cursor after an item."""
    return base64.urlsafe_b64encode(orjson.dumps([sort_key, str(record_id)])).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[str, UUID]:
    """The sort key and id that a cursor names; raises `Problem` (400) for what is none."""
    try:
        sort_key, record_id = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_"))
        if not isinstance(sort_key, str) or "\0" in sort_key:
            message = "no sort key"
            raise ValueError(message)
        return sort_key, UUID(record_id)
    except (binascii.Error, ValueError, TypeError, AttributeError) as error:
        raise Problem(
            MALFORMED,
            {
                "en": "'cursor' is not a cursor of this list. Leave it out to begin again.",
                "fr": "« cursor » n'est pas un curseur de cette liste. Omettez-le pour recommencer.",
                "ar": "'cursor' ليس مؤشرًا لهذه القائمة. احذفه للبدء من جديد.",
            },
            errors=[FieldError(pointer="?cursor", detail="not a cursor", code="cursor")],
        ) from error


async def requested_page(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Items in one page, at most.")] = DEFAULT_LIMIT,
    cursor: Annotated[
        str | None, Query(max_length=1000, description="The `next` of the page before; without it, from the beginning.")
    ] = None,
    count: Annotated[bool, Query(description="Also count all items (`total`), which costs more.")] = False,
) -> Page:
    """FastAPI dependency: the page asked for."""
    return Page(limit, decode_cursor(cursor) if cursor else None, count)


PageDep = Annotated[Page, Depends(requested_page)]


def next_link(request: Request, cursor: str) -> str:
    """The `Link` header (RFC 8288) to the next page: this address with the next cursor."""
    parameters: Sequence[tuple[str, str]] = [
        (name, value) for name, value in request.query_params.multi_items() if name != "cursor"
    ]
    return f'<{request.url.path}?{urlencode([*parameters, ("cursor", cursor)])}>; rel="next"'
