"""ETags: what matches, and what a writer is told otherwise."""

import pytest

from services.common.etags import make_etag, none_match, require_match
from services.common.problems import PRECONDITION_REQUIRED, STALE, Problem

ETAG = make_etag(3, b"{}")


def test_an_etag_names_the_version_and_this_representation() -> None:
    assert ETAG.startswith('"3-')
    assert make_etag(3, b"{}") == ETAG
    assert len({ETAG, make_etag(4, b"{}"), make_etag(3, b"[]")}) == 3


@pytest.mark.parametrize("header", [ETAG, f"W/{ETAG}", f'"a", {ETAG}', f'W/"a",W/{ETAG}', "*", f" {ETAG} "])
def test_who_has_this_representation_is_recognised(header: str) -> None:
    assert none_match(header, ETAG)


@pytest.mark.parametrize("header", [None, "", '"3"', make_etag(3, b"[]"), ETAG.strip('"'), ETAG.replace("3-", "4-")])
def test_another_representation_is_not_taken_for_this_one(header: str | None) -> None:
    assert not none_match(header, ETAG)


@pytest.mark.parametrize("header", [ETAG, make_etag(3, b"in another language"), "*", f'"1-ab", {ETAG}', '"x", *'])
def test_a_writer_needs_to_have_seen_the_version_in_any_language(header: str) -> None:
    require_match(header, 3)


@pytest.mark.parametrize(
    "header",
    [
        "",
        f"W/{ETAG}",
        '"3"',
        "3",
        "3-ab",
        '"03-ab"',
        '"3-"',
        '"3-xyz"',
        '"-3-ab"',
        '"30-ab"',
        '"3-ab',
        f'"{"3" * 11}-ab"',
    ],
)
def test_anything_else_is_stale(header: str) -> None:
    with pytest.raises(Problem) as caught:
        require_match(header, 3)
    assert caught.value.kind is STALE
    assert "3" in caught.value.sentence("ar")


def test_a_writer_without_a_version_is_asked_for_one() -> None:
    with pytest.raises(Problem) as caught:
        require_match(None, 3)
    assert caught.value.kind is PRECONDITION_REQUIRED
