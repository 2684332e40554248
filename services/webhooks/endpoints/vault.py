"""What only the sender may know of an endpoint, encrypted: secrets, and headers, which may hold a token."""

from collections.abc import Mapping, Sequence

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr


class SealBroken(Exception):
    """None of the keys in the settings opens what the database holds."""


class Vault:
    """Seals by Fernet (AES-128-CBC, HMAC-SHA256) under the first of the keys, opens under any of them."""

    def __init__(self, keys: Sequence[SecretStr]) -> None:
        fernets = [Fernet(key.get_secret_value()) for key in keys]
        self._first = fernets[0]
        self._all = MultiFernet(fernets)

    def seal(self, text: str) -> bytes:
        """The text, encrypted."""
        return self._first.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """The text again; raises `SealBroken`."""
        try:
            return self._all.decrypt(sealed).decode()
        except InvalidToken as error:
            raise SealBroken("it was encrypted with a key that is not in WEBHOOKS_SECRET_KEYS") from error

    def renewed(self, sealed: bytes) -> bytes | None:
        """The same under the first key; None when it is already. Raises `SealBroken`."""
        try:
            self._first.decrypt(sealed)
        except InvalidToken:
            return self.seal(self.open(sealed))
        return None

    def seal_headers(self, headers: Mapping[str, str]) -> bytes | None:
        """Headers of an endpoint, encrypted; None for none."""
        return self.seal(orjson.dumps(dict(headers)).decode()) if headers else None

    def open_headers(self, sealed: bytes | None) -> dict[str, str]:
        """The headers again; raises `SealBroken`."""
        headers: dict[str, str] = orjson.loads(self.open(sealed)) if sealed else {}
        return headers
