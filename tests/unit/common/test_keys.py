"""What a key looks like, what is kept of it, and what scopes hold."""

import hashlib
import re

import pytest

from services.common.access.keys import KEY_PATTERN, Key, new_key, parse_key
from services.common.access.scopes import SCOPES, Scope, with_included


def test_a_key_is_found_by_its_pattern_and_parsed_back() -> None:
    key = new_key()
    text = str(key)
    assert re.findall(KEY_PATTERN, f"Authorization: Bearer {text}\n")
    assert re.fullmatch(r"lf_[0-9a-z]{12}_[0-9A-Za-z]{49}", text)
    assert parse_key(text) == key
    assert str(new_key()) != text


def test_a_mistyped_key_is_none_without_a_look_into_a_database() -> None:
    text = str(new_key())
    for place in range(len(text)):
        other = "0" if text[place] != "0" else "1"
        assert parse_key(text[:place] + other + text[place + 1 :]) is None, place


@pytest.mark.parametrize("text", ["", "lf_", "an-admin-key", "lf_x_y", "é" * 65, "\0", f"{'lf_' * 40}"])
def test_what_is_no_key_is_none(text: str) -> None:
    assert parse_key(text) is None
    assert parse_key(f"{new_key()}\n") is None


def test_only_the_digest_of_the_secret_is_kept_and_no_secret_is_printed() -> None:
    key = new_key()
    assert key.digest == hashlib.sha256(key.secret.encode()).digest()
    assert key.secret not in repr(key)
    assert Key("0" * 12, key.secret).digest == key.digest


def test_every_scope_says_what_it_allows_and_includes_only_lesser_ones() -> None:
    assert set(SCOPES) == set(Scope)
    assert all(meaning.allows.endswith(".") for meaning in SCOPES.values())
    assert with_included(["records:moderate"]) == {Scope.RECORDS_MODERATE, Scope.RECORDS_WRITE}
    assert with_included(["partners:manage"]) == {
        Scope.PARTNERS_MANAGE,
        Scope.KEYS_MANAGE,
        Scope.WEBHOOKS_MANAGE,
    }
    assert with_included(["introspect", "a scope of another release"]) == {Scope.INTROSPECT}
    assert with_included([]) == frozenset()
    for scope in Scope:
        once = with_included([scope])
        assert with_included(once) == once, "what is included includes nothing more"
