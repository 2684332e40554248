"""The data folder: made whole or not at all."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from services.local.binaries import MAJOR_VERSION, Binaries
from services.local.errors import LocalError
from services.local.ownership import remove_tree
from services.local.privileges import Runner
from services.local.processes import kill_initializers

SUPERUSER = "postgres"

# A minimal one: PG* variables of the caller change what PostgreSQL's programs do, and its locale the cluster's.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

_UNFINISHED = "initdb-"
_INITDB_SECONDS = 120


def ensure_cluster(data: Path, binaries: Binaries, runner: Runner, *, durable: bool) -> None:
    """Return when `data` is a complete data folder of our PostgreSQL version.

    Raises LocalError when it cannot be made, or was made by another version; OSError as the file system does.
    """
    discard_unfinished(data.parent, runner)
    if not data.exists():
        _initialize(data, binaries, runner, durable=durable)
        return
    version_file = data / "PG_VERSION"
    version = version_file.read_text().strip() if version_file.exists() else "no PostgreSQL"
    if version != MAJOR_VERSION:
        raise LocalError(f"{data} is of {version}, not of PostgreSQL {MAJOR_VERSION}: clear it with 'make reset'")


def discard_unfinished(folder: Path, runner: Runner) -> None:
    """Remove what an interrupted initdb left, ending it first if it still works there."""
    for unfinished in folder.glob(f"{_UNFINISHED}*"):
        kill_initializers(unfinished, runner)
        remove_tree(unfinished)


def _initialize(data: Path, binaries: Binaries, runner: Runner, *, durable: bool) -> None:
    unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=data.parent))
    runner.give(unfinished)
    command = [
        str(binaries.initdb),
        *("-D", str(unfinished)),
        *("--username", SUPERUSER, "--auth", "trust"),
        *("--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
        *(() if durable else ("--no-sync",)),
    ]
    process = runner.start(command, output=subprocess.PIPE, environment=ENVIRONMENT)
    try:
        printed, _ = process.communicate(timeout=_INITDB_SECONDS)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    if process.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        lines = printed.decode(errors="replace").strip().splitlines() or ["initdb failed"]
        reason = next((line for line in lines if "error" in line or "FATAL" in line), lines[-1])
        raise LocalError(f"PostgreSQL's data folder cannot be made: {reason}")
    unfinished.rename(data)
