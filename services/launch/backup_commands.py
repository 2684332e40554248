"""`letsfood backup` and `letsfood restore` for people: which databases, and what became of them."""

import os
from pathlib import Path

from services.launch.backup import Contents, backup, restore
from services.launch.databases import require_reachable
from services.launch.machine import configured_databases, database_variable, machine, running_databases
from services.local.errors import LocalError


async def make_backup(folder: Path, state_dir: Path) -> list[str]:
    """Back up what the environment names, what `up` runs, or what the state folder holds; what was done, in lines."""
    databases = configured_databases(os.environ) or running_databases(state_dir)
    if databases is None:
        _require_state(state_dir)
        async with machine(state_dir, "backup") as place:
            contents = await backup(place.databases, folder)
    else:
        for service, url in databases.items():
            await require_reachable(database_variable(service), url)
        contents = await backup(databases, folder)
    return [f"Backed up into {folder}:", *_lines(contents), KEEP_THE_KEY]


KEEP_THE_KEY = "Secrets of endpoints are in it encrypted: keep WEBHOOKS_SECRET_KEYS elsewhere."


async def bring_back(folder: Path, state_dir: Path, *, replace: bool) -> list[str]:
    """Restore into what the environment names, else into the state folder's databases; what was done, in lines."""
    if running_databases(state_dir) is not None and configured_databases(os.environ) is None:
        raise LocalError("The services run: stop them first (`letsfood down`).")
    async with machine(state_dir, "restore") as place:
        contents = await restore(place.databases, folder, replace=replace)
    when = f"{contents.made_at:%Y-%m-%d %H:%M:%S} UTC"
    return [
        f"Restored as of {when}:",
        *_lines(contents),
        "Search and matching make themselves anew when they start; cursors from after that moment are refused (410).",
    ]


def _lines(contents: Contents) -> list[str]:
    return [f"  {service}: {dump.bytes / 1e6:.1f} MB" for service, dump in contents.databases.items()]


def _require_state(state_dir: Path) -> None:
    if not (state_dir / "postgres").is_dir():
        raise LocalError(f"There is nothing to back up: {state_dir} holds no databases.")
