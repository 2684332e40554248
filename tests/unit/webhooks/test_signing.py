"""Signatures by the Standard Webhooks specification, checked against its libraries and against code of our own."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError

from services.webhooks.signing import KeyPair, new_key_pair, new_secret, signature_headers

BODY = '{"type":"initiative.updated","data":{"title":"حد من الهدر"}}'.encode()
ID = "0197a1c2-7d4e-7c3b-9a1f-3c5d7e9f1b2d"


def stdlib_verifies(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """The second implementation: nothing but the standard library, over the raw bytes."""
    key = b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(
        hmac.compare_digest(f"v1,{expected}".encode(), one.encode()) for one in headers["webhook-signature"].split(" ")
    )


def library_verifies(secret: str, headers: dict[str, str], body: bytes) -> bool:
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


def test_the_example_of_the_specification_is_signed_as_there() -> None:
    headers = signature_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        b'{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        datetime.fromtimestamp(1614265330, UTC),
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_two_implementations_verify_and_a_byte_an_id_or_a_second_more_breaks_it() -> None:
    secret = new_secret()
    good = signature_headers(ID, BODY, [secret], datetime.now(UTC))
    later = str(int(good["webhook-timestamp"]) + 1)
    for verifies in (library_verifies, stdlib_verifies):
        assert verifies(secret, good, BODY)
        assert not verifies(secret, good, BODY[:-1] + b" ")
        assert not verifies(secret, good | {"webhook-id": ID[:-1] + "e"}, BODY)
        assert not verifies(secret, good | {"webhook-timestamp": later}, BODY)
        assert not verifies(new_secret(), good, BODY)


def test_while_a_secret_is_replaced_both_sign() -> None:
    old, new, neither = new_secret(), new_secret(), new_secret()
    headers = signature_headers(ID, BODY, [new, old], datetime.now(UTC))
    assert [one.partition(",")[0] for one in headers["webhook-signature"].split(" ")] == ["v1", "v1"]
    for verifies in (library_verifies, stdlib_verifies):
        assert verifies(new, headers, BODY)
        assert verifies(old, headers, BODY)
        assert not verifies(neither, headers, BODY)


def test_a_time_in_any_zone_is_the_second_that_it_is() -> None:
    moment = datetime(2026, 11, 23, 8, 0, 0, 999_999, tzinfo=UTC)
    paris = moment.astimezone(timezone(timedelta(hours=1)))
    secret = new_secret()
    assert signature_headers(ID, BODY, [secret], paris) == signature_headers(ID, BODY, [secret], moment)
    assert signature_headers(ID, BODY, [secret], moment)["webhook-timestamp"] == "1795420800"
    with pytest.raises(ValueError, match="zone"):
        signature_headers(ID, BODY, [secret], datetime(2026, 11, 23))  # noqa: DTZ001 - what is refused


def test_an_id_with_a_dot_is_refused() -> None:
    with pytest.raises(ValueError, match="dot"):
        signature_headers("a.1", BODY, [new_secret()], datetime.now(UTC))


def test_ed25519_verifies_with_the_public_key_alone_beside_a_secret() -> None:
    pair, secret = new_key_pair(), new_secret()
    headers = signature_headers(ID, BODY, [secret, pair.private], datetime.now(UTC))
    kinds = dict(one.split(",") for one in headers["webhook-signature"].split(" "))
    assert library_verifies(secret, headers, BODY), "stock libraries pass over v1a"

    key = Ed25519PublicKey.from_public_bytes(b64decode(pair.public.removeprefix("whpk_")))
    signed = f"{ID}.{headers['webhook-timestamp']}.".encode() + BODY
    key.verify(b64decode(kinds["v1a"]), signed)
    with pytest.raises(InvalidSignature):
        key.verify(b64decode(kinds["v1a"]), signed + b" ")


def test_secrets_are_random_long_enough_and_not_shown_by_accident() -> None:
    assert len({new_secret() for _ in range(100)}) == 100
    assert len(b64decode(new_secret().removeprefix("whsec_"))) == 32
    pair = new_key_pair()
    assert len(b64decode(pair.private.removeprefix("whsk_"))) == 64
    assert b64decode(pair.private.removeprefix("whsk_"))[32:] == b64decode(pair.public.removeprefix("whpk_"))
    assert pair.private not in repr(pair)
    assert repr(pair) == repr(KeyPair("another", pair.public))
