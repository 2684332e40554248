"""Identifiers: UUIDv7, so that an id also says roughly when a record was made."""

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562) as the standard library's type."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


def parse_id(value: str) -> UUID | None:
    """The UUID that `value` spells, or None when it is something else (a slug)."""
    try:
        return UUID(value)
    except ValueError:
        return None
