"""What those who keep the records ask for in vain: revisions, reviews, merges, duplicates, slugs."""

from services.common.ids import new_id
from services.common.paging import encode_cursor, list_digest
from tests.contract.common.error_case import ADMIN, V1, do, get

REVIEW_QUEUE, TAV = f"{V1}/review-queue", f"{V1}/initiatives/tav-lyon"
QUEUE_CURSOR = encode_cursor(list_digest(REVIEW_QUEUE, []), "yesterday", new_id())
REVISION_CURSOR = encode_cursor(list_digest(f"{TAV}/revisions", []), "x", new_id())
"""Of these lists, and given out by nobody."""

EDITING = [
    get("revisions of nothing", f"{V1}/initiatives/atlantis/revisions", "not-found"),
    get("revisions of what is archived", f"{V1}/initiatives/archived-here/revisions", "gone"),
    get("a revision that there is not", f"{TAV}/revisions/9", "not-found"),
    get("a revision of no number", f"{TAV}/revisions/first", "malformed-request"),
    get("a revision beyond all numbers", f"{TAV}/revisions/99999999999999999999", "malformed-request"),
    get("a difference to what there is not", f"{TAV}/revisions/1/diff?to=9", "not-found"),
    get("a difference to no number", f"{TAV}/revisions/1/diff?to=x", "malformed-request", "?to"),
    get("a forged cursor of revisions", f"{TAV}/revisions?cursor={REVISION_CURSOR}", "malformed-request", "?cursor"),
    get("an ill-formed day", f"{V1}/stale?before=soon", "malformed-request", "?before"),
    get("a kind that there is not", f"{V1}/stale?kind=city", "malformed-request", "?kind"),
    get("an unknown theme of what is stale", f"{V1}/stale?theme=no_such_theme", "malformed-request", "?theme"),
    get("half a box of what is stale", f"{V1}/stale?bbox=1,2", "malformed-request", "?bbox"),
    get("a NUL as owner", f"{V1}/stale?owner=%00", "malformed-request", "?owner"),
    get("the queue without a key", REVIEW_QUEUE, "unauthenticated"),
    get("the drafts without a key", f"{V1}/drafts", "unauthenticated"),
    get(
        "a forged cursor of the queue", f"{REVIEW_QUEUE}?cursor={QUEUE_CURSOR}", "malformed-request", "?cursor", **ADMIN
    ),
    get("drafts of no status", f"{V1}/drafts?status=published", "malformed-request", "?status", **ADMIN),
    do("no action", "POST initiatives/tav-lyon/review", "invalid", "/action", body={}),
    do(
        "an action that there is not", "POST initiatives/tav-lyon/review", "invalid", "/action", body={"action": "love"}
    ),
    do("sending back without a reason", "POST initiatives/tav-lyon/review", "invalid", body={"action": "send_back"}),
    do("a step that it has not", "POST initiatives/tav-lyon/review", "conflict", body={"action": "reopen"}),
    do("publishing what is published", "POST initiatives/tav-lyon/review", "conflict", body={"action": "publish"}),
    do("withdrawing what is in use", "POST territories/fes/review", "conflict", body={"action": "withdraw"}),
    do("a review of what is archived", "POST initiatives/archived-here/review", "gone", body={"action": "confirm"}),
    do("a review of NUL", "POST initiatives/%00/review", "not-found", body={"action": "confirm"}),
    do(
        "a review unseen",
        "POST initiatives/tav-lyon/review",
        "precondition-required",
        body={"action": "confirm"},
        if_match=None,
    ),
    do(
        "a review of what has changed",
        "POST initiatives/tav-lyon/review",
        "stale-version",
        body={"action": "confirm"},
        if_match='"9-ab"',
    ),
    do("a merge into itself", "POST initiatives/tav-lyon/merge", "invalid", "/into", body={"into": "tav-lyon"}),
    do("a merge into nothing", "POST initiatives/tav-lyon/merge", "invalid", "/into", body={"into": "atlantis"}),
    do("a merge into a territory", "POST territories/fes/merge", "invalid", "/into", body={"into": "tav-lyon"}),
    do(
        "a merge into what is archived",
        "POST initiatives/tav-lyon/merge",
        "invalid",
        "/into",
        body={"into": "archived-here"},
    ),
    do("a merge of what is archived", "POST initiatives/archived-here/merge", "gone", body={"into": "tav-lyon"}),
    do("a merge of nothing", "POST initiatives/atlantis/merge", "not-found", body={"into": "tav-lyon"}),
    do(
        "a merge unseen",
        "POST initiatives/tav-lyon/merge",
        "precondition-required",
        body={"into": "compostage-fes"},
        if_match=None,
    ),
    do("restoring what there is not", "POST initiatives/tav-lyon/revisions/9/restore", "not-found", body={}),
    do(
        "restoring unseen",
        "POST initiatives/tav-lyon/revisions/1/restore",
        "precondition-required",
        body={},
        if_match=None,
    ),
    do(
        "the slug of what is not archived",
        "POST slugs/release",
        "conflict",
        body={"collection": "initiatives", "slug": "tav-lyon"},
    ),
    do(
        "a slug that nothing has",
        "POST slugs/release",
        "not-found",
        body={"collection": "initiatives", "slug": "atlantis"},
    ),
    do(
        "a slug of no collection",
        "POST slugs/release",
        "invalid",
        "/collection",
        body={"collection": "cities", "slug": "tav-lyon"},
    ),
]
DUPLICATES = [
    do("a record and itself", "POST initiatives/tav-lyon/duplicates/tav-lyon/dismiss?reason=why", "conflict"),
    do(
        "a dismissal without reason",
        "POST initiatives/tav-lyon/duplicates/tav-grenoble/dismiss",
        "malformed-request",
        "?reason",
    ),
    do("a dismissal of nothing", "POST initiatives/tav-lyon/duplicates/x/dismiss?reason=why", "not-found"),
    do("nothing to reconsider", "POST initiatives/tav-lyon/duplicates/x/reconsider", "not-found"),
]
