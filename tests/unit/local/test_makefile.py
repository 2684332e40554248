import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_help_is_the_default_and_lists_every_target() -> None:
    targets = re.findall(r"^\.PHONY: (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    told = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [line.split()[1] for line in told.splitlines()] == targets
    assert all(len(line.split()) > 2 for line in told.splitlines())
    assert {"up", "up-services", "down", "reset", "test", "check", "lint", "help"} <= set(targets)
