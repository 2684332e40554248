"""Errors of the domain, and the problem documents (RFC 9457) that clients get for them.

A `ProblemType` is a kind of problem with an address of its own under `/problems/`; a `Problem` is raised by
services and turned into an answer by the one handler in `services.common.http.errors`. Services know no HTTP.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NotRequired, TypedDict

Message = Mapping[str, str]
"""A sentence for people, in each of fr, en and ar; `{name}` places are filled from the problem's parameters."""


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of problem: its slug under `/problems/`, its HTTP status, its title per language."""

    slug: str
    status: int
    title: Message


class FieldError(TypedDict):
    """What is wrong with one field: a JSON pointer into the body (or `?name` of a parameter), a sentence, a code."""

    pointer: str
    detail: str
    code: str
    context: NotRequired[Mapping[str, object]]
    """What fills the sentence of `services.common.field_messages`; clients do not get it."""


def _type(slug: str, status: int, en: str, fr: str, ar: str) -> ProblemType:
    return ProblemType(slug, status, {"en": en, "fr": fr, "ar": ar})


MALFORMED = _type("malformed-request", 400, "Malformed request", "Requête mal formée", "طلب غير صحيح الصياغة")
UNKNOWN_PARAMETER = _type(
    "unknown-parameter", 400, "Unknown query parameter", "Paramètre de requête inconnu", "معامل استعلام غير معروف"
)
UNAUTHENTICATED = _type(
    "unauthenticated", 401, "Authentication needed", "Authentification nécessaire", "المصادقة مطلوبة"
)
FORBIDDEN = _type("forbidden", 403, "Not allowed", "Non autorisé", "غير مسموح")
NOT_FOUND = _type("not-found", 404, "Not found", "Introuvable", "غير موجود")
METHOD_NOT_ALLOWED = _type(
    "method-not-allowed", 405, "Method not allowed", "Méthode non autorisée", "الطريقة غير مسموح بها"
)
CONFLICT = _type("conflict", 409, "Conflict", "Conflit", "تعارض")
IDEMPOTENCY_CONFLICT = _type(
    "idempotency-conflict",
    409,
    "The same request is still running",
    "La même requête est en cours",
    "الطلب نفسه ما زال قيد التنفيذ",
)
IDEMPOTENCY_MISMATCH = _type(
    "idempotency-mismatch",
    422,
    "Idempotency-Key used with another request",
    "Idempotency-Key déjà utilisée pour une autre requête",
    "استُخدم Idempotency-Key مع طلب آخر",
)
GONE = _type("gone", 410, "No longer published", "N'est plus publié", "لم يعد منشورًا")
MOVED = _type("moved", 308, "Called otherwise now", "Porte un autre nom désormais", "له اسم آخر الآن")
CURSOR_GONE = _type("cursor-gone", 410, "Cursor not known here", "Curseur inconnu ici", "المؤشر غير معروف هنا")
STALE = _type("stale-version", 412, "Changed in the meantime", "Modifié entre-temps", "تم تعديله في هذه الأثناء")
TOO_LARGE = _type("body-too-large", 413, "Body too large", "Corps trop volumineux", "المحتوى كبير جدًا")
UNSUPPORTED_MEDIA_TYPE = _type(
    "unsupported-media-type",
    415,
    "Media type not supported",
    "Type de média non pris en charge",
    "نوع الوسائط غير مدعوم",
)
INVALID = _type("invalid", 422, "Not valid", "Non valide", "غير صالح")
PRECONDITION_REQUIRED = _type(
    "precondition-required", 428, "If-Match needed", "If-Match nécessaire", "الترويسة If-Match مطلوبة"
)
RANGE_NOT_SATISFIABLE = _type(
    "range-not-satisfiable", 416, "Range outside the file", "Plage hors du fichier", "النطاق خارج الملف"
)
REQUEST_TIMEOUT = _type(
    "request-timeout", 408, "Request took too long", "Requête trop lente", "استغرق الطلب وقتًا طويلًا"
)
HEADERS_TOO_LARGE = _type(
    "headers-too-large", 431, "Headers too large", "En-têtes trop volumineux", "الترويسات كبيرة جدًا"
)
TOO_MANY_REQUESTS = _type("too-many-requests", 429, "Too many requests", "Trop de requêtes", "طلبات كثيرة جدًا")
INTERNAL = _type("internal", 500, "Something went wrong here", "Une erreur est survenue ici", "حدث خطأ في الخادم")
UNAVAILABLE = _type("unavailable", 503, "Not available for the moment", "Indisponible pour le moment", "غير متاح حاليًا")
OVERLOADED = _type("overloaded", 503, "Too much to do", "Trop de demandes", "الخادم مثقل بالطلبات")

PROBLEM_TYPES: Mapping[str, ProblemType] = {
    kind.slug: kind
    for kind in (
        MALFORMED,
        UNKNOWN_PARAMETER,
        UNAUTHENTICATED,
        FORBIDDEN,
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        CONFLICT,
        IDEMPOTENCY_CONFLICT,
        IDEMPOTENCY_MISMATCH,
        MOVED,
        GONE,
        CURSOR_GONE,
        STALE,
        TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE,
        RANGE_NOT_SATISFIABLE,
        INVALID,
        PRECONDITION_REQUIRED,
        REQUEST_TIMEOUT,
        HEADERS_TOO_LARGE,
        TOO_MANY_REQUESTS,
        INTERNAL,
        UNAVAILABLE,
        OVERLOADED,
    )
}


@dataclass
class Problem(Exception):
    """Raised where something cannot be done; `detail` says what and how to mend it, in fr, en and ar."""

    kind: ProblemType
    detail: Message
    parameters: Mapping[str, object] = field(default_factory=dict)
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    extensions: Mapping[str, object] = field(default_factory=dict)
    """Further members of the document, e.g. a link to the snapshot."""

    def __str__(self) -> str:
        return self.sentence("en")

    def sentence(self, lang: str) -> str:
        """The detail in one of fr, en and ar."""
        return self.detail[lang].format(**self.parameters)


def not_found(what: str) -> Problem:
    """Nothing published answers to `what` (a reference as the caller wrote it)."""
    return Problem(
        NOT_FOUND,
        {
            "en": "Nothing here is called '{ref}'.",
            "fr": "Rien ici ne porte le nom « {ref} ».",
            "ar": "لا يوجد هنا شيء باسم '{ref}'.",
        },
        {"ref": what},
    )


def invalid(errors: Sequence[FieldError], count: int | None = None) -> Problem:
    """A well-formed body whose content is wrong, field by field; `count`: of all, where `errors` are the first."""
    return Problem(
        INVALID,
        {
            "en": "{count} field(s) are not valid; see 'errors'.",
            "fr": "{count} champ(s) non valide(s) ; voir « errors ».",
            "ar": "عدد الحقول غير الصالحة: {count}؛ انظر 'errors'.",
        },
        {"count": count or len(errors)},
        errors=errors,
    )


def bad_parameter(name: str, detail: str, code: str, context: Mapping[str, object] | None = None) -> Problem:
    """A query parameter whose value cannot be used; `context` fills the sentence that readers get for `code`."""
    return Problem(
        MALFORMED,
        {
            "en": "Query parameter '{name}' cannot be used; see 'errors'.",
            "fr": "Le paramètre « {name} » est inutilisable ; voir « errors ».",
            "ar": "لا يمكن استخدام المعامل '{name}'؛ انظر 'errors'.",
        },
        {"name": name},
        errors=[FieldError(pointer=f"?{name}", detail=detail, code=code, context=context or {})],
    )


def unknown_code(name: str, code: str, allowed: Sequence[str]) -> Problem:
    """A query parameter that names a code outside its vocabulary; the allowed ones are listed."""
    context = {"value": code[:80], "allowed": ", ".join(allowed)}
    return bad_parameter(name, "'{value}' is not one of: {allowed}".format(**context), "unknown_code", context)
