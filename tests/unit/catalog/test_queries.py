"""Conditions and boxes: each parameter gets its own number, in the order of the values."""

import re

from services.catalog.records.queries import Where, by_reference
from services.catalog.vocabularies.repository import VocabularyState
from services.common.geo import BoundingBox
from services.common.ids import new_id


def test_no_condition_is_no_clause() -> None:
    assert Where().sql() == ""


def test_parameters_are_numbered_in_the_order_of_their_values() -> None:
    where = Where()
    where.add("status = 'published'")
    where.add("a between {0} and {1}", 1, 2)
    where.add_any("b = any({0})", ())
    where.add_any("c = any({0}) or d = any({0})", ("x", "y"))
    where.add("(e, f) > ({1}, {0})", "first", "second")
    assert where.sql() == (
        "where status = 'published' and a between $1 and $2 and c = any($3) or d = any($3) and (e, f) > ($5, $4)"
    )
    assert where.values == [1, 2, ["x", "y"], "first", "second"]


def test_a_box_is_tested_by_its_corners() -> None:
    where = Where()
    where.add("x = {0}", "before")
    where.add_box("exists (select from t where {box})", BoundingBox(-5.5, 33.5, -4.5, 34.5), "t")
    assert (
        where.conditions[1] == "exists (select from t where (point(t.lon, t.lat) <@ box(point($2, $3), point($4, $5))))"
    )
    assert where.values == ["before", -5.5, 33.5, -4.5, 34.5]


def test_a_box_over_the_antimeridian_is_two() -> None:
    where = Where()
    where.add_box("{box}", BoundingBox(170, -20, -170, 20), "r")
    assert [int(number) for number in re.findall(r"\$(\d+)", where.sql())] == list(range(1, 9))
    assert where.values == [170, -20, 180.0, 20, -180.0, -20, -170, 20]
    assert " or " in where.sql()


def test_a_record_is_named_by_its_id_or_its_slug() -> None:
    record_id = new_id()
    assert by_reference(str(record_id)) == ("r.id = $1", record_id)
    assert by_reference("montpellier") == ("r.slug = $1", "montpellier")


def test_a_code_includes_all_that_is_narrower_once_and_round_trips_of_broader_terms_end() -> None:
    narrower = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": ["a"]}
    vocabulary = VocabularyState(new_id(), 1, {}, {}, narrower)
    assert vocabulary.with_narrower(["a"]) == ["a", "b", "c", "d"]
    assert vocabulary.with_narrower(["e", "c", "e"]) == ["e", "c", "d", "a", "b"]
    assert vocabulary.with_narrower([]) == []
