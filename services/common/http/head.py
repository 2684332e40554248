"""HEAD: what GET would be answered, without the body (RFC 9110, 9.3.2), on every route that has GET."""

from starlette.types import ASGIApp, Receive, Scope, Send

ASKED = "head"
"""Marks a scope whose method is GET for the router alone."""


class HeadAsGet:
    """Has HEAD routed as GET, so that no route need name it; the request layer keeps the body back.

    A route of ours gets its method back (`restore_method`): one that would wait or stream has nothing to wait for.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        # A range is asked of GET alone (RFC 9110, 14.2). The server keeps its own scope, by which it knows HEAD.
        headers = [header for header in scope["headers"] if header[0] != b"range"]
        routed = {**scope, "method": "GET", "headers": headers, ASKED: True}
        try:
            await self.app(routed, receive, send)
        finally:
            scope.update({name: value for name, value in routed.items() if name not in {"method", "headers"}})


def restore_method(scope: Scope) -> None:
    """HEAD again, once a route has been found by GET."""
    if ASKED in scope:
        scope["method"] = "HEAD"
