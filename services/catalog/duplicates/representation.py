"""Possible duplicates for one reader: names in the reader's language, reasons as sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.catalog.duplicates.evidence import Reason
from services.catalog.duplicates.finding import Possible
from services.catalog.records.ownership import sees
from services.catalog.records.representation import Reader, State
from services.common.access.caller import Caller
from services.common.problems import Message

MAX_NAMED = 10
"""Possible duplicates in one answer."""

SENTENCES: Mapping[str, Message] = {
    "same_name": {
        "en": "Both are called '{name}'.",
        "fr": "Les deux portent le nom « {name} ».",
        "ar": "كلاهما يحمل الاسم '{name}'.",
    },
    "similar_name": {
        "en": "'{name}' and '{other}' are alike.",
        "fr": "« {name} » et « {other} » se ressemblent.",
        "ar": "الاسمان '{name}' و'{other}' متشابهان.",
    },
    "translated_name": {
        "en": "'{name}' says in other words what '{other}' says.",
        "fr": "« {name} » dit en d'autres mots la même chose que « {other} ».",
        "ar": "يقول '{name}' بكلمات أخرى ما يقوله '{other}'.",
    },
    "same_place": {"en": "Both are in {place}.", "fr": "Les deux sont à : {place}.", "ar": "كلاهما في {place}."},
    "near_place": {
        "en": "They are at most {km} km apart.",
        "fr": "Ils sont à {km} km au plus l'un de l'autre.",
        "ar": "تفصل بينهما مسافة {km} كم على الأكثر.",
    },
    "same_carrier": {
        "en": "The same carrier: {carrier}.",
        "fr": "Le même porteur : {carrier}.",
        "ar": "الجهة الحاملة نفسها: {carrier}.",
    },
    "same_organization": {
        "en": "The same organization carries both.",
        "fr": "La même organisation porte les deux.",
        "ar": "تحملهما المنظمة نفسها.",
    },
    "same_years": {
        "en": "Both began in {year}.",
        "fr": "Les deux ont commencé en {year}.",
        "ar": "كلاهما بدأ سنة {year}.",
    },
    "same_theme": {
        "en": "The same theme: {theme}.",
        "fr": "Le même thème : {theme}.",
        "ar": "الموضوع نفسه: {theme}.",
    },
    "same_id": {
        "en": "Both are {id} in {system}.",
        "fr": "Les deux sont {id} dans {system}.",
        "ar": "كلاهما {id} في {system}.",
    },
    "same_address": {
        "en": "The same web page: {address}.",
        "fr": "La même page web : {address}.",
        "ar": "صفحة الويب نفسها: {address}.",
    },
}


def represent_possible(found: Sequence[Possible], caller: Caller, reader: Reader) -> list[State]:
    """Those that the caller may see, at most `MAX_NAMED`."""
    seen = [each for each in found if sees(caller, each.status, each.owner_id)]
    return [
        {
            "id": str(each.id),
            "slug": each.slug,
            "name": reader.text(each.name),
            "status": each.status,
            "score": round(each.score, 3),
            "reasons": [{"code": reason.code, "detail": _sentence(reason, reader)} for reason in each.reasons],
        }
        for each in seen[:MAX_NAMED]
    ]


def _sentence(reason: Reason, reader: Reader) -> str:
    parameters: dict[str, Any] = dict(reason.parameters)
    if "place" in parameters:
        picked = reader.languages.pick(parameters["place"])
        parameters["place"] = picked["text"] if picked else "–"
    if "theme" in parameters:
        coded = reader.coded("themes", parameters["theme"])
        parameters["theme"] = (coded and coded["label"]) or parameters["theme"]
    lang = reader.languages.label
    reader.used.add(lang)
    return SENTENCES[reason.code][lang].format(**parameters)
