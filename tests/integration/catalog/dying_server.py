"""A real server of the catalog that dies of kill -9 after a commit, before the first byte of the answer leaves.

`python -m tests.integration.catalog.dying_server <database url> <port>`. The app is the catalog's own, unpatched: a
creation is committed before its answer is sent, and the answer to any POST ends the process.
"""

import os
import signal
import sys

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings


class DyingAtTheAnswer:
    """Passes everything on but the answer to a POST."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dying(message: Message) -> None:
            if scope["method"] == "POST" and message["type"] == "http.response.start":
                assert message["status"] == 201, message
                os.kill(os.getpid(), signal.SIGKILL)
            await send(message)

        await self.app(scope, receive, dying if scope["type"] == "http" else send)


if __name__ == "__main__":
    url, port = sys.argv[1:]
    app = DyingAtTheAnswer(create_app(CatalogSettings(database_url=url)))
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")
