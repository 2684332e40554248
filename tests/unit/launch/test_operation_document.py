"""`docs/operation.md` lists the metrics that there are."""

import re
from pathlib import Path

import httpx

from services.launch.documents import service_apps

DOCUMENT = Path(__file__).parent.parent.parent.parent / "docs" / "operation.md"


async def test_every_metric_of_every_service_is_listed_and_no_other() -> None:
    exposed = set()
    for name, app in service_apps().items():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            text = (await client.get(f"/{name}/metrics")).text
        exposed |= set(re.findall(r"^# TYPE (letsfood_\w+) ", text, flags=re.MULTILINE))
    listed = set(re.findall(r"^\| `(letsfood_\w+)` \|", DOCUMENT.read_text(), flags=re.MULTILINE))
    assert listed == exposed
