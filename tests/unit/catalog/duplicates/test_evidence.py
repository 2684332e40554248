"""What speaks for two records being the same, and what against it."""

from typing import Any
from uuid import UUID

import pytest

from services.catalog.duplicates.blocks import block_keys
from services.catalog.duplicates.evidence import LIKELY, Compared, score
from services.catalog.duplicates.traits import Place, Traits, page_address, traits_of
from services.catalog.duplicates.wording import EMPTY_LEXICON
from services.catalog.kinds import BY_NAME
from services.common.geo import kilometres
from services.common.ids import new_id

FES = Place(new_id(), {"fr": {"text": "Fès", "origin": "human"}}, "MA", (-5.0, 34.03))
SEFROU = Place(new_id(), {"fr": {"text": "Sefrou", "origin": "human"}}, "MA", (-4.83, 33.83))
AGADIR = Place(new_id(), {"fr": {"text": "Agadir", "origin": "human"}}, "MA", (-9.6, 30.42))
LYON = Place(new_id(), {"fr": {"text": "Lyon", "origin": "human"}}, "FR", (4.85, 45.75))
INITIATIVE, TERRITORY = BY_NAME["initiative"], BY_NAME["territory"]


def initiative(place: Place, title: str = "Marché Bensouda", **members: Any) -> Compared:  # noqa: ANN401 - any member
    return Compared.of(traits(place.id, title, **members), [place], EMPTY_LEXICON)


def traits(place: UUID, title: str, **members: Any) -> Traits:  # noqa: ANN401 - any member
    return traits_of(INITIATIVE, {"title": {"fr": title}, **members}, [place])


def territory(place: Place, **members: Any) -> Compared:  # noqa: ANN401 - any member
    return Compared.of(traits_of(TERRITORY, {"name": {"fr": "Fès"}, **members}, []), [place], EMPTY_LEXICON)


def likely(one: Compared, other: Compared) -> float:
    value, _ = score(one, other, EMPTY_LEXICON)
    back, _ = score(other, one, EMPTY_LEXICON)
    assert value == pytest.approx(back)
    assert 0 <= value <= 1
    return value


def test_the_nearer_the_likelier() -> None:
    here, near, far, abroad = (likely(initiative(FES), initiative(place)) for place in (FES, SEFROU, AGADIR, LYON))
    assert kilometres((-5.0, 34.03), (-4.83, 33.83)) == pytest.approx(27.2, abs=0.5)
    assert here > LIKELY > far > abroad
    assert here > near


@pytest.mark.parametrize(
    ("members", "others", "more"),
    [
        ({"start_year": 2019}, {"start_year": 2019}, True),
        ({"start_year": 2019}, {"start_year": 2009}, False),
        ({"carrier": {"name": "Ville de Fès"}}, {"carrier": {"name": "ville de FES"}}, True),
        ({"carrier": {"name": "Ville de Fès"}}, {"carrier": {"name": "Coopérative Tazota"}}, False),
        ({"carrier": {"organization": "x"}}, {"carrier": {"organization": "x"}}, True),
        ({"url": "https://a.example/b/"}, {"url": "http://www.a.example/b"}, True),
        ({"external_ids": [{"system": "RNA", "id": "W1"}]}, {"external_ids": [{"system": "rna", "id": "W1"}]}, True),
        ({"external_ids": [{"system": "RNA", "id": "W1"}]}, {"external_ids": [{"system": "RNA", "id": "W2"}]}, False),
        ({"themes": ["water"]}, {"themes": ["water", "compost"]}, True),
    ],
)
def test_what_agrees_speaks_for_it_and_what_differs_against_it(
    members: dict[str, Any], others: dict[str, Any], more: bool
) -> None:
    unknown = likely(initiative(FES), initiative(FES))
    assert (likely(initiative(FES, **members), initiative(FES, **others)) > unknown) == more
    one_sided = likely(initiative(FES, **members), initiative(FES))
    assert one_sided == pytest.approx(unknown), "what one of the two does not say tells nothing"


def test_the_place_in_a_name_tells_nothing_beside_the_place() -> None:
    assert likely(initiative(FES, "Marché de Fès"), initiative(FES, "Marché")) == likely(
        initiative(FES, "Marché"), initiative(FES, "Marché")
    )
    assert likely(initiative(FES, "Conseil alimentaire de Fès"), initiative(LYON, "Conseil alimentaire de Lyon")) < 0.01


def test_a_city_and_its_metropolis_are_two_territories_and_so_are_namesakes() -> None:
    assert likely(territory(FES), territory(FES)) > 0.9
    assert likely(territory(FES, kind="province"), territory(FES, kind="municipality")) < likely(
        territory(FES), territory(FES)
    )
    assert likely(territory(FES), territory(AGADIR)) < LIKELY


def test_reasons_come_the_weightiest_first() -> None:
    _, reasons = score(initiative(FES, start_year=2019), initiative(FES, start_year=2019), EMPTY_LEXICON)
    assert [reason.code for reason in reasons] == ["same_name", "same_place", "same_years"]


def test_duplicates_share_a_block_and_strangers_do_not() -> None:
    def keys(place: Place, title: str) -> set[int]:
        return set(block_keys(traits(place.id, title)))

    first = keys(FES, "Marché paysan de Bensouda")
    for title in ("Bensouda: marché paysan", "Marché de Bensuda", "سوق بن سودة Bensouda"):
        assert first & keys(FES, title), title
    assert first & keys(SEFROU, "MARCHÉ PAYSAN DE BENSOUDA"), "the whole name, wherever it is"
    assert not first & keys(FES, "Cantines biologiques")
    assert not first & keys(LYON, "Marché de Noël"), "a word elsewhere is none"


def test_blocks_stay_few_and_fit_their_column() -> None:
    many = traits_of(
        INITIATIVE,
        {"title": {lang: " ".join(f"{lang}mot{n}" for n in range(40)) for lang in ("fr", "en", "ar", "es")}},
        [new_id() for _ in range(50)],
    )
    keys = block_keys(many)
    assert len(keys) < 500
    assert all(-(2**31) <= key < 2**31 for key in keys)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://www.a.example/x/", "a.example/x"),
        ("http://a.example/x?id=1", "a.example/x?id=1"),
        ("https://a.example/", None),
        (None, None),
    ],
)
def test_a_page_is_known_by_its_address_a_host_is_no_page(url: str | None, address: str | None) -> None:
    assert page_address(url) == address
