"""Who may call what: one row an operation of any service. The rule that reads a row is `expected`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.catalog.kinds import BY_NAME, KINDS
from services.catalog.records.kinds import Kind
from tests.contract.common.new_records import new_record

PUBLIC, ANY_KEY = "public", "any key"
WRITE, MODERATE = "records:write", "records:moderate"
KEYS, PARTNERS, OPERATE, INTROSPECT = "keys:manage", "partners:manage", "services:operate", "introspect"
WEBHOOKS = "webhooks:manage"

ROLES: dict[str, tuple[str, ...] | None] = {
    "anonymous": None,
    "invalid key": None,
    "expired key": None,
    "key without scopes": (),
    "partner A on its own": (WRITE, KEYS, WEBHOOKS),
    "partner B on A's": (WRITE, KEYS, WEBHOOKS),
    "moderator": (MODERATE, WRITE),
    "admin": (MODERATE, WRITE, PARTNERS, KEYS, WEBHOOKS, OPERATE),
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

    `private`: whoever may not know of the thing gets 404, as if there were none; `others` is 403 where everybody may
    know of it and not everybody may change it. `open`: answers whatever key comes.
    """

    needs: str = PUBLIC
    ok: int = 200
    on: str | None = None
    private: bool = False
    others: int = 404
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
    return row.others if row.private and role not in KNOWING else row.ok


def _always(**body: Any) -> Body:  # noqa: ANN401 - any JSON
    return lambda _: body


def new_term(number: int) -> dict[str, Any]:
    """A new term of a vocabulary."""
    return {"code": f"term_{number}", "label": {"fr": "Essai", "en": "Trial", "ar": "تجربة"}}


REASON = "?reason=essai"
OWNER = _always(partner=None)
CHANGE = _always(review_due="2030-01-01")
CATALOG, SEARCH, MATCHING, HOOKS = "/catalog/v1", "/search/v1", "/matching/v1", "/webhooks/v1"
ENDPOINT = f"{HOOKS}/endpoints/{{id}}"

Place = tuple[str, str]


def _of_kind(kind: Kind) -> dict[Place, Row]:
    """The operations that every kind has. What has no place is partner A's as a draft only: moderators publish it."""
    many = f"{CATALOG}/{kind.collection}"
    one = f"{many}/{{ref}}"
    scope = MODERATE if kind.moderated else WRITE
    own = kind.name if kind.places or kind.name == "territory" else f"draft {kind.name}"
    status: dict[str, Any] = {} if own == kind.name else {"status": "draft"}
    return {
        ("GET", many): Row(),
        ("POST", many): Row(scope, 201, body=partial(new_record, kind.name, **status)),
        ("GET", one): Row(on=f"published {kind.name}"),
        ("PATCH", one): Row(WRITE, on=own, private=True, body=CHANGE),
        ("DELETE", one): Row(scope, 204, own, private=not kind.moderated, query=REASON),
    }


def _of_drafts(kind: Kind) -> list[tuple[Place, Row]]:
    one = f"{CATALOG}/{kind.collection}/{{ref}}"
    own = f"draft {kind.name}"
    scope = MODERATE if kind.moderated else WRITE
    return [
        (("GET", one), Row(on=own, private=True)),
        (("PATCH", one), Row(WRITE, on=own, private=True, body=CHANGE)),
        (("DELETE", one), Row(scope, 204, own, private=not kind.moderated, query=REASON)),
        (("PUT", ANY_OWNER), Row(MODERATE, on=own, body=OWNER)),
        (("GET", DUPLICATES), Row(on=own, private=True)),
        (("POST", f"{DUPLICATES}/{{other}}/dismiss"), Row(WRITE, 204, own, private=True, query=REASON)),
        (("GET", REVISIONS), Row(on=own, private=True)),
        (("GET", f"{REVISIONS}/{{version}}/diff"), Row(on=own, private=True)),
        (("POST", f"{REVISIONS}/{{version}}/restore"), Row(WRITE, on=own, private=True)),
        (("POST", REVIEW), Row(WRITE, on=own, private=True, body=_always(action="submit"))),
    ]


ANY_RECORD = f"{CATALOG}/{{collection}}/{{ref}}"
ANY_OWNER = f"{ANY_RECORD}/owner"
REVISIONS, REVIEW = f"{ANY_RECORD}/revisions", f"{ANY_RECORD}/review"
DUPLICATES = f"{ANY_RECORD}/duplicates"
TERMS = f"{CATALOG}/vocabularies/{{name}}/terms"
CROSSWALK, MAPPED = f"{CATALOG}/crosswalks/{{scheme}}", f"{CATALOG}/crosswalks/{{scheme}}/{{vocabulary}}/{{code}}"

