"""What every request of every service passes through, as one plain ASGI layer.

Each concern is one call, in the order of `RequestLayer.__call__`; what a concern refuses it raises as a `Problem`.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from fastapi import Request
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.common import problems
from services.common.http.admission import Admission
from services.common.http.bodies import BodyGuard, has_body
from services.common.http.errors import (
    MEDIA_TYPE,
    NO_METHOD,
    UNEXPECTED,
    allowed_methods,
    from_answer,
    from_trouble,
    problem_response,
)
from services.common.http.guesses import Guesses
from services.common.http.head import HeadAsGet
from services.common.http.headers import complete, request_id
from services.common.http.hosts import check_host
from services.common.http.limits import RateLimiter
from services.common.http.proxies import TrustedProxies
from services.common.problems import Problem
from services.common.settings import ContractSettings

logger = logging.getLogger(__name__)

FIRST_ERROR_STATUS = 400

UNANSWERED_METHODS = frozenset({"TRACE", "TRACK", "CONNECT"})
"""They would show a request's credentials to whoever can make a browser send one."""

RawHeaders = dict[bytes, bytes]

Identify = Callable[[Scope, bytes], Awaitable[str | None]]
"""Who presents this Authorization header: a name to count requests under (a key's public id), None for none verified.
It puts what else is known of the caller into the scope. Raises `Problem` (401) for a key that is none."""


class Observer(Protocol):
    """Metrics, traces and the log line of each request."""

    def begin(self, scope: Scope) -> None:
        """A request has come in; its id stands in the scope."""

    def end(self, scope: Scope, status: int, seconds: float) -> None:
        """It was answered, or broke off (status 499: the client went away; 500: nobody could be told)."""


@dataclass(frozen=True)
class Contract:
    """What the layer keeps for one app. `open_paths` (health, metrics) are never limited or refused."""

    proxies: TrustedProxies
    limiter: RateLimiter
    guesses: Guesses
    admission: Admission
    bodies: BodyGuard
    cors_origins: tuple[str, ...] = ()
    open_paths: frozenset[str] = frozenset()
    identify: Identify | None = None
    observer: Observer | None = None

    @classmethod
    def of(
        cls,
        settings: ContractSettings,
        service: str = "",
        *,
        identify: Identify | None = None,
        observer: Observer | None = None,
    ) -> "Contract":
        """The contract that the settings of a service ask for."""
        return cls(
            proxies=TrustedProxies.of(settings.trusted_proxies),
            limiter=RateLimiter.of(settings, service),
            guesses=Guesses.of(settings),
            admission=Admission.of(settings),
            bodies=BodyGuard(settings.max_body_bytes, settings.body_timeout_s),
            cors_origins=settings.cors_origins,
            open_paths=frozenset(f"/{service}/{path}" for path in ("health/live", "health/ready", "metrics")),
            identify=identify,
            observer=observer,
        )


