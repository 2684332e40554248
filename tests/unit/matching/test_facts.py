"""Records as they come in, profiles as they go out."""

from typing import Any

import pytest

from services.matching.domain.profile import Scope
from services.matching.domain.reading import territory_from
from services.matching.profiles.facts import Facts
from services.matching.profiles.repository import Row
from services.matching.profiles.store import ProfileStore

State = dict[str, Any]


def territory(slug: str, **facts: Any) -> State:  # noqa: ANN401 - any member of a state
    return {
        "id": f"id-{slug}",
        "slug": slug,
        "version": 1,
        "name": {"fr": {"text": slug, "origin": "original"}},
        "kind": "municipality",
        "country_code": "FR",
        "point": None,
        "population": None,
        "networks": [],
        "problems": [],
        **facts,
    }


def initiative(slug: str, owner: str, *themes: str) -> State:
    title = {"fr": {"text": slug, "origin": "original"}}
    return {
        "id": slug,
        "slug": slug,
        "version": 1,
        "title": title,
        "territory": {"id": f"id-{owner}"},
        "themes": list(themes),
        "maturity": "running",
        "sources": [{"title": "a report"}],
    }


def cooperation(slug: str, *owners: str) -> State:
    parties = [{"territory": {"id": f"id-{owner}"}, "role": None} for owner in owners]
    title = {"fr": {"text": slug, "origin": "original"}}
    return {"id": slug, "slug": slug, "version": 1, "title": title, "parties": parties, "stage": "ongoing"}


def themes(**broader: list[str]) -> State:
    label = {"fr": "x", "en": "x", "ar": "x"}
    terms = [{"code": code, "label": label, "broader": above} for code, above in broader.items()]
    return {"id": "v-themes", "name": "themes", "version": 1, "terms": terms}


@pytest.fixture
def facts() -> Facts:
    made = Facts()
    for slug in ("a", "b"):
        made.put("territory", f"id-{slug}", territory(slug))
    return made


def test_an_initiative_touches_its_territory_and_when_it_moves_both(facts: Facts) -> None:
    assert facts.put("initiative", "i", initiative("i", "a")) == {"id-a"}
    assert facts.put("initiative", "i", initiative("i", "b")) == {"id-a", "id-b"}
    profiles = {profile.territory.slug: profile.initiatives for profile in facts.profiles()}
    assert profiles["a"] == ()
    assert [i.slug for i in profiles["b"]] == ["i"]
    assert facts.put("initiative", "i", None) == {"id-b"}
    assert facts.put("initiative", "i", None) == set()


def test_a_cooperation_touches_every_party_and_an_idea_may_have_one(facts: Facts) -> None:
    assert facts.put("cooperation", "c", cooperation("c", "a", "b")) == {"id-a", "id-b"}
    assert facts.put("cooperation", "c", cooperation("c", "a")) == {"id-a", "id-b"}
    without = facts.profile("id-b")
    assert without is not None
    assert without.cooperations == ()


def test_an_initiative_may_come_before_its_territory(facts: Facts) -> None:
    facts.put("initiative", "i", initiative("i", "late"))
    assert facts.profile("id-late") is None
    facts.put("territory", "id-late", territory("late"))
    late = facts.profile("id-late")
    assert late is not None
    assert len(late.initiatives) == 1


def test_a_state_that_cannot_be_read_is_left_out_and_counted(facts: Facts) -> None:
    facts.put("initiative", "i", {"id": "i", "title": {}})
    assert list(facts.unreadable) == [("initiative", "i")]
    facts.put("initiative", "i", initiative("i", "a"))
    assert not facts.unreadable


def test_labels_and_order_come_from_the_vocabularies(facts: Facts) -> None:
    facts.put("vocabulary", "v-themes", themes(organic_waste=[], composting=["organic_waste"]))
    assert facts.labels("themes")["composting"]["ar"] == "x"
    assert facts.themes().within(["organic_waste"]) == {"organic_waste", "composting"}
    assert facts.labels("unheard_of") == {}


def test_an_unknown_scope_of_a_population_is_no_population_of_the_territory() -> None:
    known = {"value": 5, "year": None, "scope": "main_city", "source": "census"}
    assert territory_from(territory("a", population=known)).population.scope is Scope.MAIN_CITY  # type: ignore[union-attr]
    assert territory_from(territory("a", population={**known, "scope": "watershed"})).population is None


def test_a_cycle_among_the_themes_ends() -> None:
    facts = Facts()
    facts.put("vocabulary", "v-themes", themes(a=["b"], b=["a"]))
    assert facts.themes().above("a") == {"b"}
    assert facts.themes().within(["a"]) == {"a", "b"}


def problem(code: str) -> State:
    return {"id": code, "problem": code, "theme": None, "severity": None, "evidence": {}, "sources": []}


def test_the_store_follows_a_new_order_of_themes() -> None:
    store = ProfileStore(lambda: 2026)
    store.apply(
        [
            Row("territory", "id-a", 1, territory("a", problems=[problem("organic_waste_management")])),
            Row("territory", "id-b", 1, territory("b")),
            Row("initiative", "i", 1, initiative("i", "b", "worm_bins")),
        ]
    )
    with store.reading() as (index, _):
        assert not any(index.answers.values())
    store.apply([Row("vocabulary", "v-themes", 1, themes(organic_waste=[], worm_bins=["organic_waste"]))])
    with store.reading() as (index, _):
        assert [set(answers) for answers in index.answers.values()] == [{"id-b"}]


def test_the_store_counts_age_to_the_year_it_is() -> None:
    year = 2026
    store = ProfileStore(lambda: year)
    ended = {**initiative("i", "a", "water"), "end_year": 2020}
    store.apply([Row("territory", "id-a", 1, territory("a")), Row("initiative", "i", 1, ended)])
    with store.reading() as (index, _):
        before = index.offers["id-a"][0].weight
    year = 2040
    store.apply([])
    with store.reading() as (index, _):
        assert index.offers["id-a"][0].weight < before
