"""What stands otherwise in a later version, place by place."""

from typing import Any

from services.catalog.editing.revisions.differences import differences


def found(before: Any, after: Any) -> list[tuple[str, Any, Any]]:  # noqa: ANN401 - any JSON value
    return [(one.pointer, one.before, one.after) for one in differences(before, after)]


def test_nothing_differs_in_the_same() -> None:
    document = {"a": [1, {"b": None}], "c": {"fr": "x"}}
    assert found(document, {"c": {"fr": "x"}, "a": [1, {"b": None}]}) == []


def test_members_are_compared_as_deep_as_both_have_them() -> None:
    before = {"title": {"fr": {"text": "Marché", "origin": "original"}}, "start_year": 2020, "url": None}
    after = {"title": {"fr": {"text": "Marchés", "origin": "original"}}, "start_year": None, "url": "https://x.example"}
    assert found(before, after) == [
        ("/title/fr/text", "Marché", "Marchés"),
        ("/start_year", 2020, None),
        ("/url", None, "https://x.example"),
    ]


def test_a_member_that_is_new_or_gone_stands_beside_nothing() -> None:
    assert found({"a": 1}, {"b": 2}) == [("/a", 1, None), ("/b", None, 2)]
    assert found({"a": None}, {}) == []


def test_members_of_a_list_that_have_ids_are_found_again_wherever_they_stand() -> None:
    one, two, three = ({"id": name, "severity": 1} for name in ("one", "two", "three"))
    worse = {"id": "two", "severity": 3}
    assert found({"problems": [one, two]}, {"problems": [worse, three, one]}) == [
        ("/problems/two/severity", 1, 3),
        ("/problems/three", None, three),
    ]
    assert found({"problems": [one, two]}, {"problems": [two]}) == [("/problems/one", one, None)]
    assert found([one, two], [two, one]) == [], "the order of what has ids says nothing"


def test_ids_that_repeat_do_not_name_anything() -> None:
    same = [{"id": "Q1", "system": "a"}, {"id": "Q1", "system": "b"}]
    assert found(same, [same[0]]) == [("/1", same[1], None)]


def test_what_is_put_into_a_list_moves_the_rest_and_does_not_change_it() -> None:
    assert found(["b", "c"], ["a", "b", "c"]) == [("/0", None, "a")]
    assert found(["a", "b", "c"], ["a", "c"]) == [("/1", "b", None)]
    assert found([{"title": "x", "year": 1}], [{"title": "x", "year": 2}]) == [("/0/year", 1, 2)]
    assert found(["a", "b"], ["c", "d", "e"]) == [("/0", "a", "c"), ("/1", "b", "d"), ("/2", None, "e")]


def test_values_of_another_shape_are_given_whole() -> None:
    assert found({"a": [1]}, {"a": {"b": 1}}) == [("/a", [1], {"b": 1})]
    assert found(1, "1") == [("", 1, "1")]


def test_names_are_escaped_as_in_a_json_pointer() -> None:
    assert found({"a/b": {"c~d": 1}}, {"a/b": {"c~d": 2}}) == [("/a~1b/c~0d", 1, 2)]
