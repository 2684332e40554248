"""A small HTTP server on loopback in a thread: both of the adapter's clients speak to it as to any server."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEPT_HEADERS = ("authorization", "content-type")


@dataclass(frozen=True)
class Request:
    """What a client sent: the shape of the recorded exchanges."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Response:
    """What is answered; None for the body means none, and status 0 that the connection is closed without a word."""

    status: int
    headers: dict[str, str]
    body: Any


Answer = Callable[[Request], Response]


@contextmanager
def served(answer: Answer) -> Iterator[str]:
    """Serve `answer` and give the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            response = answer(self._read())
            if response.status == 0:
                self.close_connection = True
                return
            body = b"" if response.body is None else json.dumps(response.body).encode()
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_one  # noqa: N815 - the names that the library calls

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _read(self) -> Request:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            address = urlsplit(self.path)
            return Request(
                self.command,
                address.path,
                dict(parse_qsl(address.query)),
                {name: self.headers[name] for name in KEPT_HEADERS if name in self.headers},
                json.loads(raw) if raw else None,
            )

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
