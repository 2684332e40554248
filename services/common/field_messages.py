"""What is wrong with a field, for people: the validator's and our own codes in French, English and Arabic.

A code that is not here keeps its English detail; `code` is what programs go by.
"""

from collections.abc import Mapping

from services.common.problems import FieldError, Message


def _message(en: str, fr: str, ar: str) -> Message:
    return {"en": en, "fr": fr, "ar": ar}


_REQUIRED = _message("This field is required.", "Ce champ est obligatoire.", "هذا الحقل مطلوب.")
_STRING = _message("This should be a text.", "Il faut un texte.", "يجب أن يكون نصًا.")
_WHOLE = _message("This should be a whole number.", "Il faut un nombre entier.", "يجب أن يكون عددًا صحيحًا.")
_NUMBER = _message("This should be a number.", "Il faut un nombre.", "يجب أن يكون رقمًا.")
_OBJECT = _message("This should be an object.", "Il faut un objet.", "يجب أن يكون كائنًا.")
_LIST = _message("This should be a list.", "Il faut une liste.", "يجب أن تكون قائمة.")
_TRUTH = _message("This should be true or false.", "Il faut true ou false.", "يجب أن تكون true أو false.")
_UUID = _message("This is not an id (UUID).", "Ce n'est pas un identifiant (UUID).", "هذا ليس معرّفًا (UUID).")
_FORM = _message(
    "This does not have the form {pattern}.", "Cela n'a pas la forme {pattern}.", "لا يطابق الصيغة {pattern}."
)
_URL = _message(
    "This is not an http or https address.", "Ce n'est pas une adresse http ou https.", "هذا ليس عنوان http أو https."
)

MESSAGES: Mapping[str, Message] = {
    "missing": _REQUIRED,
    "required": _REQUIRED,
    "extra_forbidden": _message(
        "There is no field of this name.", "Aucun champ ne porte ce nom.", "لا يوجد حقل بهذا الاسم."
    ),
    "string_type": _STRING,
    "string_too_short": _message(
        "At least {min_length} character(s).",
        "Au moins {min_length} caractère(s).",
        "عدد الأحرف على الأقل: {min_length}.",
    ),
    "string_too_long": _message(
        "At most {max_length} character(s).",
        "Au plus {max_length} caractère(s).",
        "عدد الأحرف على الأكثر: {max_length}.",
    ),
    "string_pattern_mismatch": _FORM,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "list_type": _LIST,
    "too_short": _message(
        "At least {min_length} item(s).", "Au moins {min_length} élément(s).", "عدد العناصر على الأقل: {min_length}."
    ),
    "too_long": _message(
        "At most {max_length} item(s).", "Au plus {max_length} élément(s).", "عدد العناصر على الأكثر: {max_length}."
    ),
    "greater_than_equal": _message("At least {ge}.", "Au moins {ge}.", "على الأقل {ge}."),
    "less_than_equal": _message("At most {le}.", "Au plus {le}.", "على الأكثر {le}."),
    "literal_error": _message("One of: {expected}.", "L'un de : {expected}.", "واحد من: {expected}."),
    "uuid_parsing": _UUID,
    "uuid_type": _UUID,
    "url_parsing": _URL,
    "url_scheme": _URL,
    "unknown_parameter": _message(
        "Known parameters: {allowed}.", "Paramètres connus : {allowed}.", "المعاملات المعروفة: {allowed}."
    ),
    "unknown_code": _message(
        "'{value}' is not one of: {allowed}.",
        "« {value} » n'est pas parmi : {allowed}.",
        "'{value}' ليس من: {allowed}.",
    ),
    "too_deep": _message(
        "limit + offset is at most {most}; to read everything use /catalog/v1/changes.",
        "limit + offset vaut au plus {most} ; pour tout lire, utilisez /catalog/v1/changes.",
        "مجموع limit وoffset هو {most} على الأكثر؛ لقراءة كل شيء استخدم /catalog/v1/changes.",
    ),
    "country": _message(
        "'{value}' is not an ISO 3166-1 alpha-2 code, e.g. FR.",
        "« {value} » n'est pas un code ISO 3166-1 alpha-2, par exemple FR.",
        "'{value}' ليس رمز ISO 3166-1 alpha-2، مثل FR.",
    ),
    "language": _message(
        "'{value}' is not the code of a language.",
        "« {value} » n'est pas le code d'une langue.",
        "'{value}' ليس رمز لغة.",
    ),
    "idempotency_key": _message(
        "This is not an idempotency key.", "Ce n'est pas une clé d'idempotence.", "هذا ليس مفتاح تكرار آمن."
    ),
    "unknown_network": _message("No such network.", "Aucun réseau de ce nom.", "لا توجد شبكة بهذا الاسم."),
    "unknown_partner": _message("No such partner.", "Aucun partenaire de ce nom.", "لا يوجد شريك بهذا الاسم."),
    "unknown_territory": _message(
        "No published territory has this name.",
        "Aucun territoire publié ne porte ce nom.",
        "لا توجد منطقة منشورة بهذا الاسم.",
    ),
    "taken": _message("This is taken.", "C'est déjà pris.", "هذا مستخدم بالفعل."),
    "immutable": _message("This stays as it is.", "Cela ne change pas.", "لا يمكن تغيير هذا."),
    "several_originals": _message(
        "One language is the original, not several.",
        "Une seule langue est l'original.",
        "لغة واحدة هي الأصل، لا أكثر.",
    ),
    "cursor": _message("This is not a cursor.", "Ce n'est pas un curseur.", "هذا ليس مؤشرًا."),
    "bbox": _message(
        "west,south,east,north in degrees: longitudes from -180 to 180, latitudes from -90 to 90, south ≤ north.",
        "ouest,sud,est,nord en degrés : longitudes de -180 à 180, latitudes de -90 à 90, sud ≤ nord.",
        "الغرب،الجنوب،الشرق،الشمال بالدرجات: خطوط الطول من -180 إلى 180، وخطوط العرض من -90 إلى 90، الجنوب ≤ الشمال.",
    ),
}


def in_language(error: FieldError, lang: str) -> FieldError:
    """The error as a reader of fr, en or ar gets it, without what only filled its sentence."""
    context = error.get("context", {})
    message = MESSAGES.get(error["code"])
    detail = error["detail"]
    if message is not None:
        try:
            detail = message[lang].format(**context)
        except KeyError:
            detail = error["detail"]  # a validator that did not say its bound
    return FieldError(pointer=error["pointer"], detail=detail, code=error["code"])
