"""Why a request could not be read, in French, English and Arabic: the JSON reader's reasons, and refusals by status."""

from collections.abc import Mapping
from typing import Any

from services.common import problems
from services.common.http.bodies import (
    INTEGER_TOO_LONG,
    MAX_DEPTH,
    MAX_MEMBERS,
    NAME_TWICE,
    NO_JSON_NUMBER,
    NOT_UTF8,
    NUMBER_TOO_LARGE,
    SURROGATE,
    TOO_DEEP,
    TOO_MANY_NAMES,
)
from services.common.problems import Message, Problem, ProblemType


def _message(en: str, fr: str, ar: str) -> Message:
    return {"en": en, "fr": fr, "ar": ar}


_NOT_JSON = _message(
    "The body is not JSON as it is read here: {reason}.",
    "Le corps n'est pas du JSON lisible ici : {reason}.",
    "المحتوى ليس JSON يمكن قراءته هنا: {reason}.",
)
_AT = _message("{reason} (character {position})", "{reason} (caractère {position})", "{reason} (الحرف {position})")

_UNCLEAR = _message("it cannot be made out", "il est indéchiffrable", "تعذر فهمه")

JSON_REASONS: Mapping[str, Message] = {
    "Expecting value": _message("a value is missing", "il manque une valeur", "توجد قيمة ناقصة"),
    "Expecting property name": _message(
        "a name in double quotes is missing", "il manque un nom entre guillemets doubles", "ينقص اسم بين علامتي اقتباس"
    ),
    "Expecting ':' delimiter": _message("a colon is missing", "il manque un deux-points", "تنقص نقطتان رأسيتان"),
    "Expecting ',' delimiter": _message("a comma is missing", "il manque une virgule", "تنقص فاصلة"),
    "Extra data": _message("more follows after its end", "quelque chose suit après sa fin", "يوجد شيء زائد بعد نهايته"),
    "Invalid control character": _message(
        "a control character stands in a text, write it with a backslash",
        "un caractère de contrôle se trouve dans un texte, écrivez-le avec une barre oblique inverse",
        "يوجد محرف تحكم داخل نص، اكتبه بشرطة مائلة عكسية",
    ),
    "Invalid \\uXXXX escape": _message(
        "four hexadecimal digits have to follow \\u",
        "quatre chiffres hexadécimaux doivent suivre \\u",
        "يجب أن تتبع \\u أربعة أرقام ست عشرية",
    ),
    "Invalid \\escape": _message(
        "a backslash stands before a character that needs none",
        "une barre oblique inverse précède un caractère qui n'en admet pas",
        "توجد شرطة مائلة عكسية قبل محرف لا يقبلها",
    ),
    "Unterminated string": _message("a text does not end", "un texte ne se termine pas", "يوجد نص لا ينتهي"),
    "Illegal trailing comma": _message(
        "a comma stands before a closing bracket", "une virgule précède un crochet fermant", "توجد فاصلة قبل قوس إغلاق"
    ),
    NOT_UTF8: _message("it is not UTF-8", "il n'est pas en UTF-8", "ليس بترميز UTF-8"),
    TOO_DEEP: _message(
        f"it has more than {MAX_DEPTH} levels", f"il a plus de {MAX_DEPTH} niveaux", f"فيه أكثر من {MAX_DEPTH} مستوى"
    ),
    SURROGATE: _message(
        "half of a surrogate pair stands alone",
        "une moitié de paire de substitution est seule",
        "يوجد نصف زوج بديل منفرد",
    ),
    INTEGER_TOO_LONG: _message(
        "an integer has more than 64 bits", "un nombre entier dépasse 64 bits", "يوجد عدد صحيح يتجاوز 64 بت"
    ),
    NUMBER_TOO_LARGE: _message(
        "a number is beyond double precision",
        "un nombre dépasse la double précision",
        "يوجد عدد يتجاوز الدقة المضاعفة",
    ),
    NO_JSON_NUMBER: _message(
        "NaN and Infinity are no JSON", "NaN et Infinity ne sont pas du JSON", "NaN وInfinity ليسا من JSON"
    ),
    TOO_MANY_NAMES: _message(
        f"an object has more than {MAX_MEMBERS} names",
        f"un objet a plus de {MAX_MEMBERS} noms",
        f"يوجد كائن فيه أكثر من {MAX_MEMBERS} اسم",
    ),
    NAME_TWICE: _message(
        "a name stands twice in one object", "un nom figure deux fois dans un objet", "يوجد اسم مكرر في كائن واحد"
    ),
}
"""By how the reader's message begins: Python's own (its two readers quote different things after that), then ours."""

OURS = frozenset(
    (NOT_UTF8, TOO_DEEP, SURROGATE, INTEGER_TOO_LONG, NUMBER_TOO_LARGE, NO_JSON_NUMBER, TOO_MANY_NAMES, NAME_TWICE)
)
"""Reasons that are of the whole body: they come without a place."""

REFUSALS: Mapping[str, Message] = {
    problems.REQUEST_TIMEOUT.slug: _message(
        "The body did not arrive in time. Send it again, faster or in smaller parts.",
        "Le corps n'est pas arrivé à temps. Envoyez-le à nouveau, plus vite ou en parties plus petites.",
        "لم يصل المحتوى في الوقت المحدد. أعد إرساله أسرع أو في أجزاء أصغر.",
    ),
    problems.TOO_LARGE.slug: _message(
        "The body is larger than is taken here. Send it in smaller parts.",
        "Le corps est plus volumineux que ce qui est admis ici. Envoyez-le en parties plus petites.",
        "المحتوى أكبر مما يُقبل هنا. أرسله في أجزاء أصغر.",
    ),
    problems.RANGE_NOT_SATISFIABLE.slug: _message(
        "The file ends before the range asked for begins.",
        "Le fichier se termine avant le début de la plage demandée.",
        "ينتهي الملف قبل بداية النطاق المطلوب.",
    ),
    problems.UNSUPPORTED_MEDIA_TYPE.slug: _message(
        "Bodies of this media type are not read here.",
        "Les corps de ce type de média ne sont pas lus ici.",
        "لا يُقرأ هنا محتوى من هذا النوع.",
    ),
    problems.UNAVAILABLE.slug: _message(
        "This cannot be answered for the moment. Try again later.",
        "Il n'est pas possible de répondre pour le moment. Réessayez plus tard.",
        "لا يمكن الرد حاليًا. أعد المحاولة لاحقًا.",
    ),
}
"""By the slug of the problem."""

OTHERWISE: Message = _message("The request could not be read.", "La requête n'a pas pu être lue.", "تعذرت قراءة الطلب.")


def not_json(error: Mapping[str, Any]) -> Problem:
    """400 for an error of the validator of type `json_invalid` or `json_type`: why the body could not be read."""
    said = str(error.get("ctx", {}).get("error", ""))
    begins = next((known for known in JSON_REASONS if said.startswith(known)), None)
    reason = _UNCLEAR if begins is None else JSON_REASONS[begins]
    position = error["loc"][-1]
    if begins is not None and begins not in OURS and isinstance(position, int):
        reason = {lang: _AT[lang].format(reason=reason[lang], position=position + 1) for lang in reason}
    return Problem(problems.MALFORMED, {lang: _NOT_JSON[lang].format(reason=reason[lang]) for lang in reason})


def refused(kind: ProblemType, headers: Mapping[str, str]) -> Problem:
    """What the framework or a library refused by itself, in our words: it says its reasons in English only."""
    return Problem(kind, REFUSALS.get(kind.slug, OTHERWISE), headers=headers)
