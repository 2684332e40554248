"""Schemathesis against the running services: every check, every phase, at least 1,000 cases each."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.standalone.conftest import Start

ROOT = Path(__file__).parents[3]
SEED = 20261123
CASES_AT_LEAST = 1000
EXAMPLES = {"catalog": 60, "search": 1000, "matching": 1000, "webhooks": 40}
"""Cases of each phase and operation: search and matching have two or three with parameters, the others many."""

RATE_LIMITS = [
    f"{service}_RATE_LIMIT_{kind}"
    for service in ("CATALOG", "SEARCH", "MATCHING", "WEBHOOKS")
    for kind in ("READ", "SEARCH", "WRITE", "SECRETS", "INTROSPECTION")
]
"""A test of the limits is not what this is: 429 is answered as documented, and everything would be."""


@pytest.mark.check
def test_every_answer_is_as_documented(start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in RATE_LIMITS:
        monkeypatch.setenv(name, "1000000/second")
    monkeypatch.setenv("WEBHOOKS_ENDPOINTS_PER_PARTNER", "1000000")
    monkeypatch.setenv("WEBHOOKS_DELIVER", "false")  # invented endpoints are somebody's
    up = start().wait_until_served()
    key = (up.state / "admin-key").read_text().strip()
    for service, examples in EXAMPLES.items():
        finished = subprocess.run(
            [
                str(Path(sys.executable).with_name("st")),
                *("--config-file", str(ROOT / "schemathesis.toml")),
                *("run", f"{up.base}/{service}/openapi.json"),
                *("--max-examples", str(examples), "--seed", str(SEED), "--continue-on-failure"),
                *("--request-timeout", "40", "--header", f"Authorization: Bearer {key}"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout[-20_000:]
        generated = re.search(r"(\d+) generated", finished.stdout)
        assert generated is not None, finished.stdout[-2000:]
        assert int(generated.group(1)) >= CASES_AT_LEAST
