"""The partner's process: told by webhooks *that* something changed, it reads from the feed *what*.

`WEBHOOK_SECRET=whsec_… python -m demo.partner.network LETSFOOD_URL PORT FILE`. `POST /hooks` takes deliveries,
`GET /records` says what it has.
"""

import json
import logging
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
from standardwebhooks import Webhook

from demo.partner.copy import Copy, SnapshotIncomplete

logger = logging.getLogger(__name__)

PAUSE_S = 2


def begin(letsfood: httpx.Client, own: Copy) -> None:
    """Become what is published now."""
    own.replace(letsfood.get("/catalog/v1/snapshot").raise_for_status().content.splitlines())


def follow(letsfood: httpx.Client, own: Copy) -> None:
    """Read the feed to its end, from the snapshot where there is no cursor yet, or the feed knows it no more."""
    if own.cursor() is None:
        begin(letsfood, own)
    more = True
    while more:
        where = {"since": own.cursor(), "include": "data", "limit": 500}
        answer = letsfood.get("/catalog/v1/changes", params=where)
        if answer.status_code == httpx.codes.GONE:
            begin(letsfood, own)
            continue
        page = answer.raise_for_status().json()
        own.apply(page)
        more = page["has_more"]


def receiver(own: Copy, webhook: Webhook, news: threading.Event) -> type[BaseHTTPRequestHandler]:
    """What answers: verifies, notes, and leaves the work to the follower."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                webhook.verify(body, dict(self.headers))
            except Exception as error:  # noqa: BLE001 - the library raises also others than its own
                logger.warning("refused: %s", error)
                return self.answer(401)
            if own.is_new(self.headers["webhook-id"]):
                news.set()
            return self.answer(204)

        def do_GET(self) -> None:
            self.answer(200, {"records": own.versions(), "deliveries": own.deliveries()})

        def answer(self, status: int, content: object = None) -> None:
            self.send_response(status)
            self.end_headers()
            if content is not None:
                self.wfile.write(json.dumps(content).encode())

    return Receiver


def main() -> None:
    """Receive in one thread, follow in another, until killed."""
    address, port, file = sys.argv[1:]
    own, news = Copy(Path(file)), threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), receiver(own, Webhook(os.environ["WEBHOOK_SECRET"]), news))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with httpx.Client(base_url=address, timeout=60) as letsfood:
        news.set()  # what happened before this start
        while True:
            news.wait()
            news.clear()
            try:
                follow(letsfood, own)
            except (httpx.HTTPError, SnapshotIncomplete) as error:
                logger.warning("not followed: %s", error)
                news.wait(PAUSE_S)
                news.set()


if __name__ == "__main__":
    main()
