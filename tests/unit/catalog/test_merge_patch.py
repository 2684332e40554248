"""Merge patches: the test cases of RFC 7396, appendix A, and what we add."""

from typing import Any

import pytest
from fastapi.exceptions import RequestValidationError

from services.catalog.networks.schemas import NetworkWrite
from services.catalog.records.schemas import SourceWrite
from services.common.merge_patch import merge_patch, patched


@pytest.mark.parametrize(
    ("original", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_cases_of_the_rfc(original: Any, patch: Any, result: Any) -> None:  # noqa: ANN401 - any JSON value
    assert merge_patch(original, patch) == result


def test_the_document_stays_as_it_was() -> None:
    document = {"a": {"b": "c"}, "d": "e"}
    merge_patch(document, {"a": {"b": None}, "d": None})
    assert document == {"a": {"b": "c"}, "d": "e"}


def test_the_whole_record_is_checked_after_the_patch() -> None:
    document = {"title": "Étude", "address": "https://example.org/", "licence": "CC-BY-4.0"}
    source = patched(SourceWrite, document, {"address": None, "passage": "p. 4"})
    assert (source.title, source.address, source.passage, source.licence) == ("Étude", None, "p. 4", "CC-BY-4.0")
    for patch, place in (({"title": None}, "title"), ({"titel": "x"}, "titel"), ({"address": "ftp://x"}, "address")):
        with pytest.raises(RequestValidationError) as caught:
            patched(SourceWrite, document, patch)
        assert [error["loc"] for error in caught.value.errors()] == [("body", place)]


def test_what_is_not_known_cannot_be_taken_away() -> None:
    document = {"title": "Étude", "address": None}
    for patch, places in (
        ({"adress": None}, ["adress"]),
        ({"adress": None, "title": None}, ["title", "adress"]),
        ({"licence": "CC-BY-4.0", "adress": None, "passages": None}, ["adress", "passages"]),
    ):
        with pytest.raises(RequestValidationError) as caught:
            patched(SourceWrite, document, patch)
        assert [error["loc"] for error in caught.value.errors()] == [("body", place) for place in places]


def test_what_is_not_known_within_a_list_is_named_once() -> None:
    with pytest.raises(RequestValidationError) as caught:
        patched(NetworkWrite, {}, {"sources": [{"title": "x", "nope": None}]})
    places = [error["loc"] for error in caught.value.errors()]
    assert places.count(("body", "sources", 0, "nope")) == 1
