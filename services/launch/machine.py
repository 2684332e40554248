"""What the services need of this machine: a state folder, databases, keys, the data set."""

import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from sqlalchemy import make_url

from services.catalog.access.administration import (
    ADMIN_SCOPES,
    create_key,
    ensure_association,
    knows,
    transaction_on,
)
from services.catalog.loading.files import MissingFileError
from services.catalog.loading.loader import LoadReport, load
from services.common.access.scopes import Scope
from services.common.migrations import migrate
from services.launch.databases import require_reachable
from services.launch.stopping import blocking
from services.local.errors import LocalError
from services.local.state import State

PROJECT = Path(__file__).parent.parent.parent
DATA = PROJECT / "data"
SERVICES = ("catalog", "search", "matching", "webhooks")
DATABASES = ("catalog", "matching", "webhooks")
"""Services with a database of their own; `{SERVICE}_DATABASE_URL` points one elsewhere."""

ADMIN_KEY = "admin-key"
SERVICE_KEY = "service-key"
KEYS = {ADMIN_KEY: ADMIN_SCOPES, SERVICE_KEY: (Scope.INTROSPECT,)}
"""Files in the state folder that hold a key, and the scopes of each."""

SEALING_KEY = "webhooks-key"
"""The file in the state folder that holds the key under which webhooks keeps the secrets of endpoints."""

RUNNING_CATALOG = "catalog-database"
"""The file in the state folder that tells `letsfood load` where the running catalog's database is."""

console = Console(stderr=True, highlight=False)


@dataclass(frozen=True)
class Machine:
    """An acquired state folder, and the databases by service."""

    state: State
    databases: Mapping[str, str]

    def environment(self, addresses: Mapping[str, str]) -> dict[str, str]:
        """The settings of every service as environment variables; once it is prepared.

        `addresses` are where each answers; public ones that this process was told of hold.
        """
        service_key = (self.state.folder / SERVICE_KEY).read_text().strip()
        public = {f"{service.upper()}_PUBLIC_URL": address for service, address in addresses.items()}
        return {name: os.environ.get(name) or address for name, address in public.items()} | {
            "CATALOG_DATABASE_URL": self.databases["catalog"],
            "CATALOG_SNAPSHOT_FOLDER": str(self.state.subfolder("snapshots")),
            "CATALOG_ENVIRONMENT": "development",
            "SEARCH_INDEX_FOLDER": str(self.state.subfolder("search")),
            "SEARCH_CATALOG_KEY": service_key,
            "SEARCH_ENVIRONMENT": "development",
            "MATCHING_DATABASE_URL": self.databases["matching"],
            "MATCHING_CATALOG_KEY": service_key,
            "MATCHING_ENVIRONMENT": "development",
            "WEBHOOKS_DATABASE_URL": self.databases["webhooks"],
            "WEBHOOKS_CATALOG_KEY": service_key,
            "WEBHOOKS_SECRET_KEYS": (self.state.folder / SEALING_KEY).read_text().strip(),
            "WEBHOOKS_ENVIRONMENT": "development",
        }


def database_variable(service: str) -> str:
    """The environment variable that says where a service's database is."""
    return f"{service.upper()}_DATABASE_URL"


def migrations_of(service: str) -> Path:
    """Alembic's folder for a service's database."""
    return PROJECT / "services" / service / "migrations"


def configured_databases(environment: Mapping[str, str]) -> dict[str, str] | None:
    """The databases that the environment names; None for none. Raises `LocalError` when it names some only."""
    names = {service: database_variable(service) for service in DATABASES}
    given = {service: environment[name] for service, name in names.items() if environment.get(name)}
    if given and len(given) < len(names):
        missing = ", ".join(names[service] for service in names if service not in given)
        raise LocalError(f"Set {missing} too, or none of them to use the embedded PostgreSQL.")
    return given or None


def running_databases(state_dir: Path) -> dict[str, str] | None:
    """The databases of a running `up`, by service; None when none runs there."""
    recorded = state_dir / RUNNING_CATALOG
    if not recorded.exists():
        return None
    address = make_url(recorded.read_text().strip())
    return {name: address.set(database=name).render_as_string(hide_password=False) for name in DATABASES}


@asynccontextmanager
async def machine(state_dir: Path, url: str) -> AsyncIterator[Machine]:
    """Everything that the services need, as long as the block runs; nothing is left running after it."""
    configured = configured_databases(os.environ)
    state = await blocking(State.acquire, state_dir, url)
    try:
        if configured is not None:
            for service, address in configured.items():
                await require_reachable(database_variable(service), address)
            yield Machine(state, configured)
            return
        postgres = state.postgres()
        recorded = state.folder / RUNNING_CATALOG
        try:
            await blocking(postgres.start)
            for name in DATABASES:
                await blocking(postgres.create_database, name, exist_ok=True)
            recorded.write_text(postgres.url("catalog") + "\n")
            yield Machine(state, {name: postgres.url(name) for name in DATABASES})
        finally:
            recorded.unlink(missing_ok=True)
            await blocking(postgres.stop)
    finally:
        state.release()


async def prepare(place: Machine) -> None:
    """Migrate every database and load the data set; raises `LocalError` when a file of it cannot be loaded."""
    for service, url in place.databases.items():
        await migrate(migrations_of(service), url)
    await keep_keys(place)
    await keep_sealing_key(place)
    report = await load_with_progress(place.databases["catalog"], DATA)
    if report.errors:
        raise LocalError(f"The data set has {len(report.errors)} error(s); the first: {report.errors[0]}")


async def keep_keys(place: Machine) -> None:
    """Make the association's keys on a first start: one that may do everything, and one with which services check keys.

    They are kept in the state folder, readable by its owner only. A key that the database holds is left alone, also
    when it was revoked.
    """
    async with transaction_on(place.databases["catalog"]) as session:
        association = await ensure_association(session)
        for name, scopes in KEYS.items():
            path = place.state.folder / name
            former = path.read_text().strip() if path.exists() else ""
            if not await knows(session, former):
                _, key = await create_key(session, association.slug, name, scopes)
                await blocking(_write_secret, path, str(key))


async def keep_sealing_key(place: Machine) -> None:
    """Make the key that encrypts the secrets of endpoints on a first start; without it they could not be read again."""
    path = place.state.folder / SEALING_KEY
    if not path.exists():
        await blocking(_write_secret, path, urlsafe_b64encode(secrets.token_bytes(32)).decode())


def _write_secret(path: Path, secret: str) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{secret}\n")
    unfinished.replace(path)


async def load_with_progress(url: str, folder: Path, *, skip_invalid: bool = False) -> LoadReport:
    """Load a folder, showing a bar for each file; raises `LocalError` when it lacks what the others need."""
    with Progress(console=console, transient=True) as bars:
        tasks = {}

        def advance(file: str, done: int, total: int) -> None:
            if file not in tasks:
                tasks[file] = bars.add_task(f"Loading {file}", total=total)
            bars.update(tasks[file], completed=done)

        try:
            return await load(url, folder, advance, skip_invalid=skip_invalid)
        except MissingFileError as error:
            raise LocalError(str(error)) from error
