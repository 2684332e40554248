"""What an API key looks like: `lf_` + public id + `_` + secret + checksum.

`lf_[0-9a-z]{12}_[0-9A-Za-z]{49}` finds keys in texts; the checksum tells a key from what only looks like one, for
secret scanners and before any look into a database. The public id may stand in logs and lists, the secret nowhere.
"""

import hashlib
import re
import secrets
import string
import zlib
from dataclasses import dataclass

PREFIX = "lf"
PUBLIC_ID_LENGTH = 12
SECRET_LENGTH = 43
"""Base 62 digits: 256 bits."""

CHECKSUM_LENGTH = 6
"""Base 62 digits that hold every CRC-32."""

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
PUBLIC_ALPHABET = string.digits + string.ascii_lowercase

KEY_PATTERN = (
    rf"{PREFIX}_([0-9a-z]{{{PUBLIC_ID_LENGTH}}})_([0-9A-Za-z]{{{SECRET_LENGTH}}})([0-9A-Za-z]{{{CHECKSUM_LENGTH}}})"
)
_KEY = re.compile(KEY_PATTERN)


@dataclass(frozen=True, slots=True)
class Key:
    """A key taken apart."""

    public_id: str
    secret: str

    def __str__(self) -> str:
        return f"{PREFIX}_{self.public_id}_{self.secret}{_checksum(self.public_id, self.secret)}"

    def __repr__(self) -> str:
        return f"Key({self.public_id})"

    @property
    def digest(self) -> bytes:
        """What is stored: the SHA-256 of the secret. No slow hash is needed: 256 random bits cannot be guessed."""
        return hashlib.sha256(self.secret.encode()).digest()


def new_key() -> Key:
    """A key that nobody has had before."""
    return Key(_random(PUBLIC_ALPHABET, PUBLIC_ID_LENGTH), _random(BASE62, SECRET_LENGTH))


def parse_key(text: str) -> Key | None:
    """The key that `text` spells; None for anything else, one mistyped character included."""
    found = _KEY.fullmatch(text)
    if found is None:
        return None
    public_id, secret, checksum = found.groups()
    return Key(public_id, secret) if checksum == _checksum(public_id, secret) else None


def _random(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _checksum(public_id: str, secret: str) -> str:
    value = zlib.crc32(f"{public_id}_{secret}".encode())
    digits = ""
    for _ in range(CHECKSUM_LENGTH):
        value, digit = divmod(value, len(BASE62))
        digits = BASE62[digit] + digits
    return digits
