"""Run by the tests as a process of its own: owns a state folder and its PostgreSQL until SIGTERM.

Prints one JSON line when it serves; prints the LocalError and exits with 1 when it cannot.
"""

import argparse
import json
import signal
import sys
from pathlib import Path

from services.local import as_user
from services.local.errors import LocalError
from services.local.privileges import CAP_DAC_READ_SEARCH
from services.local.state import State

arguments = argparse.ArgumentParser()
arguments.add_argument("folder", type=Path)
arguments.add_argument("--as-user", type=int, nargs=2, metavar=("UID", "GID"))
options = arguments.parse_args()

if options.as_user:
    # The user keeps the right to read everything: Python and the clone may be out of its reach.
    uid, gid = options.as_user
    as_user.become(uid, gid, CAP_DAC_READ_SEARCH)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
try:
    with State.acquire(options.folder, "http://127.0.0.1:8000") as state:
        (state.subfolder("search") / "index").touch()
        with state.postgres({"fsync": "off"}) as postgres:
            postgres.create_database("catalog", exist_ok=True)
            sys.stdout.write(json.dumps({"url": postgres.url("catalog"), "postmaster": postgres.pid}) + "\n")
            sys.stdout.flush()
            signal.pause()
except LocalError as error:
    sys.exit(str(error))
