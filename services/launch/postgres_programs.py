"""PostgreSQL's own programs for copies of a database. Its address goes by the environment: arguments are everybody's
to see.
"""

import asyncio
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import make_url

from services.local.binaries import find_binaries
from services.local.errors import LocalError

_BY_QUERY = {"host": "PGHOST", "port": "PGPORT", "sslmode": "PGSSLMODE", "user": "PGUSER", "password": "PGPASSWORD"}


async def dump(url: str, file: Path) -> None:
    """Write the schema `public` of the database into a file of `pg_dump`'s own format, from one moment."""
    await _run("pg_dump", url, "--format=custom", "--schema=public", "--no-owner", "--no-privileges", f"--file={file}")


async def restore_into(url: str, file: Path) -> None:
    """Put what `dump` wrote into an empty schema `public`, all or nothing."""
    options = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--schema=public")
    await _run("pg_restore", url, *options, f"--dbname={environment_of(url)['PGDATABASE']}", str(file))


async def _run(program: str, url: str, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        _find(program),
        *arguments,
        env={**os.environ, **environment_of(url)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    if process.returncode:
        raise LocalError(f"{program} failed: {said.decode(errors='replace').strip()}")


def _find(program: str) -> str:
    """The program beside the embedded PostgreSQL, else the one on PATH; raises `LocalError`."""
    try:
        beside = find_binaries().postgres.parent / program
    except LocalError:
        beside = None
    if beside is not None and beside.exists():
        return str(beside)
    if found := shutil.which(program):
        return found
    raise LocalError(f"{program} is not on PATH: install PostgreSQL's client programs.")


def environment_of(url: str) -> Mapping[str, str]:
    """The address in libpq's variables."""
    address = make_url(url)
    variables = {
        "PGHOST": address.host,
        "PGPORT": str(address.port) if address.port else None,
        "PGUSER": address.username,
        "PGPASSWORD": address.password,
        "PGDATABASE": address.database,
    }
    for name, value in address.query.items():
        if name in _BY_QUERY and isinstance(value, str):
            variables[_BY_QUERY[name]] = value
    return {name: str(value) for name, value in variables.items() if value}
