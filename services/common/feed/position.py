"""Where a reader of the change feed stands, and the opaque cursor that says so."""

import base64
import binascii
import struct
from dataclasses import dataclass
from uuid import UUID

from services.common.problems import CURSOR_GONE, MALFORMED, FieldError, Problem

_LAYOUT = struct.Struct(">qi16s")
"""PostgreSQL's bigint, integer and uuid."""


@dataclass(frozen=True, slots=True)
class Position:
    """The change last read: its transaction's number, its place in it, and its id.

    The id makes the cursor of another database, of a restored backup or a forged one recognisable.
    """

    seq: int
    ordinal: int
    change_id: UUID

    def cursor(self) -> str:
        """The opaque form that clients keep."""
        packed = _LAYOUT.pack(self.seq, self.ordinal, self.change_id.bytes)
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def parse_cursor(cursor: str) -> Position:
    """The position that a cursor names; raises `Problem` (400) for what never was one."""
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        seq, ordinal, change_id = _LAYOUT.unpack(packed)
    except (binascii.Error, ValueError, struct.error) as error:
        raise Problem(
            MALFORMED,
            {
                "en": "'since' is not a cursor of this feed. Begin with the snapshot, or without 'since'.",
                "fr": "« since » n'est pas un curseur de ce flux. Commencez par l'instantané, ou sans « since ».",
                "ar": "'since' ليس مؤشرًا لهذا التدفق. ابدأ باللقطة الكاملة أو بدون 'since'.",
            },
            errors=[FieldError(pointer="?since", detail="not a cursor", code="cursor")],
        ) from error
    return Position(seq, ordinal, UUID(bytes=change_id))


def cursor_gone(snapshot: str) -> Problem:
    """The cursor is well-formed and this database never gave it out, or has been restored to before it."""
    return Problem(
        CURSOR_GONE,
        {
            "en": "This database does not hold the change that the cursor names. Begin again with {snapshot}.",
            "fr": "Cette base ne contient pas la modification que nomme le curseur. Reprenez à partir de {snapshot}.",
            "ar": "لا تحتوي قاعدة البيانات على التغيير الذي يشير إليه المؤشر. ابدأ من جديد من {snapshot}.",
        },
        {"snapshot": snapshot},
        headers={"Link": f'<{snapshot}>; rel="alternate"; type="application/x-ndjson"'},
        extensions={"snapshot": snapshot},
    )
