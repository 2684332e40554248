"""`Authorization: Bearer <API key>` (RFC 6750): from the header to the caller."""

from collections.abc import Mapping

from starlette.types import Scope as RequestScope

from services.common.access.caller import ANONYMOUS, UNVERIFIED, Caller, CallerResolver, CallersUnavailable, Ended
from services.common.access.keys import parse_key
from services.common.access.scopes import Scope
from services.common.problems import FORBIDDEN, UNAUTHENTICATED, UNAVAILABLE, Message, Problem

CHALLENGE = 'Bearer realm="letsfood"'


async def identify(scope: RequestScope, authorization: bytes) -> str | None:
    """Put who calls into `scope["caller"]`; returns the public id of the key, None where none was verified.

    Raises `Problem` (401) for a key that is presented and not valid, on whatever route. Another scheme than Bearer (a
    proxy's Basic) presents no key.
    """
    scope["caller"] = caller = await _caller(scope, authorization)
    return caller.key


async def _caller(scope: RequestScope, authorization: bytes) -> Caller:
    if sum(name == b"authorization" for name, _ in scope["headers"]) > 1:
        raise invalid_key()
    scheme, _, token = authorization.partition(b" ")
    if scheme.lower() != b"bearer":
        return ANONYMOUS
    key = parse_key(token.strip().decode("latin-1"))
    if key is None:
        raise invalid_key()
    callers: CallerResolver | None = getattr(scope["app"].state, "callers", None)
    if callers is None:
        return UNVERIFIED
    try:
        caller = await callers.resolve(key)
    except CallersUnavailable:
        return UNVERIFIED
    if caller is None:
        raise invalid_key()
    if isinstance(caller, Ended):
        raise ended_key(caller)
    return caller


def require_scope(caller: Caller, scope: Scope | None) -> None:
    """Raise `Problem` unless the caller has the scope (None: any valid key): 401, 403, or 503 while none can say."""
    if not caller.verified:
        raise keys_unavailable()
    if caller.key is None:
        raise key_needed()
    if scope is not None and not caller.may(scope):
        raise insufficient_scope(scope)


def invalid_key() -> Problem:
    """What was presented is no key that is known here: it says nothing of which part of it is wrong."""
    return Problem(
        UNAUTHENTICATED,
        {
            "en": "The API key presented is not known here. Is it whole, and of this deployment?",
            "fr": "La clé d'API présentée n'est pas connue ici. Est-elle entière, et de ce déploiement ?",
            "ar": "مفتاح الواجهة المقدَّم غير معروف هنا. هل هو كامل، وهل هو لهذا الخادم؟",
        },
        headers={"WWW-Authenticate": _invalid_token("The key is not known")},
    )


class KeyEnded(Problem):
    """401 for a key whose secret is right and that is not valid any more: who presents it has not guessed it."""


def ended_key(why: Ended) -> KeyEnded:
    """The key presented was valid once; the answer says what became of it."""
    return KeyEnded(
        UNAUTHENTICATED,
        ENDED[why],
        headers={"WWW-Authenticate": _invalid_token(ENDED[why]["en"].partition(".")[0])},
        extensions={"reason": why.value},
    )


ENDED: Mapping[Ended, Message] = {
    Ended.EXPIRED: {
        "en": "The API key presented has expired. Ask for a new one.",
        "fr": "La clé d'API présentée a expiré. Demandez-en une nouvelle.",
        "ar": "انتهت صلاحية مفتاح الواجهة المقدَّم. اطلب مفتاحًا جديدًا.",
    },
    Ended.REVOKED: {
        "en": "The API key presented has been revoked. Ask for a new one.",
        "fr": "La clé d'API présentée a été révoquée. Demandez-en une nouvelle.",
        "ar": "أُلغي مفتاح الواجهة المقدَّم. اطلب مفتاحًا جديدًا.",
    },
    Ended.SUSPENDED: {
        "en": "The partner whose API key was presented is suspended. Ask those who run this service.",
        "fr": "Le partenaire dont la clé d'API a été présentée est suspendu. Demandez aux responsables du service.",
        "ar": "الشريك صاحب مفتاح الواجهة المقدَّم موقوف. تواصل مع القائمين على الخدمة.",
    },
}


def _invalid_token(description: str) -> str:
    return f'{CHALLENGE}, error="invalid_token", error_description="{description}"'


def key_needed() -> Problem:
    """This needs a key, and none was presented."""
    return Problem(
        UNAUTHENTICATED,
        {
            "en": "Send an API key as 'Authorization: Bearer …'.",
            "fr": "Envoyez une clé d'API dans « Authorization: Bearer … ».",
            "ar": "أرسل مفتاح الواجهة في الترويسة 'Authorization: Bearer …'.",
        },
        headers={"WWW-Authenticate": CHALLENGE},
    )


def insufficient_scope(scope: Scope) -> Problem:
    """The key is valid and does not allow this."""
    return Problem(
        FORBIDDEN,
        {
            "en": "This needs a key with the scope '{scope}'.",
            "fr": "Il faut pour cela une clé avec la portée « {scope} ».",
            "ar": "يتطلب هذا مفتاحًا بالنطاق '{scope}'.",
        },
        {"scope": scope.value},
        headers={"WWW-Authenticate": f'{CHALLENGE}, error="insufficient_scope", scope="{scope}"'},
        extensions={"scope": scope.value},
    )


def keys_unavailable() -> Problem:
    """A key was presented, and what knows the keys does not answer."""
    return Problem(
        UNAVAILABLE,
        {
            "en": "API keys cannot be checked for the moment.",
            "fr": "Les clés d'API ne peuvent pas être vérifiées pour le moment.",
            "ar": "لا يمكن التحقق من مفاتيح الواجهة حاليًا.",
        },
        headers={"Retry-After": "5"},
    )
