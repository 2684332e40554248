"""Editors whose records name each other: who must give way is told to try again, and nothing breaks."""

import asyncio
from typing import Any

import httpx

from tests.integration.catalog.editing import actions, patch, read
from tests.integration.catalog.partners import Headers, make_initiative

MOST_ROUNDS = 12
"""Each has a good chance that both hold their own record before either asks for the other's."""


async def test_two_that_wait_for_each_other_are_told_which_one_has_to_try_again(
    catalog: httpx.AsyncClient, as_admin: Headers
) -> None:
    for slug in ("essai-a", "essai-b"):
        await make_initiative(catalog, as_admin, slug=slug)

    def naming(other: str, year: int) -> dict[str, Any]:
        return {"transferred_to": [{"territory": "fes", "initiative": other, "year": year}]}

    gave_way: list[httpx.Response] = []
    kept = 0
    for year in range(2000, 2000 + MOST_ROUNDS):
        answers = await asyncio.gather(
            patch(catalog, "initiatives/essai-a", naming("essai-b", year), as_admin),
            patch(catalog, "initiatives/essai-b", naming("essai-a", year), as_admin),
        )
        assert {answer.status_code for answer in answers} <= {200, 503}, [answer.text for answer in answers]
        gave_way += [answer for answer in answers if answer.status_code == 503]
        kept += sum(answer.status_code == 200 for answer in answers)
        if gave_way:
            break
    assert gave_way, "the two never met"
    assert gave_way[0].headers["retry-after"] == "1"
    versions = [await actions(catalog, f"initiatives/{slug}", as_admin) for slug in ("essai-a", "essai-b")]
    assert sum(len(each) for each in versions) == 2 + kept, "what was told to try again has done nothing"
    assert (await read(catalog, "initiatives/essai-a"))["version"] == len(versions[0])
