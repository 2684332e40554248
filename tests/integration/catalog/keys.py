"""Keys of partners: whether one works, and each way in which one ends."""

import httpx

from services.common.access.caller import Ended
from services.common.access.keys import Key, new_key, parse_key
from tests.integration.catalog.partners import ANY, PATCH, Headers, bearer, make, make_partner

PARTNERS = "/catalog/v1/partners"
KEYS = "/catalog/v1/api-keys"


async def works(client: httpx.AsyncClient, key: str) -> bool:
    """Whether the catalog takes the key."""
    answer = await client.get(PARTNERS, headers=bearer(key))
    assert answer.status_code in {200, 401}, answer.text
    if answer.status_code == 401:
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    return answer.status_code == 200


async def ended_keys(client: httpx.AsyncClient, as_admin: Headers) -> dict[Ended, str]:
    """A key for each way in which one ends. The expired one has been rotated without an overlap."""
    partner = await make_partner(client, as_admin, "ended")
    rotated = await make(client, "api-keys", {"name": "rotated"}, partner.headers)
    answer = await client.post(f"{KEYS}/{rotated['id']}/rotate", json={"overlap_seconds": 0}, headers=partner.headers)
    assert answer.status_code == 201, answer.text
    revoked = await make(client, "api-keys", {"name": "revoked"}, partner.headers)
    await client.delete(f"{KEYS}/{revoked['id']}", headers=partner.headers | ANY)
    suspended = await make_partner(client, as_admin, "suspended")
    await client.patch(f"{PARTNERS}/suspended", json={"status": "suspended"}, headers=as_admin | PATCH | ANY)
    return {Ended.EXPIRED: rotated["key"], Ended.REVOKED: revoked["key"], Ended.SUSPENDED: suspended.key}


def with_another_secret(key: str) -> str:
    """A well-formed key with the same public id."""
    parsed = parse_key(key)
    assert parsed is not None
    return str(Key(parsed.public_id, new_key().secret))
