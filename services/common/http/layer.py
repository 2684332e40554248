"""What every request of every service passes through, as one plain ASGI layer."""

import logging
import re

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.common import problems
from services.common.http.errors import MEDIA_TYPE, UNEXPECTED, from_answer, problem_response
from services.common.ids import new_id
from services.common.problems import Problem

logger = logging.getLogger(__name__)

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""A caller's own request id is kept when it is short and plain, so that it can stand in a log line."""

FIRST_ERROR_STATUS = 400


class RequestLayer:
    """Gives each request an id, names it in the answer, and makes every error a problem document.

    What nobody caught is logged whole and answered opaquely; an error that a library answered by itself (a range
    outside a file, a missing static file) is replaced.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        given = request.headers.get("x-request-id", "")
        scope["request_id"] = given if REQUEST_ID.fullmatch(given) else str(new_id())
        answer = _Answer(send, scope["request_id"])
        try:
            await self.app(scope, receive, answer)
        except Exception:
            logger.exception("request %s failed: %s %s", scope["request_id"], scope["method"], scope["path"])
            if answer.started:
                raise
            answer.problem = Problem(problems.INTERNAL, UNEXPECTED)
        if answer.problem is not None:
            await problem_response(request, answer.problem)(scope, receive, answer.pass_on)


class _Answer:
    """Passes an answer on, but for errors that are no problem documents: of those it keeps what a problem needs."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.started = False
        self.problem: Problem | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= FIRST_ERROR_STATUS:
            headers = MutableHeaders(scope=message)
            if headers.get("content-type") != MEDIA_TYPE:
                self.problem = from_answer(message["status"], headers)
        if self.problem is None:
            await self.pass_on(message)

    async def pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            MutableHeaders(scope=message)["X-Request-Id"] = self._request_id
        await self._send(message)
