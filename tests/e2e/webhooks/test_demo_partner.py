"""`make demo-partner`, as it stands: a partner that follows, is killed, and ends with the same records."""

import re
import subprocess
import sys

import psutil

from tests.conftest import ROOT


def test_a_partner_that_was_killed_catches_up_and_is_the_same_in_ids_and_versions() -> None:
    demo = subprocess.run(
        [sys.executable, "-m", "demo.partner"], cwd=ROOT, capture_output=True, text=True, timeout=400, check=False
    )
    assert demo.returncode == 0, demo.stdout + demo.stderr
    rounds = [int(count) for count in re.findall(r"the same (\d+) records", demo.stdout)]
    assert len(rounds) == 5
    assert rounds[2] == rounds[1] + 1 == rounds[3] + 1, "added while it ran, archived while it was away"
    rows = re.findall(r"^│ (\w+) +│ +(\d+) │ +(\d+) │ +(\d+) │$", demo.stdout, re.MULTILINE)
    assert {kind for kind, *_ in rows} >= {"territory", "initiative", "cooperation", "vocabulary"}
    assert all(ours == theirs and other == "0" for _, ours, theirs, other in rows), demo.stdout
    assert [process for process in psutil.process_iter() if "demo.partner.network" in process.cmdline()] == []
