"""Reading `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07) and knowing a request again."""

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

import orjson
from fastapi import Header, Response

from services.common.problems import MALFORMED, FieldError, Problem

MAX_LENGTH = 255

_QUOTED = re.compile(rf'"([\x20-\x21\x23-\x5b\x5d-\x7e]{{1,{MAX_LENGTH}}})"')
_BARE = re.compile(rf"[\x21\x23-\x5b\x5d-\x7e]{{1,{MAX_LENGTH}}}")

IdempotencyKeyHeader = Annotated[
    str | None,
    Header(
        max_length=MAX_LENGTH + 2,
        description=(
            "A value of your choice, new for each thing that you want created (a UUID), quoted or bare. For 24 hours "
            "the same request with the same value gives the same answer again and creates nothing more; another body "
            "with it gets 422, and while the first request still runs 409. A secret is in the first answer only."
        ),
        examples=['"8e03978e-40d5-43e8-bc93-6894a57f9324"'],
    ),
]


@dataclass
class Replay(Exception):
    """The request was answered before; `response` is that answer."""

    response: Response


def parse_idempotency_key(header: str) -> str:
    """The key, quoted or bare, without quotes; raises `Problem` (400) for what is none."""
    found = _QUOTED.fullmatch(header.strip())
    if found:
        return found.group(1)
    if _BARE.fullmatch(header.strip()):
        return header.strip()
    raise Problem(
        MALFORMED,
        {
            "en": "Idempotency-Key is 1 to {length} printable ASCII characters, quoted or bare.",
            "fr": "Idempotency-Key compte de 1 à {length} caractères ASCII imprimables, avec ou sans guillemets.",
            "ar": "يتكون Idempotency-Key من 1 إلى {length} حرفًا من ASCII القابلة للطباعة، مع علامتي اقتباس أو بدونهما.",
        },
        {"length": MAX_LENGTH},
        errors=[FieldError(pointer="Idempotency-Key", detail="not an idempotency key", code="idempotency_key")],
    )


def fingerprint(method: str, path: str, query: bytes, body: bytes) -> bytes:
    """What tells this request from another one. The order of members and white space of a JSON body do not."""
    with suppress(orjson.JSONDecodeError):  # what is no JSON is compared as it is
        body = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    parts = (method.encode(), path.encode(), query, body)
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).digest()
