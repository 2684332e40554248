"""`letsfood keys` and `letsfood partners`, and the keys that a first start makes."""

import asyncio
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from services.cli import app
from services.common.access.keys import parse_key
from services.launch.apart import environment_apart
from services.launch.machine import (
    ADMIN_KEY,
    DATABASES,
    SEALING_KEY,
    SERVICE_KEY,
    SERVICES,
    Machine,
    keep_keys,
    keep_sealing_key,
)
from services.local.state import State
from tests.conftest import running

Letsfood = Callable[..., str]
TOGETHER = "http://127.0.0.1:8123"


@pytest.fixture
def letsfood(empty_catalog_database: str) -> Letsfood:
    """Runs a command on an empty catalog; returns what it prints."""

    def run(*arguments: str, fails: bool = False) -> str:
        done = CliRunner().invoke(app, arguments, env={"CATALOG_DATABASE_URL": empty_catalog_database})
        assert done.exit_code == int(fails), done.output
        assert not isinstance(done.exception, Exception), done.exception
        return done.output.strip()

    return run


def answered(url: str, key: str, path: str = "/catalog/v1/partners") -> httpx.Response:
    async def ask() -> httpx.Response:
        async with running(create_app(CatalogSettings(database_url=url))) as catalog:
            return await catalog.get(path, headers={"Authorization": f"Bearer {key}"})

    return asyncio.run(ask())


def test_a_key_is_made_listed_rotated_and_revoked(letsfood: Letsfood, empty_catalog_database: str) -> None:
    letsfood("partners", "create", "a", "--name", "A", "--kind", "network")
    assert "a  A  network  active" in letsfood("partners", "list")
    key = letsfood("keys", "create", "a", "--name", "sync", "--scope", "records:write", "--scope", "keys:manage")
    parsed = parse_key(key)
    assert parsed is not None
    assert answered(empty_catalog_database, key).json()["items"][0]["slug"] == "a"
    listed = letsfood("keys", "list")
    assert f"lf_{parsed.public_id}_…  a  sync  keys:manage records:write  in use" in listed
    assert parsed.secret not in listed

    rotated = letsfood("keys", "rotate", parsed.public_id, "--overlap-seconds", "0")
    assert answered(empty_catalog_database, key).status_code == 401
    assert answered(empty_catalog_database, rotated).status_code == 200
    new = parse_key(rotated)
    assert new is not None
    assert letsfood("keys", "revoke", new.public_id) == "Revoked."
    assert answered(empty_catalog_database, rotated).status_code == 401
    assert "revoked" in letsfood("keys", "list")


@pytest.mark.parametrize(
    "arguments",
    [
        ("keys", "create", "nobody", "--name", "x"),
        ("keys", "create", "lets-food", "--name", "x", "--expires", "2001-01-01"),
        ("keys", "revoke", "000000000000"),
        ("keys", "rotate", "01a20669-fcc0-705f-ae16-80325fac86d5"),
        ("partners", "create", "lets-food", "--name", "Twice", "--kind", "association"),
        ("partners", "create", "A B", "--name", "x", "--kind", "network"),
        ("partners", "create", "a", "--name", "x", "--kind", "nothing"),
    ],
)
def test_what_cannot_be_done_is_one_line(letsfood: Letsfood, arguments: tuple[str, ...]) -> None:
    assert len(letsfood(*arguments, fails=True).splitlines()) == 1


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Machine]:
    """A machine with its keys made."""
    state = State.acquire(tmp_path / "state", TOGETHER)
    try:
        for name in (SERVICE_KEY, SEALING_KEY):
            (state.folder / name).write_text("x")
        yield Machine(state, dict.fromkeys(DATABASES, "postgresql://"))
    finally:
        state.release()


def test_addresses_in_answers_and_events_are_those_that_it_serves_on_unless_told(
    monkeypatch: pytest.MonkeyPatch, place: Machine
) -> None:
    monkeypatch.setenv("CATALOG_PUBLIC_URL", "https://letsfood.example")
    given = place.environment(dict.fromkeys(SERVICES, TOGETHER))
    assert given["WEBHOOKS_PUBLIC_URL"] == TOGETHER
    assert "WEBHOOKS_CATALOG_PUBLIC_URL" not in given, "it is where webhooks is, also behind a gateway"
    assert given["CATALOG_PUBLIC_URL"] == "https://letsfood.example"


def test_services_in_processes_of_their_own_have_each_an_address_of_its_own(
    monkeypatch: pytest.MonkeyPatch, place: Machine
) -> None:
    apart = {name: f"http://127.0.0.1:{number}" for number, name in enumerate(SERVICES, 8000)}
    given = environment_apart(place, apart)
    for name, address in apart.items():
        assert given[f"{name.upper()}_PUBLIC_URL"] == address
    assert apart["catalog"] != apart["webhooks"]
    for name in ("SEARCH_CATALOG_URL", "MATCHING_CATALOG_URL", "WEBHOOKS_CATALOG_URL", "WEBHOOKS_CATALOG_PUBLIC_URL"):
        assert given[name] == apart["catalog"]
    monkeypatch.setenv("CATALOG_PUBLIC_URL", "https://catalog.example")
    assert environment_apart(place, apart)["WEBHOOKS_CATALOG_PUBLIC_URL"] == "https://catalog.example"
    monkeypatch.setenv("WEBHOOKS_CATALOG_PUBLIC_URL", "https://data.example")
    assert environment_apart(place, apart)["WEBHOOKS_CATALOG_PUBLIC_URL"] == "https://data.example"


def test_a_first_start_makes_its_keys_and_later_ones_keep_them(empty_catalog_database: str, tmp_path: Path) -> None:
    url = empty_catalog_database
    state = State.acquire(tmp_path / "state", "http://127.0.0.1:1")
    try:
        place = Machine(state, {"catalog": url, "matching": url, "webhooks": url})
        asyncio.run(keep_keys(place))
        asyncio.run(keep_sealing_key(place))
        files = {name: state.folder / name for name in (ADMIN_KEY, SERVICE_KEY)}
        first = {name: path.read_text() for name, path in files.items()}
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files.values())
        assert answered(url, first[ADMIN_KEY].strip(), "/catalog/v1/api-keys").status_code == 200
        assert answered(url, first[SERVICE_KEY].strip(), "/catalog/v1/api-keys").status_code == 403
        assert place.environment({})["SEARCH_CATALOG_KEY"] == first[SERVICE_KEY].strip()

        sealing = state.folder / SEALING_KEY
        assert stat.S_IMODE(sealing.stat().st_mode) == 0o600
        assert place.environment({})["WEBHOOKS_SECRET_KEYS"] == sealing.read_text().strip()
        kept = sealing.read_text()
        asyncio.run(keep_sealing_key(place))
        assert sealing.read_text() == kept, "another one could not open what is in the database"

        asyncio.run(keep_keys(place))
        assert {name: path.read_text() for name, path in files.items()} == first

        files[ADMIN_KEY].write_text("lf_of_a_former_release\n")
        asyncio.run(keep_keys(place))
        again = files[ADMIN_KEY].read_text()
        assert again != first[ADMIN_KEY]
        assert files[SERVICE_KEY].read_text() == first[SERVICE_KEY]
        assert answered(url, again.strip()).status_code == 200
    finally:
        state.release()
