"""`Content-Language` names every language that an answer holds, with `lang=all` too."""

from typing import Any

import httpx
import pytest

ASKED = (
    "territories?limit=200",
    "territories/fes",
    "initiatives?limit=200",
    "initiatives/pole-logistique-mutualise-lyon",
    "cooperations?limit=200",
    "cooperations/montpellier-fes",
    "networks",
    "networks/terres-en-villes",
    "vocabularies",
    "vocabularies/themes",
)
LABELS = {"fr", "en", "ar"}


def named(answer: httpx.Response) -> set[str]:
    return {each.strip() for each in answer.headers["content-language"].split(",")}


def held(value: Any) -> set[str]:  # noqa: ANN401 - any JSON value
    """The languages of a JSON value: of every text, label and translation in it, but not of what has no known one."""
    found: set[str] = set()
    if isinstance(value, list):
        found = set().union(*(held(each) for each in value)) if value else set()
    elif isinstance(value, dict):
        if isinstance(value.get("lang"), str):
            found.add(value["lang"])
        found |= set(value.get("translations") or ())
        for name, each in value.items():
            if name in {"label", "definition", "alt_labels"} and isinstance(each, dict):
                found |= each.keys()
            elif name != "translations":
                found |= held(each)
    return found - {"und"}


@pytest.mark.parametrize("lang", ["all", "fr", "ar"])
async def test_no_language_of_the_body_goes_unnamed_and_none_is_named_that_is_not_there(
    catalog: httpx.AsyncClient, lang: str
) -> None:
    for address in ASKED:
        answer = await catalog.get(f"/catalog/v1/{address}{'&' if '?' in address else '?'}lang={lang}")
        assert answer.status_code == 200
        labels_alone = {lang} if address == "vocabularies" and lang != "all" else None
        assert named(answer) == (labels_alone or held(answer.json())), address


async def test_all_translations_of_a_text_are_named(catalog: httpx.AsyncClient) -> None:
    initiative = await catalog.get("/catalog/v1/initiatives/pole-logistique-mutualise-lyon?lang=all")
    assert len(initiative.json()["title"]["translations"]) >= 2
    assert named(initiative) >= initiative.json()["title"]["translations"].keys()
    assert named(await catalog.get("/catalog/v1/vocabularies/themes?lang=all")) >= LABELS
