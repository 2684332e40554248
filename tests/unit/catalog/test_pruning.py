"""What a document says once another record stands for one that it names."""

from typing import Any
from uuid import uuid4

from services.catalog.cooperations.kind import COOPERATION
from services.catalog.initiatives.kind import INITIATIVE
from services.catalog.records.pruning import repointed
from services.catalog.territories.kind import TERRITORY

LOSER, SURVIVOR, OTHER, OWN = (str(uuid4()) for _ in range(4))
SAID: dict[str, Any] = {"title": {"fr": {"text": LOSER, "origin": "original"}}, "url": f"https://x.example/{LOSER}"}


def test_the_survivor_stands_wherever_the_loser_was_named_and_nothing_else_changes() -> None:
    document = SAID | {
        "territory": LOSER,
        "carrier": {"organization": LOSER, "name": LOSER},
        "transferred_to": [{"territory": OTHER, "initiative": LOSER}, {"territory": LOSER, "initiative": None}],
    }
    assert repointed(INITIATIVE, document, LOSER, SURVIVOR, OWN) == SAID | {
        "territory": SURVIVOR,
        "carrier": {"organization": SURVIVOR, "name": LOSER},
        "transferred_to": [{"territory": OTHER, "initiative": SURVIVOR}, {"territory": SURVIVOR, "initiative": None}],
    }
    assert document["territory"] == LOSER, "the former document stays as it was"


def test_a_list_names_no_record_twice() -> None:
    document = {"inspired_by": [SURVIVOR, OTHER, LOSER]}
    assert repointed(INITIATIVE, document, LOSER, SURVIVOR, OWN) == {"inspired_by": [SURVIVOR, OTHER]}


def test_the_survivor_does_not_name_itself() -> None:
    document = {"inspired_by": [LOSER, OTHER], "transferred_to": [{"territory": OTHER, "initiative": LOSER}]}
    assert repointed(INITIATIVE, document, LOSER, SURVIVOR, SURVIVOR) == {
        "inspired_by": [OTHER],
        "transferred_to": [{"territory": OTHER, "initiative": None}],
    }


def test_a_territory_takes_part_once_and_is_a_member_once() -> None:
    parties = [{"territory": LOSER, "role": "host"}, {"territory": OTHER}, {"territory": SURVIVOR, "role": None}]
    assert repointed(COOPERATION, {"parties": parties}, LOSER, SURVIVOR, OWN)["parties"] == [
        {"territory": SURVIVOR, "role": "host"},
        {"territory": OTHER},
    ]
    networks = [{"network": SURVIVOR, "since": 2015}, {"network": LOSER, "since": 2020}]
    assert repointed(TERRITORY, {"networks": networks}, LOSER, SURVIVOR, OWN)["networks"] == networks[:1]


def test_two_exchanges_that_both_name_it_stay_two() -> None:
    exchanges = [
        {"from_territory": OTHER, "to_territory": LOSER, "theme": "food_waste"},
        {"from_territory": OTHER, "to_territory": SURVIVOR, "theme": "food_waste"},
    ]
    found = repointed(COOPERATION, {"exchanges": exchanges}, LOSER, SURVIVOR, OWN)["exchanges"]
    assert [exchange["to_territory"] for exchange in found] == [SURVIVOR, SURVIVOR]
