"""What a reader gets, through the app."""

from typing import TYPE_CHECKING, Any

import pytest

from services.matching.matches.schemas import MatchesRead

if TYPE_CHECKING:
    from tests.integration.matching.conftest import FollowedCatalog, Start

ADDRESS = "/matching/v1/territories/montpellier/matches"


async def test_a_match_gives_every_reason_with_its_sources(start: "Start", two_cities: "FollowedCatalog") -> None:
    del two_cities
    body = await (await start()).matches("montpellier", lang="fr")
    assert body["territory"]["name"] == {"text": "Montpellier", "lang": "fr", "origin": "original"}
    assert body["territory"]["point"]["coordinates"] == [3.87, 43.61]
    assert body["left_out"] == {"nothing_in_common": 0, "without_facts": 1}
    [match] = body["items"]
    assert match["score"] == round(sum(part["contribution"] for part in match["criteria"]), 4)
    [shared] = match["shared_problems"]
    assert shared["problem"]["label"] == "Évolutions des pratiques alimentaires"
    assert shared["seeker"][0]["sources"][0]["title"] == "Diagnostic de montpellier"
    assert shared["candidate"][0]["evidence"]["text"] == "fes : changing_diets"
    assert [b["slug"] for b in match["brings_to_seeker"]] == ["cuisine"]
    assert {b["slug"] for b in match["brings_to_candidate"]} == {"compost", "ecominots"}
    assert all(b["sources"] and b["answers"] for b in match["brings_to_seeker"] + match["brings_to_candidate"])
    assert match["links"]["cooperations"][0]["stage"]["code"] == "ongoing"
    assert match["links"]["networks"] == [{"id": "id-mufpp", "slug": "mufpp", "name": "Milan Pact"}]
    assert {(m["fact"], m["of"]) for m in match["missing"]} == {("population", "seeker"), ("population", "candidate")}
    reasons = {part["criterion"]: part["reason"] for part in match["criteria"]}
    assert reasons["existing_links"].startswith("Une coopération les lie déjà : Montpellier – Fès")
    assert reasons["scale"].startswith("Inconnu")


async def test_an_answer_is_what_its_schema_says(start: "Start", two_cities: "FollowedCatalog") -> None:
    del two_cities
    body = await (await start()).matches("montpellier", lang="all")
    MatchesRead.model_validate(body)
    assert body["items"][0]["brings_to_candidate"][0]["title"]["translations"]["ar"]["origin"] == "machine"


@pytest.mark.parametrize(
    ("lang", "title", "says"),
    [("ar", "ar", "لدى"), ("en", "fr", "has initiatives"), ("es", "fr", "has initiatives"), ("fr", "fr", "a des")],
)
async def test_an_answer_is_in_the_language_of_its_reader(
    start: "Start", two_cities: "FollowedCatalog", lang: str, title: str, says: str
) -> None:
    del two_cities
    follower = await start()
    answer = await follower.client.get(ADDRESS, headers={"Accept-Language": lang})
    [match] = answer.json()["items"]
    assert match["brings_to_seeker"][0]["title"]["lang"] == title
    assert says in match["criteria"][1]["reason"]
    assert title in answer.headers["Content-Language"]
    assert "Accept-Language" in answer.headers["Vary"]
    assert answer.json() == (await follower.matches("montpellier", lang=lang))


@pytest.mark.parametrize(
    ("lang", "origin"), [("fr", "machine"), ("ar", "machine"), ("en", "original"), ("es", "original")]
)
async def test_our_judgements_are_in_the_language_of_their_reader(
    start: "Start", two_cities: "FollowedCatalog", lang: str, origin: str
) -> None:
    del two_cities
    [match] = (await (await start()).matches("montpellier", lang=lang))["items"]
    brought = [*match["brings_to_seeker"], *match["brings_to_candidate"]]
    judgements = [each["judgement"] for one in brought for each in one["answers"] if each["judgement"]]
    assert judgements
    spoken = lang if lang != "es" else "en"
    assert {(judgement["lang"], judgement["origin"]) for judgement in judgements} == {(spoken, origin)}


async def test_a_territory_is_found_by_its_id_too(start: "Start", two_cities: "FollowedCatalog") -> None:
    del two_cities
    follower = await start()
    assert await follower.matches("id-montpellier") == await follower.matches("montpellier")


async def test_a_territory_without_facts_gets_an_honest_answer(start: "Start", two_cities: "FollowedCatalog") -> None:
    del two_cities
    body = await (await start()).matches("sfax", lang="en")
    assert (body["rankable"], body["items"], body["left_out"]) == (False, [], None)
    assert [entry["fact"] for entry in body["missing"]] == ["problems", "initiatives", "population"]
    assert "another 50% of the score would be known, and 2 territories comparable" in body["missing"][0]["text"]


async def test_filters_narrow_and_say_when_nothing_is_left(start: "Start", two_cities: "FollowedCatalog") -> None:
    del two_cities
    follower = await start()
    assert (await follower.matches("montpellier", country="TN"))["items"] == []
    assert len((await follower.matches("montpellier", country=["TN", "MA"]))["items"]) == 1
    [match] = (await follower.matches("montpellier", theme="organic_waste"))["items"]
    assert match["shared_problems"] == []
    assert [b["slug"] for b in match["brings_to_candidate"]] == ["compost"]
    assert (await follower.matches("montpellier", limit=1))["items"]


@pytest.mark.parametrize(
    ("query", "status", "named"),
    [
        ({"limit": 0}, 400, "?limit"),
        ({"limit": 51}, 400, "?limit"),
        ({"country": "France"}, 400, "?country/0"),
        ({"theme": "fish_and_chips"}, 400, "?theme"),
        ({"themes": "food_education"}, 400, "?themes"),
    ],
)
async def test_a_parameter_that_cannot_be_used_is_named(
    start: "Start", two_cities: "FollowedCatalog", query: dict[str, Any], status: int, named: str
) -> None:
    del two_cities
    answer = await (await start()).client.get(ADDRESS, params=query)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"] in {named, named.split("/", maxsplit=1)[0]}


async def test_an_unknown_territory_is_a_problem_in_the_language_of_the_reader(
    start: "Start", two_cities: "FollowedCatalog"
) -> None:
    del two_cities
    follower = await start()
    answer = await follower.client.get("/matching/v1/territories/atlantis/matches", params={"lang": "fr"})
    assert answer.status_code == 404
    assert "atlantis" in answer.json()["detail"]
    assert answer.json()["title"] == "Introuvable"