class RequestLayer:
    """Gives each request an id, names it in the answer, and makes every error a problem document.

    What nobody caught is logged whole and answered opaquely; an error that a library answered by itself (a range
    outside a file, a missing static file) is replaced.
    """

    def __init__(self, app: ASGIApp, contract: Contract) -> None:
        self.contract = contract
        self.app = _with_cors(HeadAsGet(app), contract.cors_origins)
        self.own_answer = _with_cors(_send_own_answer, contract.cors_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        contract = self.contract
        started = time.perf_counter()
        headers: RawHeaders = dict(scope["headers"])
        scope["request_id"] = request_id(headers)
        answer = _Answer(send, scope, keyed=b"authorization" in headers)
        if contract.observer is not None:
            contract.observer.begin(scope)
        try:
            await self._serve(scope, receive, answer, headers)
        finally:
            if contract.observer is not None:
                contract.observer.end(scope, answer.status, time.perf_counter() - started)

    async def _serve(self, scope: Scope, receive: Receive, answer: "_Answer", headers: RawHeaders) -> None:
        """Answer, whatever happens: with the app's answer or with a problem document."""
        try:
            check_host(scope, headers)
            self.contract.proxies.apply(scope)
            if scope["path"] in self.contract.open_paths:
                await self.app(scope, receive, answer)
            else:
                await self._admit(scope, receive, answer, headers)
        except Problem as problem:
            answer.problem = problem
        except Exception as error:
            answer.problem = from_trouble(error)
            if answer.problem is None:
                logger.exception("request %s failed: %s %s", scope["request_id"], scope["method"], scope["path"])
                answer.problem = Problem(problems.INTERNAL, UNEXPECTED)
            if answer.started:
                raise
        if answer.problem is not None and not answer.started:
            scope["own_answer"] = problem_response(Request(scope, receive), answer.problem)
            own_answer = _send_own_answer if scope["method"] == "OPTIONS" else self.own_answer
            await own_answer(scope, receive, answer.pass_on)

    async def _admit(self, scope: Scope, receive: Receive, answer: "_Answer", headers: RawHeaders) -> None:
        """Let the request through to the app when nothing speaks against it, each concern in turn."""
        contract = self.contract
        if scope["method"] in UNANSWERED_METHODS:
            raise Problem(
                problems.METHOD_NOT_ALLOWED, NO_METHOD, headers={"Allow": allowed_methods(Request(scope, receive))}
            )
        with contract.admission.enter(scope, headers) as place:
            client = await self._client(scope, headers)
            answer.limit_headers = contract.limiter.count(client, scope["method"], scope["path"])
            if not has_body(headers):
                place.claim(client)
                await self.app(scope, receive, answer)
                return
        with contract.admission.receive() as place:  # whoever is slow to send it keeps nobody from working meanwhile
            place.claim(client)
            receive = await contract.bodies.received(receive, headers)
        with contract.admission.enter(scope, headers) as place:
            place.claim(client)
            await self.app(scope, receive, answer)

    async def _client(self, scope: Scope, headers: RawHeaders) -> str:
        """The name that this request counts under: its key's, else its address."""
        contract = self.contract
        address = contract.proxies.bucket(scope)
        authorization = headers.get(b"authorization")
        if authorization is None or contract.identify is None:
            return address
        identified = partial(contract.identify, scope, authorization)
        return await contract.guesses.watch(identified, authorization, address) or address


def _with_cors(app: ASGIApp, origins: tuple[str, ...]) -> ASGIApp:
    """The app for browsers on these origins too. Never with credentials: a key is sent by hand, no cookie is."""
    if not origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
        allow_headers=CORS_REQUEST_HEADERS,
        expose_headers=CORS_ANSWER_HEADERS,
        allow_credentials=False,
    )


CORS_REQUEST_HEADERS = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "If-Range",
    "Last-Event-ID",
    "X-Request-Id",
    "traceparent",
    "tracestate",
)
CORS_ANSWER_HEADERS = (
    "Accept-Patch",
    "Accept-Ranges",
    "Allow",
    "Content-Language",
    "Content-Range",
    "ETag",
    "Idempotent-Replayed",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-Id",
)
"""Everything that an answer may say beyond what pages of other origins see by themselves."""


async def _send_own_answer(scope: Scope, receive: Receive, send: Send) -> None:
    await scope["own_answer"](scope, receive, send)


@dataclass(slots=True)
class _Answer:
    """Passes an answer on, but for errors that are no problem documents: of those it keeps what a problem needs."""

    send: Send
    scope: Scope
    keyed: bool
    status: int = 499
    started: bool = False
    problem: Problem | None = None
    limit_headers: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= FIRST_ERROR_STATUS:
            headers = Headers(raw=message["headers"])
            if headers.get("content-type") != MEDIA_TYPE:
                self.problem = from_answer(message["status"], headers)
        if self.problem is None:
            await self.pass_on(message)

    async def pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            message["headers"] = complete(self.scope, message, self.limit_headers, keyed=self.keyed)
        elif self.scope["method"] == "HEAD":
            message["body"] = b""
        await self.send(message)
