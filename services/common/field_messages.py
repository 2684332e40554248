"""What is wrong with a field, for people: the validator's and our own codes in French, English and Arabic.

A test holds every code that is raised here, and every one that the validator can give for our models, to have its
sentence. One that slips through all the same is said in general words; `code` is what programs go by.
"""

from collections.abc import Mapping
from contextlib import suppress

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
_DAY = _message(
    "This is not a day like 2026-11-23.", "Ce n'est pas un jour comme 2026-11-23.", "ليس يومًا مثل 2026-11-23."
)
_DATE_TIME = _message(
    "Write it like 2099-12-31T23:59:59Z, with the time zone.",
    "Écrivez-le comme 2099-12-31T23:59:59Z, avec le fuseau horaire.",
    "اكتبه على هذا النحو 2099-12-31T23:59:59Z، مع المنطقة الزمنية.",
)
_ONE_OF = _message("One of: {expected}.", "L'un de : {expected}.", "واحد من: {expected}.")
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
    "string_unicode": _STRING,
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
    "int_parsing_size": _WHOLE,
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
    "tuple_type": _LIST,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "date_time": _DATE_TIME,
    "datetime_type": _DATE_TIME,
    "datetime_parsing": _DATE_TIME,
    "datetime_from_date_parsing": _DATE_TIME,
    "datetime_object_invalid": _DATE_TIME,
    "timezone_aware": _DATE_TIME,
    "beyond_calendar": _message(
        "This is beyond the calendar.", "Cela sort du calendrier.", "هذا التاريخ خارج حدود التقويم."
    ),
    "past": _message("This is past.", "C'est déjà passé.", "هذا الوقت قد مضى."),
    "ends_before_start": _message(
        "The end is before the start.", "La fin précède le début.", "تاريخ النهاية قبل تاريخ البداية."
    ),
    "too_short": _message(
        "At least {min_length} item(s).", "Au moins {min_length} élément(s).", "عدد العناصر على الأقل: {min_length}."
    ),
    "too_long": _message(
        "At most {max_length} item(s).", "Au plus {max_length} élément(s).", "عدد العناصر على الأكثر: {max_length}."
    ),
    "greater_than_equal": _message("At least {ge}.", "Au moins {ge}.", "على الأقل {ge}."),
    "less_than_equal": _message("At most {le}.", "Au plus {le}.", "على الأكثر {le}."),
    "literal_error": _ONE_OF,
    "enum": _ONE_OF,
    "uuid_parsing": _UUID,
    "uuid_type": _UUID,
    "url_parsing": _URL,
    "url_scheme": _URL,
    "url_type": _URL,
    "url_too_long": _URL,
    "url_syntax_violation": _URL,
    "url_https": _message(
        "Only https addresses are taken here.",
        "Seules les adresses https sont admises ici.",
        "لا تُقبل هنا إلا عناوين https.",
    ),
    "url_userinfo": _message(
        "The address must hold no user name and no password; use 'headers'.",
        "L'adresse ne doit contenir ni nom d'utilisateur ni mot de passe ; utilisez « headers ».",
        "يجب ألا يحتوي العنوان على اسم مستخدم أو كلمة مرور؛ استخدم 'headers'.",
    ),
    "url_port": _message(
        "The port must be one of: {allowed}.",
        "Le port doit être l'un de : {allowed}.",
        "يجب أن يكون المنفذ واحدًا من: {allowed}.",
    ),
    "url_not_public": _message(
        "This address is not on the public internet.",
        "Cette adresse n'est pas sur l'internet public.",
        "هذا العنوان ليس على الإنترنت العام.",
    ),
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
    "personal_mailbox": _message(
        "This may be a person's address. Give a role mailbox, such as contact@, mairie@ or food@ and your domain.",
        "Ce peut être l'adresse d'une personne. Donnez une boîte de fonction : contact@, mairie@ ou alimentation@ "
        "suivi de votre domaine.",
        "قد يكون هذا عنوان شخص. اكتب صندوق بريد وظيفيًا، مثل contact@ أو baladiya@ متبوعًا بنطاقكم.",
    ),
    "personal_host": _message(
        "Everybody gets an address there. Give a role mailbox at your organisation's own domain.",
        "N'importe qui y obtient une adresse. Donnez une boîte de fonction du domaine de votre organisation.",
        "يمكن لأي شخص الحصول على عنوان هناك. اكتب صندوق بريد وظيفيًا على نطاق منظمتكم.",
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
    "reserved_header": _message(
        "'{value}' is set by the sender itself.",
        "« {value} » est fixé par l'expéditeur lui-même.",
        "'{value}' يحدده المرسل نفسه.",
    ),
    "moment": _message(
        "Write a time with its zone, like 2026-11-23T09:00:00Z.",
        "Écrivez une heure avec son fuseau, comme 2026-11-23T09:00:00Z.",
        "اكتب وقتًا مع منطقته الزمنية، مثل 2026-11-23T09:00:00Z.",
    ),
    "replay_choice": _message(
        "Give 'event_id', or 'since' or 'missing' (with 'until', if you like).",
        "Donnez « event_id », ou bien « since » ou « missing » (avec « until » au besoin).",
        "أعط 'event_id'، أو 'since' أو 'missing' (مع 'until' عند الحاجة).",
    ),
    "too_old": _message(
        "Events are kept for {days} days.",
        "Les événements sont conservés {days} jours.",
        "تُحفظ الأحداث {days} يومًا.",
    ),
    "closes_before_opening": _message(
        "It closes before it opens.", "L'appel se termine avant de s'ouvrir.", "ينتهي قبل أن يبدأ."
    ),
    "unnamed_actor": _message(
        "Name an organization that has a record, or give a name.",
        "Nommez une organisation qui a une fiche, ou donnez un nom.",
        "سمِّ منظمة لها سجل، أو أعطِ اسمًا.",
    ),
    "same_territory": _message(
        "An exchange goes from one territory to another one.",
        "Un échange va d'un territoire à un autre.",
        "يكون التبادل من منطقة إلى منطقة أخرى.",
    ),
    "broader_circle": _message(
        "'{value}' is this term or below it.",
        "« {value} » est ce terme ou un terme plus étroit.",
        "'{value}' هو هذا المصطلح نفسه أو أضيق منه.",
    ),
    "target_and_relation": _message(
        "Give target and relation, or null for both.",
        "Donnez target et relation, ou null pour les deux.",
        "أعطِ target وrelation معًا، أو null لكليهما.",
    ),
    "named_twice": _message(
        "A territory takes part once.", "Un territoire participe une seule fois.", "تشارك المنطقة مرة واحدة."
    ),
    "unknown_record": _message(
        "Nothing published is called '{value}'.",
        "Rien de publié ne s'appelle « {value} ».",
        "لا شيء منشور باسم '{value}'.",
    ),
    "unknown_finding": _message(
        "The diagnosis has no such finding.",
        "Le diagnostic n'a pas ce constat.",
        "لا يتضمن التشخيص هذه النتيجة.",
    ),
    "finding_in_use": _message(
        "A published priority action names a finding that would be gone.",
        "Une action prioritaire publiée nomme un constat qui disparaîtrait.",
        "يذكر إجراءٌ ذو أولوية منشور نتيجةً ستُحذف.",
    ),
    "one_party": _message(
        "From the stage 'agreed' on, a cooperation has two parties or more.",
        "À partir de l'étape « agreed », une coopération a au moins deux parties.",
        "ابتداءً من المرحلة 'agreed' يكون للتعاون طرفان على الأقل.",
    ),
    "lineage_cycle": _message(
        "An initiative would descend from itself.",
        "Une initiative descendrait d'elle-même.",
        "ستكون المبادرة منحدرة من نفسها.",
    ),
    "ungrounded": _message(
        "A priority action names a finding or a workshop.",
        "Une action prioritaire nomme un constat ou un atelier.",
        "يذكر الإجراء ذو الأولوية نتيجة أو ورشة عمل.",
    ),
    "reason_needed": _message(
        "Say why: sending back and rejecting need a reason.",
        "Dites pourquoi : renvoyer et rejeter demandent un motif.",
        "اذكر السبب: الإعادة والرفض يتطلبان سببًا.",
    ),
    "itself": _message("This is the record itself.", "C'est la fiche elle-même.", "هذا هو السجل نفسه."),
    "taken": _message("This is taken.", "C'est déjà pris.", "هذا مستخدم بالفعل."),
    "immutable": _message("This stays as it is.", "Cela ne change pas.", "لا يمكن تغيير هذا."),
    "several_originals": _message(
        "One language is the original, not several.",
        "Une seule langue est l'original.",
        "لغة واحدة هي الأصل، لا أكثر.",
    ),
    "repeated": _message("Give one value.", "Donnez une seule valeur.", "أعطِ قيمة واحدة."),
    "other_list": _message(
        "This cursor is of another list, or of other filters.",
        "Ce curseur est celui d'une autre liste, ou d'autres filtres.",
        "هذا المؤشر لقائمة أخرى أو لمرشحات أخرى.",
    ),
    "cursor": _message("This is not a cursor.", "Ce n'est pas un curseur.", "هذا ليس مؤشرًا."),
    "bbox": _message(
        "west,south,east,north in degrees: longitudes from -180 to 180, latitudes from -90 to 90, south ≤ north.",
        "ouest,sud,est,nord en degrés : longitudes de -180 à 180, latitudes de -90 à 90, sud ≤ nord.",
        "الغرب،الجنوب،الشرق،الشمال بالدرجات: خطوط الطول من -180 إلى 180، وخطوط العرض من -90 إلى 90، الجنوب ≤ الشمال.",
    ),
}


IN_GENERAL = _message("This value cannot be used.", "Cette valeur est inutilisable.", "لا يمكن استخدام هذه القيمة.")
"""For a code without a sentence; in English its own detail says more."""

VALIDATORS_PREFIX = "Value error, "
"""What the validator puts before the text of a ValueError."""


def in_language(error: FieldError, lang: str) -> FieldError:
    """The error as a reader of fr, en or ar gets it, without what only filled its sentence."""
    context = {name: _without_english(value) for name, value in error.get("context", {}).items()}
    detail = IN_GENERAL[lang] if lang != "en" else error["detail"].removeprefix(VALIDATORS_PREFIX)
    message = MESSAGES.get(error["code"])
    if message is not None:
        with suppress(KeyError):  # a validator that did not say its bound
            detail = message[lang].format(**context)
    return FieldError(pointer=error["pointer"], detail=detail, code=error["code"])


def _without_english(value: object) -> object:
    """The validator lists what it expects as `'a', 'b' or 'c'`."""
    return value.replace("' or '", "', '") if isinstance(value, str) else value
