"""Keys as another service than the catalog knows them: asked once a minute, never believed for longer."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr

from services.common.access import introspection
from services.common.access.caller import Caller, CallersUnavailable, Ended
from services.common.access.introspection import MAX_AGE_S, PAUSE_S, IntrospectedCallers
from services.common.access.keys import new_key
from services.common.access.scopes import Scope

PARTNER = uuid4()
ACTIVE: dict[str, Any] = {"active": True, "client_id": "abc", "sub": str(PARTNER), "scope": "records:write introspect"}


class Asked:
    """A catalog that answers introspections, on a clock that tests turn."""

    def __init__(self) -> None:
        self.answer: dict[str, Any] = ACTIVE
        self.status = 200
        self.tokens: list[str] = []
        self.now = 1000.0
        client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer), base_url="http://catalog")
        self.callers = IntrospectedCallers(client, SecretStr("our-key"), clock=lambda: self.now)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/catalog/v1/introspect"
        assert request.headers["authorization"] == "Bearer our-key"
        self.tokens += parse_qs(request.content.decode())["token"]
        return httpx.Response(self.status, json=self.answer)


async def test_a_caller_is_what_the_catalog_says_and_is_asked_for_once_a_minute() -> None:
    asked, key = Asked(), new_key()
    caller = await asked.callers.resolve(key)
    assert isinstance(caller, Caller)
    assert (caller.key, caller.partner_id, caller.may(Scope.RECORDS_WRITE)) == ("abc", PARTNER, True)
    asked.now += MAX_AGE_S - 1
    assert await asked.callers.resolve(key) == caller
    assert asked.tokens == [str(key)]


async def test_a_revoked_key_is_believed_for_a_minute_at_most() -> None:
    asked, key = Asked(), new_key()
    assert await asked.callers.resolve(key) is not None
    asked.answer = {"active": False}
    asked.now += MAX_AGE_S
    assert await asked.callers.resolve(key) is None
    assert await asked.callers.resolve(key) is None
    assert len(asked.tokens) == 2


@pytest.mark.parametrize("why", Ended)
async def test_why_a_key_has_ended_is_known_as_long(why: Ended) -> None:
    asked, key = Asked(), new_key()
    asked.answer = {"active": False, "inactive_reason": why.value}
    assert await asked.callers.resolve(key) is why
    assert await asked.callers.resolve(key) is why
    assert len(asked.tokens) == 1


@pytest.mark.parametrize("reason", ["of a kind that is not known yet", None, [], 7])
async def test_a_reason_that_is_not_known_here_says_nothing(reason: object) -> None:
    asked = Asked()
    asked.answer = {"active": False, "inactive_reason": reason}
    assert await asked.callers.resolve(new_key()) is None


async def test_an_answer_is_not_believed_beyond_the_keys_own_end() -> None:
    asked, key = Asked(), new_key()
    asked.answer = ACTIVE | {"exp": int((datetime.now(UTC) + timedelta(seconds=10)).timestamp())}
    assert await asked.callers.resolve(key) is not None
    asked.now += 11
    asked.answer = {"active": False}
    assert await asked.callers.resolve(key) is None


async def test_one_keys_answer_is_not_anothers() -> None:
    asked = Asked()
    assert await asked.callers.resolve(new_key()) is not None
    asked.answer = {"active": False}
    assert await asked.callers.resolve(new_key()) is None


async def test_a_catalog_that_does_not_answer_is_left_alone_for_a_moment() -> None:
    asked, key = Asked(), new_key()
    asked.status = 503
    for _ in range(3):
        with pytest.raises(CallersUnavailable):
            await asked.callers.resolve(key)
    assert len(asked.tokens) == 1
    asked.status = 200
    asked.now += PAUSE_S
    assert await asked.callers.resolve(key) is not None


async def test_what_was_known_is_not_believed_beyond_a_minute_of_an_outage() -> None:
    asked, key = Asked(), new_key()
    assert await asked.callers.resolve(key) is not None
    asked.status = 503
    asked.now += MAX_AGE_S - 1
    assert await asked.callers.resolve(key) is not None
    asked.now += 1
    with pytest.raises(CallersUnavailable):
        await asked.callers.resolve(key)


async def test_without_a_key_of_ones_own_nobody_is_asked() -> None:
    callers = IntrospectedCallers(httpx.AsyncClient(), None)
    with pytest.raises(CallersUnavailable):
        await callers.resolve(new_key())


async def test_made_up_keys_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(introspection, "MAX_KEPT", 3)
    asked = Asked()
    for _ in range(10):
        await asked.callers.resolve(new_key())
    assert len(asked.callers._kept) == 3