TABLE: dict[Place, Row] = {
    **{place: row for kind in KINDS for place, row in _of_kind(kind).items()},
    ("PUT", ANY_OWNER): Row(MODERATE, on="initiative", body=OWNER),
    ("GET", REVISIONS): Row(on="published initiative"),
    ("GET", f"{REVISIONS}/{{version}}"): Row(on="published initiative"),
    ("GET", f"{REVISIONS}/{{version}}/diff"): Row(on="published initiative"),
    ("POST", f"{REVISIONS}/{{version}}/restore"): Row(WRITE, on="initiative", private=True),
    ("POST", REVIEW): Row(WRITE, on="initiative", private=True, body=_always(action="confirm")),
    ("POST", f"{ANY_RECORD}/merge"): Row(MODERATE, on="initiative", body=_always(into="tav-lyon")),
    ("GET", f"{CATALOG}/review-queue"): Row(MODERATE),
    ("GET", f"{CATALOG}/drafts"): Row(WRITE),
    ("GET", f"{CATALOG}/stale"): Row(),
    ("POST", f"{CATALOG}/slugs/release"): Row(  # who may is told that nothing has this slug
        MODERATE, 404, body=_always(collection="initiatives", slug="atlantis")
    ),
    ("GET", f"{CATALOG}/vocabularies"): Row(),
    ("GET", f"{CATALOG}/vocabularies/{{name}}"): Row(on="vocabulary"),
    ("GET", TERMS): Row(on="vocabulary", query="?scheme=sdg-target&code=12.3"),
    ("POST", TERMS): Row(MODERATE, 201, "vocabulary", body=new_term),
    ("GET", f"{TERMS}/{{code}}"): Row(on="vocabulary"),
    ("PATCH", f"{TERMS}/{{code}}"): Row(MODERATE, on="vocabulary", body=_always(alt_labels={"en": ["waste"]})),
    ("GET", f"{CATALOG}/crosswalks"): Row(),
    ("GET", CROSSWALK): Row(on="scheme"),
    ("PUT", MAPPED): Row(WRITE, on="scheme", private=True, others=403, body=_always(target=None, relation=None)),
    ("DELETE", MAPPED): Row(WRITE, 204, "scheme", private=True, others=403),
    ("GET", f"{CATALOG}/completeness"): Row(),
    ("GET", f"{CATALOG}/territories/{{ref}}/actors"): Row(on="published territory"),
    ("GET", f"{CATALOG}/duplicates"): Row(MODERATE),
    ("GET", DUPLICATES): Row(on="published initiative"),
    ("POST", f"{DUPLICATES}/{{other}}/dismiss"): Row(WRITE, 204, "initiative", private=True, query=REASON),
    ("POST", f"{DUPLICATES}/{{other}}/reconsider"): Row(  # who may is told that nobody set them apart
        MODERATE, 404, "initiative"
    ),
    ("GET", f"{CATALOG}/changes"): Row(),
    ("GET", f"{CATALOG}/changes/status"): Row(),
    ("GET", f"{CATALOG}/snapshot"): Row(),
    ("GET", f"{CATALOG}/partners"): Row(ANY_KEY),
    ("POST", f"{CATALOG}/partners"): Row(
        PARTNERS, 201, body=lambda n: {"slug": f"partner-{n}", "name": "P", "kind": "network"}
    ),
    ("GET", f"{CATALOG}/partners/{{ref}}"): Row(ANY_KEY, on="partner", private=True),
    ("PATCH", f"{CATALOG}/partners/{{ref}}"): Row(PARTNERS, on="partner", private=True, body=_always(name="A")),
    ("GET", f"{CATALOG}/suspended-partners"): Row(INTROSPECT),
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
    ("GET", f"{HOOKS}/event-types"): Row(),
    ("GET", f"{HOOKS}/changes"): Row(WEBHOOKS),
    ("GET", f"{ENDPOINT}/deliveries"): Row(WEBHOOKS, on="endpoint", private=True),
    ("POST", f"{ENDPOINT}/test"): Row(WEBHOOKS, 202, "endpoint", private=True),
    ("POST", f"{ENDPOINT}/replay"): Row(WEBHOOKS, 202, "endpoint", private=True, body=_always(missing=True)),
    ("GET", f"{HOOKS}/endpoints"): Row(WEBHOOKS),
    ("POST", f"{HOOKS}/endpoints"): Row(WEBHOOKS, 201, body=_always(url="http://127.0.0.1:9/")),
    ("GET", ENDPOINT): Row(WEBHOOKS, on="endpoint", private=True),
    ("PATCH", ENDPOINT): Row(WEBHOOKS, on="endpoint", private=True, body=_always(description="A")),
    ("DELETE", ENDPOINT): Row(WEBHOOKS, 204, "endpoint", private=True),
    ("POST", f"{ENDPOINT}/secrets/rotate"): Row(
        WEBHOOKS, 201, "endpoint", private=True, body=_always(overlap_seconds=0)
    ),
    **{
        ("GET", f"/{service}/{path}"): Row(open=True)
        for service in ("catalog", "search", "matching", "webhooks")
        for path in ("health/live", "health/ready", "metrics")
    },
}

FURTHER: Sequence[tuple[Place, Row]] = [
    *(each for kind in KINDS for each in _of_drafts(kind)),
    *((("PUT", ANY_OWNER), Row(MODERATE, on=kind.name, body=OWNER)) for kind in KINDS if kind.places),
]
"""The same operations on things of other kinds, and on drafts of partner A's."""


def kind_of(thing: str) -> Kind | None:
    """The kind of record that a row's `on` names, if it names one."""
    return BY_NAME.get(thing.removeprefix("draft ").removeprefix("published "))
