"""A small data set of real rows, and two partners that speak for the same territory."""

import shutil
from pathlib import Path

import httpx
import pytest

from tests.conftest import DATA
from tests.integration.catalog.data_folder import Folder
from tests.integration.catalog.partners import Headers, Partner, give_mandate, make_partner


@pytest.fixture
def small(tmp_path: Path) -> Folder:
    """A handful of the real rows that refer to one another, with every code and network."""
    path = tmp_path / "data"
    shutil.copytree(DATA, path)
    folder = Folder(path)
    places = {"montpellier", "fes", "lyon"}
    folder.write("territories", [row for row in folder.lines("territories") if row["slug"] in places])
    folder.write("initiatives", [row for row in folder.lines("initiatives") if row["territory"] in places][:6])
    kept = {row["slug"] for row in folder.lines("initiatives")}
    folder.write("translations", [row for row in folder.lines("translations") if row["slug"] in kept])
    both = [row for row in folder.lines("cooperations") if {row["a"], row["b"]} <= places | {None}]
    folder.write("cooperations", both[:3])
    for name in ("territories", "initiatives", "cooperations"):
        kept = {row["slug"] for row in folder.lines(name)}
        folder.write(f"{name}_seed", [row for row in folder.lines(f"{name}_seed") if row["slug"] in kept])
    organizations = folder.lines("organizations")
    for row in organizations:
        row["roles"] = [role for role in row.get("roles", []) if role["territory"] in places]
    folder.write("organizations", organizations)
    folder.keep_consistent()
    return folder


@pytest.fixture
async def a(catalog: httpx.AsyncClient, as_admin: Headers) -> Partner:
    """A partner with a mandate for Fès."""
    partner = await make_partner(catalog, as_admin, "a")
    await give_mandate(catalog, as_admin, partner, "fes")
    return partner


@pytest.fixture
async def b(catalog: httpx.AsyncClient, as_admin: Headers) -> Partner:
    """Another partner with a mandate for Fès too: what it may not do is a matter of owning."""
    partner = await make_partner(catalog, as_admin, "b")
    await give_mandate(catalog, as_admin, partner, "fes")
    return partner
