"""What filters look at, of states as the catalog gives them."""

from typing import Any

from services.webhooks.events.facts import Facts, facts_of, territory_ids

ID = "01a206f3-7e2e-71eb-9775-292f181a8e5c"
TORONTO: dict[str, Any] = {"id": ID, "slug": "toronto", "country_code": "CA"}
FULL = {"fr": {"text": "Toronto", "origin": "human"}, "ar": {"text": "تورونتو", "origin": "machine"}}


def test_a_territory_is_known_by_id_and_slug_its_networks_problems_and_what_people_wrote() -> None:
    state = TORONTO | {
        "name": FULL,
        "networks": [{"id": "n", "slug": "mufpp"}],
        "problems": [{"theme": "food_waste"}, {"theme": None}],
    }
    assert facts_of("territory", state, {}) == {
        "territories": [ID, "toronto"],
        "countries": ["CA"],
        "networks": ["mufpp", "n"],
        "themes": ["food_waste"],
        "languages": ["fr"],
    }
    assert territory_ids("territory", state) == []


def test_a_record_is_in_the_networks_of_its_territory_however_that_is_named() -> None:
    known = {ID: Facts(territories=[ID, "toronto"], countries=["CA"], networks=["mufpp"])}
    expected = {"territories": [ID, "toronto"], "countries": ["CA"], "networks": ["mufpp"]}
    for state in (
        {"territory": TORONTO},
        {"territory": ID},
        {"territories": [ID]},
        {"parties": [{"territory": TORONTO, "role": None}]},
        {"roles": [{"territory": ID}], "territory": None},
    ):
        assert territory_ids("offer", state) == [ID]
        assert facts_of("offer", state, known) == expected


def test_a_network_is_in_itself_and_a_record_has_its_owner() -> None:
    state = {"id": "n", "slug": "mufpp", "owner": {"id": "p", "slug": "rivages"}}
    assert facts_of("network", state, {}) == {"networks": ["mufpp", "n"], "owner": "p"}


def test_countries_themes_and_languages_of_its_own_count_too() -> None:
    state = {"countries": ["MA"], "themes": ["water"], "languages": ["ar"], "owner": None}
    assert facts_of("learning_resource", state, {}) == {"countries": ["MA"], "themes": ["water"], "languages": ["ar"]}
