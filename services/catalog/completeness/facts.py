"""The facts that a territory, an initiative or a cooperation may have: a condition on its row, a label for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.common.problems import Message


@dataclass(frozen=True, slots=True)
class Fact:
    """`condition` is SQL on the row `r`, true where the record has it."""

    code: str
    condition: str
    label: Message


def _fact(code: str, condition: str, en: str, fr: str, ar: str) -> Fact:
    return Fact(code, condition, {"en": en, "fr": fr, "ar": ar})


def _listed(member: str) -> str:
    return f"jsonb_array_length(coalesce(nullif(r.content -> '{member}', 'null'), '[]')) > 0"


def _given(member: str) -> str:
    return f"coalesce(jsonb_typeof(r.content -> '{member}'), 'null') <> 'null'"


def _in_languages(member: str) -> Sequence[Fact]:
    return tuple(
        _fact(f"{member}_{lang}", f"r.{member} ? '{lang}'", *labels[member])
        for lang, labels in _IN_LANGUAGES.items()
        if member in labels
    )


_IN_LANGUAGES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "fr": {
        "name": ("Name in French", "Nom en français", "الاسم بالفرنسية"),
        "title": ("Title in French", "Titre en français", "العنوان بالفرنسية"),
        "summary": ("Summary in French", "Résumé en français", "الملخص بالفرنسية"),
        "description": ("Description in French", "Description en français", "الوصف بالفرنسية"),
    },
    "en": {
        "name": ("Name in English", "Nom en anglais", "الاسم بالإنجليزية"),
        "title": ("Title in English", "Titre en anglais", "العنوان بالإنجليزية"),
        "summary": ("Summary in English", "Résumé en anglais", "الملخص بالإنجليزية"),
        "description": ("Description in English", "Description en anglais", "الوصف بالإنجليزية"),
    },
    "ar": {
        "name": ("Name in Arabic", "Nom en arabe", "الاسم بالعربية"),
        "title": ("Title in Arabic", "Titre en arabe", "العنوان بالعربية"),
        "summary": ("Summary in Arabic", "Résumé en arabe", "الملخص بالعربية"),
        "description": ("Description in Arabic", "Description en arabe", "الوصف بالعربية"),
    },
}

_CONTACT = "jsonb_path_exists(r.content, '$.contacts[*] ? (@.service == \"{service}\")')"
_NAMED_BY = """exists (select from record_link l join record s on s.id = l.source_id
    where l.target_id = r.id and s.kind = '{kind}' and s.status = 'published')"""
_CITED = "jsonb_path_exists(r.sources, '$[*] ? (@.address != null)')"

SOURCED = _fact(
    "source_with_address", _CITED, "A source with a web address", "Une source avec une adresse web", "مصدر له عنوان ويب"
)

TERRITORY: Sequence[Fact] = (
    *_in_languages("name"),
    _fact("point", "r.lon is not null", "Point on the map", "Point sur la carte", "موقع على الخريطة"),
    _fact("population", "r.population is not null", "Population", "Population", "عدد السكان"),
    _fact(
        "own_population",
        "r.population_scope is not distinct from 'territory'",
        "Population of the territory itself",
        "Population du territoire lui-même",
        "عدد سكان المنطقة نفسها",
    ),
    _fact(
        "external_id",
        "jsonb_array_length(r.external_ids) > 0",
        "Id in another system",
        "Identifiant dans un autre système",
        "معرّف في نظام آخر",
    ),
    _fact(
        "network",
        "exists (select from network_membership m where m.territory_id = r.id)",
        "Network membership",
        "Appartenance à un réseau",
        "عضوية في شبكة",
    ),
    _fact(
        "problem",
        "exists (select from territory_problem p where p.territory_id = r.id)",
        "Stated problem",
        "Problème énoncé",
        "مشكلة مصرَّح بها",
    ),
    _fact(
        "graded_problem",
        "exists (select from territory_problem p where p.territory_id = r.id and p.severity is not null)",
        "Problem with a severity",
        "Problème avec sa gravité",
        "مشكلة محددة الشدة",
    ),
    _fact(
        "food_project", "r.has_food_project is true", "Food project (PAT)", "Projet alimentaire (PAT)", "مشروع غذائي"
    ),
    _fact(
        "food_project_described",
        _listed("food_projects"),
        "Food project described",
        "Projet alimentaire décrit",
        "مشروع غذائي موصوف",
    ),
    _fact("readiness", _given("readiness"), "Readiness facts", "Éléments de maturité", "معطيات الجاهزية"),
    _fact(
        "food_contact",
        _CONTACT.format(service="food"),
        "Mailbox of the food service",
        "Contact du service alimentation",
        "بريد مصلحة الغذاء",
    ),
    _fact(
        "international_contact",
        _CONTACT.format(service="international"),
        "Mailbox of the international service",
        "Contact du service des relations internationales",
        "بريد مصلحة العلاقات الدولية",
    ),
    _fact("initiative", _NAMED_BY.format(kind="initiative"), "An initiative", "Une initiative", "مبادرة"),
    _fact("cooperation", _NAMED_BY.format(kind="cooperation"), "A cooperation", "Une coopération", "تعاون"),
    _fact(
        "organization",
        _NAMED_BY.format(kind="organization"),
        "An organization (actor map)",
        "Une organisation (carte des acteurs)",
        "منظمة (خريطة الفاعلين)",
    ),
    _fact("offer", _NAMED_BY.format(kind="offer"), "An offer or a request", "Une offre ou une demande", "عرض أو طلب"),
    SOURCED,
)

INITIATIVE: Sequence[Fact] = (
    *_in_languages("title"),
    *_in_languages("summary"),
    _fact(
        "carrier",
        "num_nonnulls(r.carrier_name, r.carrier_organization_id) > 0",
        "Carrier",
        "Porteur",
        "الجهة الحاملة",
    ),
    _fact(
        "carrier_organization",
        "r.carrier_organization_id is not null",
        "Carrier with a record of its own",
        "Porteur avec sa propre fiche",
        "جهة حاملة لها سجل",
    ),
    _fact("sector", "r.carrier_sector is not null", "Carrier's sector", "Secteur du porteur", "قطاع الجهة الحاملة"),
    _fact("actor", _listed("actors"), "Other actors", "Autres acteurs", "فاعلون آخرون"),
    _fact("start_year", "r.start_year is not null", "Year of beginning", "Année de début", "سنة البداية"),
    _fact("maturity", "r.maturity is not null", "Maturity", "Maturité", "مستوى النضج"),
    _fact("result", "jsonb_array_length(r.results) > 0", "Result", "Résultat", "نتيجة"),
    _fact(
        "immaterial_result",
        "jsonb_path_exists(r.results, '$[*] ? (@.kind == \"immaterial\")')",
        "Immaterial result",
        "Résultat immatériel",
        "نتيجة غير مادية",
    ),
    _fact(
        "lessons_of_failure", _given("lessons_of_failure"), "Lessons of failure", "Leçons des échecs", "دروس الإخفاق"
    ),
    _fact("money", _listed("money"), "Costs or funding", "Coûts ou financements", "التكاليف أو التمويل"),
    _fact(
        "cooperation_money",
        "jsonb_path_exists(r.content, '$.money[*] ? (@.covers == \"cooperation\")')",
        "Funding of the cooperation itself",
        "Financement de la coopération elle-même",
        "تمويل التعاون نفسه",
    ),
    _fact(
        "mufpp_category",
        "r.mufpp_category is not null",
        "Milan Pact category",
        "Catégorie du Pacte de Milan",
        "فئة ميثاق ميلانو",
    ),
    _fact(
        "mufpp_action", _listed("mufpp_actions"), "Milan Pact action", "Action du Pacte de Milan", "إجراء ميثاق ميلانو"
    ),
    _fact("sdg_target", _listed("sdg_targets"), "SDG target", "Cible des ODD", "غاية التنمية المستدامة"),
    _fact(
        "lineage",
        " or ".join(_listed(member) for member in ("inspired_by", "adapted_from", "transferred_to")),
        "Where it comes from or went to",
        "D'où elle vient, où elle a été transférée",
        "مصدرها أو وجهة نقلها",
    ),
    _fact("url", "r.url is not null", "Web page", "Page web", "صفحة ويب"),
    SOURCED,
)

COOPERATION: Sequence[Fact] = (
    *_in_languages("title"),
    *_in_languages("description"),
    _fact(
        "second_party",
        "(select count(*) from cooperation_party p where p.cooperation_id = r.id) > 1",
        "Two parties or more",
        "Deux parties ou plus",
        "طرفان أو أكثر",
    ),
    _fact("theme", "cardinality(r.themes) > 0", "Theme", "Thème", "موضوع"),
    _fact("device", "jsonb_array_length(r.devices) > 0", "Device", "Dispositif", "الإطار"),
    _fact("stage", "r.stage is not null", "Stage", "Stade", "المرحلة"),
    _fact("start_year", "r.start_year is not null", "Year of beginning", "Année de début", "سنة البداية"),
    _fact("purpose", _given("purpose"), "Purpose", "Objet", "الغاية"),
    _fact("phase", _listed("phases"), "Phase", "Phase", "طور"),
    _fact("exchange", _listed("exchanges"), "Exchange", "Échange", "تبادل"),
    _fact("action", _listed("actions"), "Action", "Action", "نشاط"),
    _fact("actor", _listed("actors"), "Actors", "Acteurs", "فاعلون"),
    _fact("agreement", _given("agreement"), "Agreement", "Accord", "اتفاق"),
    _fact(
        "pat_relation",
        _listed("pat_relations"),
        "Relation to the food project",
        "Lien au PAT",
        "الصلة بالمشروع الغذائي",
    ),
    _fact("rationale", _given("rationale"), "Why these parties", "Pourquoi ces parties", "سبب اختيار الطرفين"),
    SOURCED,
)
