"""Who guesses keys is stopped, and nobody else."""

import pytest

from services.common.access.bearer import ended_key, invalid_key
from services.common.access.caller import Ended
from services.common.access.keys import new_key
from services.common.http import guesses as module
from services.common.http.guesses import LOOK_UPS, Guesses
from services.common.problems import TOO_MANY_REQUESTS, UNAUTHENTICATED, Problem, ProblemType
from services.common.settings import ContractSettings

QUOTA = 3


class Door:
    """Who comes from where with which key, and how often it was looked up."""

    def __init__(self) -> None:
        self.guesses = Guesses.of(ContractSettings(rate_limit_secrets=f"{QUOTA}/hour"))
        self.key = f"Bearer {new_key()}".encode()
        self.valid = {self.key}
        self.ended: set[bytes] = set()
        self.looked_up = 0

    async def knock(self, authorization: bytes, address: str = "a") -> ProblemType | None:
        """What is wrong, None for a valid key."""

        async def identify() -> str | None:
            self.looked_up += 1
            if authorization in self.ended:
                raise ended_key(Ended.EXPIRED)
            if authorization not in self.valid:
                raise invalid_key()
            return "id"

        try:
            assert await self.guesses.watch(identify, authorization, address) == "id"
        except Problem as problem:
            return problem.kind
        return None

    async def guess(self, number: int, address: str = "a") -> list[ProblemType | None]:
        """So many keys that do not exist and look like keys."""
        return [await self.knock(f"Bearer {new_key()}".encode(), address) for _ in range(number)]


@pytest.fixture
def door() -> Door:
    return Door()


async def test_an_address_that_guesses_is_stopped_and_others_are_not(door: Door) -> None:
    assert await door.guess(QUOTA + 2) == [UNAUTHENTICATED] * QUOTA + [TOO_MANY_REQUESTS] * 2
    assert await door.guess(1, "b") == [UNAUTHENTICATED]


async def test_what_is_no_key_at_all_counts_too(door: Door) -> None:
    kinds = [await door.knock(b"Bearer nonsense") for _ in range(QUOTA + 1)]

    assert kinds == [UNAUTHENTICATED] * QUOTA + [TOO_MANY_REQUESTS]


async def test_a_valid_key_never_seen_before_is_served_after_many_guesses(door: Door) -> None:
    await door.guess(QUOTA * 2)

    assert await door.knock(door.key) is None


async def test_a_key_seen_valid_is_served_after_any_number_of_guesses(door: Door) -> None:
    assert await door.knock(door.key) is None
    await door.guess(QUOTA * LOOK_UPS * 3)

    assert await door.knock(door.key) is None


async def test_guesses_do_not_cost_look_ups_without_end(door: Door) -> None:
    await door.guess(QUOTA * LOOK_UPS * 3)

    assert door.looked_up == QUOTA * (1 + LOOK_UPS)


async def test_what_is_no_key_uses_up_no_look_ups(door: Door) -> None:
    for _ in range(QUOTA * LOOK_UPS * 3):
        await door.knock(b"Bearer nonsense")

    assert await door.knock(door.key) is None


async def test_a_key_that_was_revoked_is_no_guess_and_not_looked_up_without_end(door: Door) -> None:
    await door.knock(door.key)
    door.valid = set()
    door.looked_up = 0
    kinds = [await door.knock(door.key) for _ in range(QUOTA * LOOK_UPS * 3)]

    assert kinds[: QUOTA + 1] == [UNAUTHENTICATED] * QUOTA + [TOO_MANY_REQUESTS]
    assert door.looked_up == QUOTA * (1 + LOOK_UPS)
    assert await door.guess(1) == [UNAUTHENTICATED]


async def test_a_key_that_has_ended_is_no_guess_of_its_address(door: Door) -> None:
    old = [f"Bearer {new_key()}".encode() for _ in range(QUOTA * 2)]
    door.ended = set(old)

    assert [await door.knock(key) for key in old] == [UNAUTHENTICATED] * len(old)
    assert await door.guess(QUOTA + 1) == [UNAUTHENTICATED] * QUOTA + [TOO_MANY_REQUESTS]


async def test_an_ended_key_is_told_so_where_others_have_guessed_too_much(door: Door) -> None:
    await door.guess(QUOTA * 2)
    door.ended = {door.key}

    assert await door.knock(door.key) is UNAUTHENTICATED


async def test_a_client_that_goes_on_with_an_ended_key_is_stopped_alone(door: Door) -> None:
    door.ended = {door.key}
    kinds = [await door.knock(door.key) for _ in range(QUOTA * LOOK_UPS * 3)]

    assert kinds[: QUOTA + 1] == [UNAUTHENTICATED] * QUOTA + [TOO_MANY_REQUESTS]
    assert door.looked_up == QUOTA * (1 + LOOK_UPS)
    assert await door.guess(1) == [UNAUTHENTICATED]


async def test_keys_seen_valid_are_remembered_up_to_a_bound(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_VERIFIED", 2)
    door.valid = {f"Bearer {new_key()}".encode() for _ in range(5)}
    for key in door.valid:
        await door.knock(key)

    assert len(door.guesses.verified) == 2
