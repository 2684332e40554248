"""Signatures of what is delivered, by the Standard Webhooks specification: `v1` (HMAC-SHA256) and `v1a` (ed25519)."""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_bytes

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook

SECRET, PRIVATE_KEY, PUBLIC_KEY = "whsec_", "whsk_", "whpk_"
"""What secrets of `v1`, private and public keys of `v1a` begin with; base64 follows."""

SECRET_BYTES = 32
"""The specification asks for 24 to 64 random ones."""

SEED_BYTES = 32


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A key of ed25519: `private` signs and never leaves this service, `public` is for whoever verifies."""

    private: str = field(repr=False)
    public: str


def new_secret() -> str:
    """A random secret of `v1`: `whsec_` and the base64 of 32 bytes."""
    return SECRET + b64encode(token_bytes(SECRET_BYTES)).decode()


def new_key_pair() -> KeyPair:
    """A random key of `v1a`: `whsk_` with the base64 of seed and public key, 64 bytes, `whpk_` with the latter."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    return KeyPair(
        private=PRIVATE_KEY + b64encode(key.private_bytes_raw() + public).decode(),
        public=PUBLIC_KEY + b64encode(public).decode(),
    )


def signature_headers(webhook_id: str, body: bytes, secrets: Iterable[str], at: datetime) -> dict[str, str]:
    """The three headers of an attempt made `at` (aware), signed with each of the secrets, `whsec_…` or `whsk_…`.

    `body` is UTF-8, exactly as it will be sent. Raises `ValueError` for an id that would make the signed text
    ambiguous, and for a time without zone.
    """
    if "." in webhook_id:
        raise ValueError("a webhook-id holds no dot: it ends where the timestamp begins")
    if at.tzinfo is None:
        raise ValueError("the time of an attempt has a zone")
    moment = at.astimezone(UTC).replace(microsecond=0)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(_signature(secret, webhook_id, moment, body) for secret in secrets),
    }


def _signature(secret: str, webhook_id: str, moment: datetime, body: bytes) -> str:
    if not secret.startswith(PRIVATE_KEY):
        return Webhook(secret).sign(webhook_id, moment, body.decode())
    seed = b64decode(secret.removeprefix(PRIVATE_KEY))[:SEED_BYTES]
    signed = f"{webhook_id}.{int(moment.timestamp())}.".encode() + body
    return "v1a," + b64encode(Ed25519PrivateKey.from_private_bytes(seed).sign(signed)).decode()
