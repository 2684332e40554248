"""The sentences of an answer, in French, English and Arabic; names and numbers are filled in."""

from collections.abc import Mapping, Sequence

Sentence = Mapping[str, str]

LIST_SEPARATOR: Sentence = {"en": ", ", "fr": ", ", "ar": "، "}

SHARED: Sentence = {
    "en": "Both state: {problems}. The rarest of these is stated by {stating} of {all} territories.",
    "fr": "Les deux énoncent : {problems}. Le plus rare est énoncé par {stating} territoires sur {all}.",
    "ar": "تذكر المنطقتان: {problems}. أندر هذه المشكلات تذكرها {stating} من أصل {all} منطقة.",
}
SHARED_ONE: Sentence = {
    "en": "Both state: {problems}, as do {stating} of {all} territories.",
    "fr": "Les deux énoncent : {problems}, comme {stating} territoires sur {all}.",
    "ar": "تذكر المنطقتان: {problems}، كما تذكرها {stating} من أصل {all} منطقة.",
}
SHARED_NONE: Sentence = {
    "en": "Both state problems, and none is the same.",
    "fr": "Les deux énoncent des problèmes, dont aucun n'est commun.",
    "ar": "تذكر المنطقتان مشكلات، وليس بينها مشكلة مشتركة.",
}
NO_PROBLEMS: Sentence = {
    "en": "Not known: no problem from the list of problems is stated for {name}.",
    "fr": "Inconnu : aucun problème de la liste n'est énoncé pour {name}.",
    "ar": "غير معروف: لا توجد مشكلة من القائمة مذكورة بشأن {name}.",
}
NO_INITIATIVES: Sentence = {
    "en": "Not known: no initiative is recorded for {name}.",
    "fr": "Inconnu : aucune initiative n'est recensée pour {name}.",
    "ar": "غير معروف: لا توجد مبادرة مسجلة بشأن {name}.",
}
EXPERIENCE: Sentence = {
    "en": "{giver} has initiatives that answer {answered} of the {all} problems stated for {receiver}.",
    "fr": "{giver} a des initiatives qui répondent à {answered} des {all} problèmes énoncés pour {receiver}.",
    "ar": "لدى {giver} مبادرات تستجيب لـ {answered} من أصل {all} من المشكلات المذكورة بشأن {receiver}.",
}
EXPERIENCE_NONE: Sentence = {
    "en": "No initiative recorded for {giver} answers a problem stated for {receiver}.",
    "fr": "Aucune initiative recensée pour {giver} ne répond à un problème énoncé pour {receiver}.",
    "ar": "لا توجد مبادرة مسجلة بشأن {giver} تستجيب لمشكلة مذكورة بشأن {receiver}.",
}
COOPERATING: Sentence = {
    "en": "They cooperate already: {cooperations}.",
    "fr": "Une coopération les lie déjà : {cooperations}.",
    "ar": "بينهما تعاون مسجل: {cooperations}.",
}
STAGE_UNKNOWN: Sentence = {"en": "stage unknown", "fr": "stade inconnu", "ar": "المرحلة غير معروفة"}
NETWORKED: Sentence = {
    "en": "Both are in: {networks}.",
    "fr": "Les deux sont membres de : {networks}.",
    "ar": "المنطقتان عضوان في: {networks}.",
}
NO_LINK: Sentence = {
    "en": "Not known: no cooperation or common network is recorded; there may be one.",
    "fr": "Inconnu : aucune coopération ni aucun réseau commun n'est recensé ; il peut y en avoir.",
    "ar": "غير معروف: لا يوجد تعاون أو شبكة مشتركة مسجلة؛ وقد يكون هناك ما لم يُسجَّل.",
}
SCALE: Sentence = {
    "en": "{seeker}: {seeker_population} inhabitants ({seeker_kind}); {candidate}: {candidate_population} "
    "({candidate_kind}).",
    "fr": "{seeker} : {seeker_population} habitants ({seeker_kind}) ; {candidate} : {candidate_population} "
    "({candidate_kind}).",
    "ar": "{seeker}: {seeker_population} نسمة ({seeker_kind})؛ {candidate}: {candidate_population} ({candidate_kind}).",
}
NO_SCALE: Sentence = {
    "en": "Not known: there is no population figure for {names} as a whole.",
    "fr": "Inconnu : le chiffre de population du territoire entier manque pour {names}.",
    "ar": "غير معروف: لا يوجد رقم لعدد سكان كامل إقليم {names}.",
}

