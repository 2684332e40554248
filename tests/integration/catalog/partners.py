"""Partners with keys and mandates, made over the API as an administrator makes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

Headers = dict[str, str]

PATCH = {"Content-Type": "application/merge-patch+json"}
ANY = {"If-Match": "*"}

INITIATIVE: dict[str, Any] = {
    "slug": "marche-d-essai-fes",
    "title": {"fr": "Marché d'essai"},
    "summary": {"fr": "Un marché de producteurs à l'essai."},
    "territory": "fes",
    "themes": ["farmers_markets"],
    "sources": [{"title": "Let's Food – Territorial cooperation"}],
}


def bearer(key: str) -> Headers:
    """Headers that present a key."""
    return {"Authorization": f"Bearer {key}"}


@dataclass(frozen=True)
class Partner:
    """A partner and one of its keys."""

    id: str
    slug: str
    key: str
    key_id: str

    @property
    def headers(self) -> Headers:
        return bearer(self.key)


async def make(catalog: httpx.AsyncClient, path: str, body: dict[str, Any], headers: Headers) -> dict[str, Any]:
    """POST that has to succeed."""
    answer = await catalog.post(f"/catalog/v1/{path}", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def make_partner(
    catalog: httpx.AsyncClient, admin: Headers, slug: str, scopes: Sequence[str] = ("records:write", "keys:manage")
) -> Partner:
    """A new partner with a key."""
    contacts = [{"role": "technical", "email": f"data@{slug}.example"}]
    partner = await make(
        catalog, "partners", {"slug": slug, "name": slug.title(), "kind": "network", "contacts": contacts}, admin
    )
    key = await make(catalog, "api-keys", {"name": "first", "partner": slug, "scopes": list(scopes)}, admin)
    return Partner(partner["id"], slug, key["key"], key["id"])


async def give_mandate(catalog: httpx.AsyncClient, admin: Headers, partner: Partner, territory: str) -> dict[str, Any]:
    """A mandate from now on."""
    return await make(catalog, "mandates", {"partner": partner.slug, "territory": territory}, admin)


async def make_initiative(
    catalog: httpx.AsyncClient,
    headers: Headers,
    **changes: Any,  # noqa: ANN401 - any field
) -> dict[str, Any]:
    """A new initiative of whoever presents the key."""
    return await make(catalog, "initiatives", INITIATIVE | changes, headers)
