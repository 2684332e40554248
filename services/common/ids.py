"""Identifiers: UUIDv7, so that an id also says roughly when a record was made."""

from uuid import UUID

import uuid_utils

UUID_LENGTH = 36


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562) as the standard library's type."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


def parse_id(value: str) -> UUID | None:
    """The UUID that `value` spells with its hyphens, else None: a slug may be 32 hex digits."""
    if len(value) != UUID_LENGTH:
        return None
    try:
        return UUID(value)
    except ValueError:
        return None