RELATION: Mapping[str, Sentence] = {
    "stated": {
        "en": "Works on {theme}, the theme that the statement itself names.",
        "fr": "Porte sur {theme}, le thème que l'énoncé lui-même désigne.",
        "ar": "تعمل على {theme}، وهو الموضوع الذي يسميه البيان نفسه.",
    },
    "direct": {
        "en": "Works on {theme}, which in our judgement acts on the problem itself.",
        "fr": "Porte sur {theme}, qui selon nous agit sur le problème lui-même.",
        "ar": "تعمل على {theme}، وهو في تقديرنا يؤثر في المشكلة نفسها.",
    },
    "contributes": {
        "en": "Works on {theme}, which in our judgement acts on one cause or consequence of the problem.",
        "fr": "Porte sur {theme}, qui selon nous agit sur une cause ou une conséquence du problème.",
        "ar": "تعمل على {theme}، وهو في تقديرنا يؤثر في أحد أسباب المشكلة أو إحدى نتائجها.",
    },
}

MISSING: Mapping[str, Sentence] = {
    "problems": {
        "en": "No problem from the list of problems is stated for {name}.",
        "fr": "Aucun problème de la liste n'est énoncé pour {name}.",
        "ar": "لا توجد مشكلة من القائمة مذكورة بشأن {name}.",
    },
    "initiatives": {
        "en": "No initiative is recorded for {name}.",
        "fr": "Aucune initiative n'est recensée pour {name}.",
        "ar": "لا توجد مبادرة مسجلة بشأن {name}.",
    },
    "population": {
        "en": "There is no population figure for {name} as a whole.",
        "fr": "Le chiffre de population du territoire entier manque pour {name}.",
        "ar": "لا يوجد رقم لعدد سكان كامل إقليم {name}.",
    },
    "link": {
        "en": "No cooperation and no common network of the two is recorded.",
        "fr": "Aucune coopération ni aucun réseau commun des deux n'est recensé.",
        "ar": "لا يوجد تعاون أو شبكة مشتركة مسجلة بين المنطقتين.",
    },
    "on_theme": {
        "en": "{name} has neither a problem nor an initiative on the themes asked for: ask without them.",
        "fr": "{name} n'a ni problème ni initiative sur les thèmes demandés : reposez la question sans eux.",
        "ar": "ليس لدى {name} مشكلة ولا مبادرة في المواضيع المطلوبة: أعد السؤال بدونها.",
    },
}
EFFECT: Sentence = {
    "en": "With it, another {percent}% of the score would be known.",
    "fr": "Avec ce fait, {percent} % de plus du score seraient connus.",
    "ar": "بوجود هذه المعلومة تصبح {percent}٪ إضافية من النتيجة معروفة.",
}
EFFECT_FOR_SEEKER: Sentence = {
    "en": "With it, another {percent}% of the score would be known, and {territories} territories comparable.",
    "fr": "Avec ce fait, {percent} % de plus du score seraient connus, et {territories} territoires comparables.",
    "ar": "بوجود هذه المعلومة تصبح {percent}٪ إضافية من النتيجة معروفة، ويمكن مقارنة {territories} منطقة على أساسها.",
}


def say(sentence: Sentence, lang: str, **parts: object) -> str:
    """The sentence in one of fr, en and ar, with its places filled."""
    return sentence[lang].format(**parts)


def listed(items: Sequence[str], lang: str) -> str:
    """Items as a list within a sentence."""
    return LIST_SEPARATOR[lang].join(items)


def counted(number: int, lang: str) -> str:
    """A whole number with the separators of the language."""
    grouped = f"{number:,}"
    return grouped.replace(",", "\N{NARROW NO-BREAK SPACE}") if lang == "fr" else grouped
