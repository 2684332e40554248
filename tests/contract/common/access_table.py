"""Who may call what: one row an operation of any service. The rule that reads a row is `expected`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PUBLIC, ANY_KEY = "public", "any key"
WRITE, MODERATE = "records:write", "records:moderate"
KEYS, PARTNERS, OPERATE, INTROSPECT = "keys:manage", "partners:manage", "services:operate", "introspect"

ROLES: dict[str, tuple[str, ...] | None] = {
    "anonymous": None,
    "invalid key": None,
    "expired key": None,
    "key without scopes": (),
    "partner A on its own": (WRITE, KEYS),
    "partner B on A's": (WRITE, KEYS),
    "moderator": (MODERATE, WRITE),
    "admin": (MODERATE, WRITE, PARTNERS, KEYS, OPERATE),
    "introspect only": (INTROSPECT,),
}
"""Every role with the scopes of its key, included ones too; None: no valid key."""

REFUSED = ("invalid key", "expired key")
KNOWING = ("partner A on its own", "moderator", "admin")
"""Those who may know of what is partner A's own, where their scopes allow the operation at all."""

Body = Callable[[int], dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """`needs` is the scope, `ok` the status of who may, `on` the kind of thing of partner A's that the path names.

    `private`: whoever may not know of the thing gets 404, as if there were none. `open`: answers whatever key comes.
    """

    needs: str = PUBLIC
    ok: int = 200
    on: str | None = None
    private: bool = False
    open: bool = False
    body: Body | None = None
    form: bool = False
    query: str = ""


def expected(role: str, row: Row) -> int:
    """The status of one cell."""
    scopes = ROLES[role]
    if row.open:
        return row.ok
    if role in REFUSED:
        return 401
    if row.needs != PUBLIC:
        if scopes is None:
            return 401
        if row.needs != ANY_KEY and row.needs not in scopes:
            return 403
    return 404 if row.private and role not in KNOWING else row.ok


SOURCES = [{"title": "Let's Food – Territorial cooperation"}]


def territory(number: int) -> dict[str, Any]:
    """A new territory as it is written."""
    return {
        "slug": f"essai-{number}",
        "name": {"fr": f"Essai {number}"},
        "kind": "municipality",
        "country_code": "MA",
        "sources": SOURCES,
    }


def initiative(number: int) -> dict[str, Any]:
    """A new initiative in Fès as it is written."""
    return {
        "slug": f"marche-{number}",
        "title": {"fr": f"Marché {number}"},
        "summary": {"fr": "À l'essai."},
        "territory": "fes",
        "themes": ["farmers_markets"],
        "sources": SOURCES,
    }


def _always(**body: Any) -> Body:  # noqa: ANN401 - any JSON
    return lambda _: body


REASON = "?reason=essai"
OWNER = _always(partner=None)
WEB = _always(url="https://example.org/")
NOTE = _always(point_note="Le marché")
CATALOG, SEARCH, MATCHING = "/catalog/v1", "/search/v1", "/matching/v1"

TABLE: dict[tuple[str, str], Row] = {
    ("GET", f"{CATALOG}/territories"): Row(),
    ("POST", f"{CATALOG}/territories"): Row(MODERATE, 201, body=territory),
    ("GET", f"{CATALOG}/territories/{{ref}}"): Row(on="territory"),
    ("PATCH", f"{CATALOG}/territories/{{ref}}"): Row(WRITE, on="territory", private=True, body=NOTE),
    ("DELETE", f"{CATALOG}/territories/{{ref}}"): Row(MODERATE, 204, "territory", query=REASON),
    ("PUT", f"{CATALOG}/territories/{{ref}}/owner"): Row(MODERATE, on="territory", body=OWNER),
    ("GET", f"{CATALOG}/initiatives"): Row(),
    ("POST", f"{CATALOG}/initiatives"): Row(WRITE, 201, body=initiative),
    ("GET", f"{CATALOG}/initiatives/{{ref}}"): Row(on="initiative"),
    ("PATCH", f"{CATALOG}/initiatives/{{ref}}"): Row(WRITE, on="initiative", private=True, body=WEB),
    ("DELETE", f"{CATALOG}/initiatives/{{ref}}"): Row(WRITE, 204, "initiative", private=True, query=REASON),
    ("PUT", f"{CATALOG}/initiatives/{{ref}}/owner"): Row(MODERATE, on="initiative", body=OWNER),
    ("GET", f"{CATALOG}/cooperations"): Row(),
    ("GET", f"{CATALOG}/cooperations/{{ref}}"): Row(on="cooperation"),
    ("PUT", f"{CATALOG}/cooperations/{{ref}}/owner"): Row(MODERATE, on="cooperation", body=OWNER),
    ("GET", f"{CATALOG}/networks"): Row(),
    ("GET", f"{CATALOG}/networks/{{ref}}"): Row(on="network"),
    ("PUT", f"{CATALOG}/networks/{{ref}}/owner"): Row(MODERATE, on="network", body=OWNER),
    ("GET", f"{CATALOG}/vocabularies"): Row(),
    ("GET", f"{CATALOG}/vocabularies/{{name}}"): Row(on="vocabulary"),
    ("GET", f"{CATALOG}/changes"): Row(),
    ("GET", f"{CATALOG}/changes/status"): Row(),
    ("GET", f"{CATALOG}/snapshot"): Row(),
    ("GET", f"{CATALOG}/partners"): Row(ANY_KEY),
    ("POST", f"{CATALOG}/partners"): Row(
        PARTNERS, 201, body=lambda n: {"slug": f"partner-{n}", "name": "P", "kind": "network"}
    ),
    ("GET", f"{CATALOG}/partners/{{ref}}"): Row(ANY_KEY, on="partner", private=True),
    ("PATCH", f"{CATALOG}/partners/{{ref}}"): Row(PARTNERS, on="partner", private=True, body=_always(name="A")),
    ("GET", f"{CATALOG}/api-keys"): Row(KEYS),
    ("POST", f"{CATALOG}/api-keys"): Row(KEYS, 201, body=_always(name="another")),
    ("GET", f"{CATALOG}/api-keys/{{id}}"): Row(KEYS, on="key", private=True),
    ("DELETE", f"{CATALOG}/api-keys/{{id}}"): Row(KEYS, 204, "key", private=True),
    ("POST", f"{CATALOG}/api-keys/{{id}}/rotate"): Row(KEYS, 201, "key", private=True, body=_always()),
    ("GET", f"{CATALOG}/mandates"): Row(ANY_KEY),
    ("POST", f"{CATALOG}/mandates"): Row(MODERATE, 201, body=_always(partner="a", territory="fes")),
    ("GET", f"{CATALOG}/mandates/{{id}}"): Row(ANY_KEY, on="mandate", private=True),
    ("DELETE", f"{CATALOG}/mandates/{{id}}"): Row(MODERATE, 204, "mandate"),
    ("POST", f"{CATALOG}/introspect"): Row(INTROSPECT, body=_always(token="x"), form=True),  # noqa: S106 - no secret
    ("GET", f"{SEARCH}/initiatives"): Row(),
    ("GET", f"{SEARCH}/status"): Row(),
    ("POST", f"{SEARCH}/rebuild"): Row(OPERATE, 202),
    ("GET", f"{MATCHING}/territories/{{ref}}/matches"): Row(on="matched territory"),
    ("GET", f"{MATCHING}/status"): Row(),
    ("POST", f"{MATCHING}/rebuild"): Row(OPERATE, 202),
    **{
        ("GET", f"/{service}/{path}"): Row(open=True)
        for service in ("catalog", "search", "matching")
        for path in ("health/live", "health/ready", "metrics")
    },
}

DRAFTS: dict[tuple[str, str], Row] = {
    ("GET", f"{CATALOG}/territories/{{ref}}"): Row(on="draft territory", private=True),
    ("PATCH", f"{CATALOG}/territories/{{ref}}"): Row(WRITE, on="draft territory", private=True, body=NOTE),
    ("GET", f"{CATALOG}/initiatives/{{ref}}"): Row(on="draft initiative", private=True),
    ("PATCH", f"{CATALOG}/initiatives/{{ref}}"): Row(WRITE, on="draft initiative", private=True, body=WEB),
    ("DELETE", f"{CATALOG}/initiatives/{{ref}}"): Row(WRITE, 204, "draft initiative", private=True, query=REASON),
    ("GET", f"{CATALOG}/cooperations/{{ref}}"): Row(on="draft cooperation", private=True),
    ("GET", f"{CATALOG}/networks/{{ref}}"): Row(on="draft network", private=True),
}
"""The same operations on drafts of partner A's."""
