"""What of a kind's shape is walked: as much as leads to what is looked for."""

from services.catalog.initiatives.kind import INITIATIVE
from services.catalog.kinds import KINDS
from services.catalog.records.shapes import Coded, IsText, Many, Members, Refers, Shape, leaves, only
from services.catalog.territories.kind import TERRITORY

TERRITORY_ID = "01890000-0000-7000-8000-000000000001"
ORGANIZATION_ID = "01890000-0000-7000-8000-000000000002"


def test_an_initiative_refers_to_others_of_its_kind_by_its_lineage() -> None:
    assert INITIATIVE.own_relations == {"inspired_by", "adapted_from", "transferred_to/initiative"}


def test_the_references_of_a_document_are_the_same_by_the_short_walk() -> None:
    document = {
        "title": {"fr": "Marché"},
        "territory": TERRITORY_ID,
        "themes": ["farmers_markets"],
        "carrier": {"organization": ORGANIZATION_ID, "name": None, "sector": "public", "kind": None},
        "actors": [],
        "money": [{"funder": ORGANIZATION_ID, "statement": None}],
        "results": [{"statement": {"fr": "12 étals"}}],
        "inspired_by": None,
    }
    whole = [found for found in leaves(INITIATIVE.shape, document) if isinstance(found.leaf, Refers)]
    assert list(leaves(INITIATIVE.referring, document)) == whole
    assert [found.relation for found in whole] == ["territory", "carrier/organization", "money/funder"]


def test_the_short_walks_lead_to_nothing_else() -> None:
    def reached(shape: Shape) -> set[type]:
        match shape:
            case Many(of):
                return reached(of)
            case Members(of):
                return {leaf for member in of.values() for leaf in reached(member)}
        return {type(shape)}

    for kind in KINDS:
        assert reached(kind.referring) <= {Refers}
        assert not reached(kind.identified)


def test_members_with_an_id_of_their_own_are_reached() -> None:
    assert TERRITORY.identified.of["problems"] == Many(Members({}, identified=True))


def test_of_a_shape_without_it_nothing_is_left() -> None:
    shape = Members({"title": IsText(), "themes": Many(Coded("themes"))})
    assert only(shape, lambda each: isinstance(each, Refers)) is None
    assert only(shape, lambda each: isinstance(each, Coded)) == Members({"themes": Many(Coded("themes"))})
