"""What becomes of a text's languages when one of them is written."""

from typing import Any

import pytest

from services.catalog.records.texts import revise, text_errors
from services.common.languages import Origin, Text, TextEntry


def entry(text: str, origin: Origin) -> TextEntry:
    return TextEntry(text=text, origin=origin)


FORMER: Text = {
    "fr": entry("Marché", "original"),
    "en": entry("Market", "human"),
    "ar": entry("سوق", "machine"),
}


@pytest.mark.parametrize(
    ("former", "written", "revised"),
    [
        pytest.param(None, {"fr": "Marché"}, {"fr": entry("Marché", "original")}, id="alone it is the original"),
        pytest.param(
            None,
            {"fr": "Fès", "ar": "فاس"},
            {"fr": entry("Fès", "human"), "ar": entry("فاس", "human")},
            id="beside others a person wrote it",
        ),
        pytest.param(
            None,
            {"fr": entry("Marché", "original"), "en": "Market"},
            {"fr": entry("Marché", "original"), "en": entry("Market", "human")},
            id="origins that are said are kept",
        ),
        pytest.param(FORMER, FORMER, FORMER, id="nothing changed"),
        pytest.param(
            FORMER, {lang: one["text"] for lang, one in FORMER.items()}, FORMER, id="the same words keep their origins"
        ),
        pytest.param(
            FORMER,
            {**FORMER, "fr": "Halle"},
            {"fr": entry("Halle", "original"), "en": entry("Market", "outdated"), "ar": entry("سوق", "outdated")},
            id="a changed original outdates what was left as it was",
        ),
        pytest.param(
            FORMER,
            {**FORMER, "fr": "Halle", "en": "Hall"},
            {"fr": entry("Halle", "original"), "en": entry("Hall", "human"), "ar": entry("سوق", "outdated")},
            id="but not what was changed with it",
        ),
        pytest.param(
            FORMER,
            {**FORMER, "en": "Hall"},
            {**FORMER, "en": entry("Hall", "human")},
            id="a changed translation outdates nothing",
        ),
        pytest.param(
            FORMER,
            {**FORMER, "ar": "سوق أسبوعي"},
            {**FORMER, "ar": entry("سوق أسبوعي", "human")},
            id="a person's words take the place of a machine's",
        ),
        pytest.param(
            FORMER,
            {**FORMER, "it": "Mercato"},
            {**FORMER, "it": entry("Mercato", "human")},
            id="a language that is added outdates nothing",
        ),
        pytest.param(FORMER, {"fr": "Marché"}, {"fr": FORMER["fr"]}, id="a language may be taken away"),
        pytest.param(FORMER, {"fr": "Halle"}, {"fr": entry("Halle", "original")}, id="the original alone"),
        pytest.param(
            {"fr": entry("a", "original"), "en": entry("b", "outdated")},
            {"fr": "c", "en": entry("b", "outdated")},
            {"fr": entry("c", "original"), "en": entry("b", "outdated")},
            id="outdated stays outdated",
        ),
        pytest.param(
            {"fr": entry("a", "original"), "en": entry("b", "outdated")},
            {"fr": "a", "en": "a better b"},
            {"fr": entry("a", "original"), "en": entry("a better b", "human")},
            id="written anew it is up to date",
        ),
        pytest.param(
            {"fr": entry("Fès", "human"), "en": entry("Fez", "human")},
            {"fr": "Fès-Meknès", "en": entry("Fez", "human")},
            {"fr": entry("Fès-Meknès", "human"), "en": entry("Fez", "human")},
            id="names without an original do not outdate one another",
        ),
    ],
)
def test_a_text_after_writing(former: Text | None, written: dict[str, Any], revised: Text) -> None:
    assert revise(former, written) == revised


def test_writing_leaves_the_former_text_as_it_was() -> None:
    former: Text = {"fr": entry("a", "original"), "en": entry("b", "machine")}
    revise(former, {**former, "fr": "c"})
    assert former == {"fr": entry("a", "original"), "en": entry("b", "machine")}


def test_a_text_has_one_original() -> None:
    assert text_errors("/title", {"fr": entry("a", "original"), "en": entry("b", "human"), "ar": "c"}) == []
    [error] = text_errors("/title", {"fr": entry("a", "original"), "en": entry("b", "original")})
    assert error["pointer"] == "/title"
    assert "fr, en" in error["detail"]
