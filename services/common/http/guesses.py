"""Who tries out keys is stopped, and whoever has a valid one is served all the same, from the same address too.

Only what came back refused tells a guess from a key, so over the quota of its address a key is still looked up, but not
without bound: so many more times, then only keys that this process has seen valid.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from services.common import problems
from services.common.access.bearer import KeyEnded
from services.common.access.keys import parse_key
from services.common.http.limits import Window, standing, too_many_requests, window
from services.common.problems import Problem
from services.common.settings import ContractSettings

LOOK_UPS = 10
"""Quotas of guesses that an address may still have looked up once it has used up its own."""

MAX_VERIFIED = 10_000
"""Keys remembered as seen valid, by their SHA-256 (about 2 MB)."""


@dataclass(frozen=True, slots=True)
class Guesses:
    """Refused keys by address; a key that exists and is not valid any more (expired, revoked) by that key alone."""

    refused: Window
    looked_up: Window
    verified: OrderedDict[str, None] = field(default_factory=OrderedDict)
    """Keys that exist, by their SHA-256: they were valid when presented here, or are not any more."""

    @classmethod
    def of(cls, settings: ContractSettings) -> "Guesses":
        """As many as the settings allow."""
        refused = window("unknown-keys", settings.rate_limit_secrets)
        return cls(refused, Window(refused.name, refused.quota * LOOK_UPS, refused.seconds))

    async def watch(
        self, identify: Callable[[], Awaitable[str | None]], authorization: bytes, address: str
    ) -> str | None:
        """What `identify` says. Its `Problem` (401) is 429 once there were too many of them."""
        digest = hashlib.sha256(authorization).hexdigest()
        suspect = digest if digest in self.verified else address
        seconds = self.refused.wait(suspect)
        if seconds and _costs_a_look_up(authorization):
            remaining, looked_up_again_in = self.looked_up.hit(suspect)
            if remaining < 0:
                raise self._too_many(looked_up_again_in)
        try:
            name = await identify()
        except Problem as problem:
            if problem.kind is not problems.UNAUTHENTICATED:
                raise
            if isinstance(problem, KeyEnded) and suspect == address:
                self._remember(digest)
                self.refused.hit(digest)
                raise
            if seconds:
                raise self._too_many(seconds) from problem
            self.refused.hit(suspect)
            raise
        if name is not None:
            self._remember(digest)
        return name

    def _remember(self, digest: str) -> None:
        self.verified[digest] = None
        self.verified.move_to_end(digest)
        if len(self.verified) > MAX_VERIFIED:
            self.verified.popitem(last=False)

    def _too_many(self, seconds: int) -> Problem:
        return too_many_requests(seconds, [self.refused.policy, standing(self.refused.name, 0, seconds)])


def _costs_a_look_up(authorization: bytes) -> bool:
    """Whether this may be a key: anything else (a wrong checksum) is refused without asking anybody."""
    return parse_key(authorization.partition(b" ")[2].strip().decode("latin-1")) is not None
