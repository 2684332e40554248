"""ETags: `"<version>-<digest of this representation>"`.

If-None-Match compares the whole, for a label or a related name changes the representation too; If-Match compares the
version only, for that is what a writer must have seen.
"""

import hashlib
import re

from services.common.problems import PRECONDITION_REQUIRED, STALE, Problem

_STRONG = re.compile(r'"(0|[1-9]\d{0,9})-[0-9a-f]+"')


def make_etag(version: int, body: bytes) -> str:
    """The strong ETag of a record's representation."""
    return f'"{version}-{hashlib.blake2b(body, digest_size=8).hexdigest()}"'


def none_match(header: str | None, etag: str) -> bool:
    """Whether If-None-Match names this very representation, so that 304 is the answer (weak comparison)."""
    if header is None:
        return False
    given = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return "*" in given or etag in given


def require_match(header: str | None, version: int) -> None:
    """Raise `Problem` unless If-Match names the version: 428 without one, 412 for another. `W/` never matches."""
    if header is None:
        raise Problem(
            PRECONDITION_REQUIRED,
            {
                "en": "Send If-Match with the ETag of what you read, so that nobody's change is lost.",
                "fr": "Envoyez If-Match avec l'ETag lu, pour ne perdre la modification de personne.",
                "ar": "أرسل If-Match مع قيمة ETag لما قرأته حتى لا يضيع تعديل أحد.",
            },
        )
    tags = [tag.strip() for tag in header.split(",")]
    versions = {int(found.group(1)) for tag in tags if (found := _STRONG.fullmatch(tag))}
    if "*" not in tags and version not in versions:
        raise Problem(
            STALE,
            {
                "en": "The record is at version {version}. Read it again and repeat your change on that.",
                "fr": "La fiche en est à la version {version}. Relisez-la et refaites votre modification dessus.",
                "ar": "السجل الآن في الإصدار {version}. اقرأه من جديد وأعد تعديلك عليه.",
            },
            {"version": version},
        )
