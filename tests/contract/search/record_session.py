"""Records `session.live` against a real server: python -m tests.contract.search.record_session URL

The server has to be empty and its master key `session.KEY`. Run it after a change to what the adapter sends.
"""

import asyncio
import json
import sys
from pathlib import Path

import httpx

from tests.contract.search.loopback import Request, Response, served
from tests.contract.search.session import live

RECORDING = Path(__file__).parent / "exchanges" / "session.jsonl"


def record(url: str) -> None:
    """Pass every request on to the server at `url`, and write down both sides."""
    lines: list[str] = []
    with httpx.Client(base_url=url) as server:

        def pass_on(request: Request) -> Response:
            real = server.request(
                request.method, request.path, params=request.query, headers=request.headers, json=request.body
            )
            headers = {"Content-Type": real.headers["content-type"]} if real.content else {}
            response = Response(real.status_code, headers, real.json() if real.content else None)
            exchange = {"request": vars(request), "response": vars(response)}
            lines.append(json.dumps(exchange, ensure_ascii=False))
            return response

        with served(pass_on) as proxy:
            asyncio.run(live(proxy))
    RECORDING.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record(sys.argv[1])
