"""The vocabularies of data/ can be read in three languages, and every code of the data set meets one."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Terms = dict[str, dict[str, Row]]

NAMES = {
    *("accessibility_levers", "activity_kinds", "actor_kinds", "actor_roles", "chain_links"),
    *("cooperation_action_kinds", "cooperation_benefits", "cooperation_distances", "cooperation_models"),
    *("cooperation_objectives", "cooperation_stages", "democracy_steps", "device_food_status", "device_treatments"),
    *("devices", "diagnosis_kinds", "dimensions", "engineering_activities", "exchange_forms", "food_policy_stages"),
    *("food_system_axes", "ir_service_roles", "learning_audiences", "licences", "maturities", "mufpp_actions"),
    *("mufpp_categories", "mufpp_indicators", "network_kinds", "objectives", "offer_contexts", "offer_directions"),
    *("party_roles", "pat_levels", "pat_relations", "priority_action_statuses", "problems", "programme_roles"),
    *("public_levers", "resource_formats", "scaling_potentials", "sdg_targets", "sectors", "study_kinds"),
    *("supply_steps", "territory_kinds", "themes", "workshop_kinds"),
}
CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
RELATIONS = {"exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"}
ARABIC_LETTER = re.compile(r"[\u0621-\u064a]")
ARABIC_VARIANTS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": None})


def _fold(label: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", label) if not unicodedata.combining(c))
    return re.sub(r"\W+", " ", plain.casefold().translate(ARABIC_VARIANTS)).strip()


def _labels(term: Row) -> Iterator[str]:
    yield from term["label"].values()
    for alternatives in term["alt_labels"].values():
        yield from alternatives


def _all_terms(terms: Terms) -> list[tuple[str, Row]]:
    return [(f"{name}.{code}", term) for name, found in terms.items() for code, term in found.items()]


def test_the_vocabularies_are_there(vocabularies: dict[str, Row]) -> None:
    assert set(vocabularies) == NAMES
    for vocabulary in vocabularies.values():
        assert set(vocabulary["label"]) == {"fr", "en", "ar"}
        assert vocabulary["source"].strip()


def test_codes_are_unique_ascii_snake_case(vocabularies: dict[str, Row]) -> None:
    for name, vocabulary in vocabularies.items():
        codes = [term["code"] for term in vocabulary["terms"]]
        assert len(set(codes)) == len(codes), name
        assert [code for code in codes if not CODE.fullmatch(code)] == []


def test_every_term_has_a_french_an_english_and_an_arabic_label(terms: Terms) -> None:
    for where, term in _all_terms(terms):
        assert set(term["label"]) == {"fr", "en", "ar"}, where
        assert set(term["alt_labels"]) == {"fr", "en", "ar", "es"}, where
        assert all(label.strip() for label in _labels(term)), where
        if term["definition"] is not None:
            assert set(term["definition"]) == {"fr", "en", "ar"}, where


def test_arabic_labels_and_only_those_are_written_in_arabic(terms: Terms) -> None:
    for where, term in _all_terms(terms):
        arabic = [term["label"]["ar"], *term["alt_labels"]["ar"]]
        assert all(ARABIC_LETTER.search(label) for label in arabic), where
        others = set(_labels(term)) - set(arabic)
        assert not any(ARABIC_LETTER.search(label) for label in others), where


def test_every_device_stage_and_maturity_is_defined(terms: Terms) -> None:
    for name in ("devices", "cooperation_stages", "maturities"):
        assert [code for code, term in terms[name].items() if term["definition"] is None] == []


def test_broader_terms_exist_and_form_no_cycle(terms: Terms) -> None:
    for name, found in terms.items():
        for code in found:
            above, seen = list(found[code]["broader"]), set[str]()
            while above:
                parent = above.pop()
                assert parent in found, f"{name}.{code}: {parent}"
                assert parent != code, f"{name}.{code} is above itself"
                if parent not in seen:
                    seen.add(parent)
                    above.extend(found[parent]["broader"])


def test_every_theme_has_a_milan_pact_category(terms: Terms) -> None:
    found = {code: term["mufpp_category"] for code, term in terms["themes"].items()}
    assert [code for code, category in found.items() if category not in terms["mufpp_categories"]] == []


def test_matches_name_a_known_scheme_and_relation(terms: Terms) -> None:
    known = {
        "mufpp-category": {str(number) for number in range(1, 7)},
        "mufpp-action": {str(number) for number in range(1, 38)},
        "mufpp-indicator": {str(number) for number in range(1, 45)},
        "sdg-target": {match["code"] for term in terms["sdg_targets"].values() for match in term["matches"]},
    }
    matches = [(where, match) for where, term in _all_terms(terms) for match in term["matches"]]
    assert matches
    for where, match in matches:
        assert match["relation"] in RELATIONS, where
        if match["scheme"] != "spdx":
            assert match["code"] in known[match["scheme"]], where


def test_no_term_matches_the_same_code_twice(terms: Terms) -> None:
    for where, term in _all_terms(terms):
        codes = [(match["scheme"], match["code"]) for match in term["matches"]]
        assert len(set(codes)) == len(codes), where


def test_the_milan_pact_is_complete_and_in_its_order(terms: Terms) -> None:
    actions = [f"action_{number}" for number in range(1, 38)]
    indicators = [f"indicator_{number}" for number in range(1, 45)]
    assert list(terms["mufpp_actions"]) == actions
    assert list(terms["mufpp_indicators"]) == indicators
    per_category = [
        Counter(term["mufpp_category"] for term in terms[name].values())
        for name in ("mufpp_actions", "mufpp_indicators")
    ]
    categories = list(terms["mufpp_categories"])
    assert [[counts[category] for category in categories] for counts in per_category] == [
        [6, 7, 6, 7, 7, 4],
        [6, 11, 7, 9, 7, 4],
    ]


def test_every_indicator_says_whether_it_is_qualitative_or_quantitative(terms: Terms) -> None:
    for code, term in terms["mufpp_indicators"].items():
        assert re.match(r"(Qualitative|Quantitative)\b", term["definition"]["en"]), code


def test_codes_taken_from_elsewhere_match_what_they_are_named_after(terms: Terms) -> None:
    for code, term in terms["sdg_targets"].items():
        number = code.removeprefix("sdg_").replace("_", ".")
        assert re.fullmatch(r"(1[0-7]|[1-9])\.([0-9]{1,2}|[a-d])", number), code
        assert term["matches"][0] == {"scheme": "sdg-target", "code": number, "relation": "exactMatch"}
    for code, term in terms["licences"].items():
        for match in term["matches"]:
            assert re.sub(r"[^a-z0-9]+", "_", match["code"].lower()) == code


def test_every_theme_meets_the_milan_pact_or_a_target(terms: Terms) -> None:
    found = terms["themes"]
    assert [code for code, term in found.items() if not term["matches"]] == []


def test_a_label_belongs_to_one_term_of_its_vocabulary(terms: Terms) -> None:
    for name, found in terms.items():
        owners: dict[str, set[str]] = defaultdict(set)
        for code, term in found.items():
            for label in _labels(term):
                owners[_fold(label)].add(code)
        assert {label: codes for label, codes in owners.items() if len(codes) > 1} == {}, name


def test_food_waste_is_one_theme_in_every_language(terms: Terms) -> None:
    wanted = {"food waste", "gaspillage alimentaire", _fold("هدر الطعام"), "desperdicio de alimentos"}
    owners = [code for code, term in terms["themes"].items() if wanted & {_fold(x) for x in _labels(term)}]
    assert owners == ["food_waste"]
    assert wanted <= {_fold(label) for label in _labels(terms["themes"]["food_waste"])}


def _codes_in_use(rows: dict[str, list[Row]]) -> set[tuple[str, str]]:
    used: set[tuple[str, str | None]] = set()
    for territory in rows["territories"]:
        used.add(("territory_kinds", territory["kind"]))
        for challenge in territory["challenges"]:
            used |= {("themes", challenge["theme"]), ("problems", challenge["problem"])}
    for initiative in rows["initiatives"]:
        used |= {("themes", theme) for theme in initiative["themes"]}
        used |= {
            ("sectors", initiative["actor_type"]),
            ("actor_kinds", initiative["actor_type"]),
            ("maturities", initiative["status"]),
            ("mufpp_categories", initiative["mufpp_category"]),
        }
    for cooperation in rows["cooperations"]:
        used |= {("themes", theme) for theme in cooperation["themes"]}
        used |= {("devices", cooperation["device"]), ("cooperation_stages", cooperation["status"])}
    used |= {("network_kinds", network["kind"]) for network in rows["networks"]}
    return {(vocabulary, code) for vocabulary, code in used if code is not None}


def test_every_code_in_use_stands_in_the_crosswalk_and_no_other(
    rows: dict[str, list[Row]], crosswalk: list[Row]
) -> None:
    keys = [(row["vocabulary"], row["code"]) for row in crosswalk]
    assert len(set(keys)) == len(keys)
    assert set(keys) == _codes_in_use(rows)


def test_every_crosswalk_row_meets_a_term_or_says_why_not(crosswalk: list[Row], terms: Terms) -> None:
    assert {row["scheme"] for row in crosswalk} == {"letsfood-dataset-2026"}
    for row in crosswalk:
        where = f"{row['vocabulary']}.{row['code']}"
        if row["target"] is None:
            assert row["relation"] is None, where
        else:
            assert row["target"] in terms[row["vocabulary"]], where
            assert row["relation"] in RELATIONS, where
        if row["relation"] != "exactMatch":
            assert row["note"], where


def test_a_code_without_counterpart_is_listed_for_the_reader(crosswalk: list[Row], data_folder: Path) -> None:
    readme = (data_folder / "README.md").read_text(encoding="utf-8")
    missing = [row for row in crosswalk if row["target"] is None]
    assert missing
    for row in missing:
        assert f"| {row['vocabulary']} | `{row['code']}` | none |" in readme
