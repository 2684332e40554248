"""Let's Food, as the demonstration uses it: over HTTP, as an administrator and as a partner."""

import json
from typing import Any

import httpx

from demo.partner.processes import NotInStep

MERGE_PATCH = "application/merge-patch+json"

Answer = dict[str, Any]


class LetsFood:
    """A caller with a key."""

    def __init__(self, address: str, key: str) -> None:
        self._client = httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=60)

    def ask(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Answer:
        """The JSON of the answer, empty where it has none; raises `NotInStep` for an error."""
        answer = self._client.request(method, path, json=body, headers=headers)
        if answer.is_error:
            raise NotInStep(f"{method} {path} answered {answer.status_code}: {answer.text}")
        return answer.json() if answer.content else {}

    def change(self, path: str, **fields: object) -> None:
        """Change a record by a merge patch."""
        self.ask("PATCH", path, fields, {"Content-Type": MERGE_PATCH, "If-Match": self._etag(path)})

    def archive(self, path: str) -> None:
        """Take a record out of publication."""
        self.ask("DELETE", f"{path}?reason=Demonstration", headers={"If-Match": self._etag(path)})

    def versions(self) -> dict[str, int]:
        """The version of each published record, by `kind/id`."""
        lines = self._client.get("/catalog/v1/snapshot").raise_for_status().content.splitlines()
        records = map(json.loads, lines[1:-1])
        return {f"{record['type']}/{record['id']}": record["version"] for record in records}

    def _etag(self, path: str) -> str:
        return self._client.get(path).raise_for_status().headers["etag"]
