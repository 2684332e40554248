"""`letsfood load` as people run it: what it says, and with which exit code."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from services.local.postgres import EmbeddedPostgres
from tests.conftest import DATA, ROOT

Finished = subprocess.CompletedProcess[str]


def letsfood(*arguments: str, url: str | None) -> Finished:
    environment = {name: value for name, value in os.environ.items() if name != "CATALOG_DATABASE_URL"}
    if url:
        environment["CATALOG_DATABASE_URL"] = url
    command = [sys.executable, "-m", "services.cli", "load", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def said(finished: Finished) -> str:
    assert "Traceback" not in finished.stderr
    return finished.stdout + finished.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    shutil.copytree(DATA, path)
    return path


def rewrite(path: Path, old: str, new: str) -> int:
    """Replace the first occurrence; returns the number of the line."""
    text = path.read_text()
    place = text.index(old)
    path.write_text(text[:place] + new + text[place + len(old) :])
    return text.count("\n", 0, place) + 1


def test_it_loads_and_says_how_much_and_the_second_time_that_it_is_there(empty_catalog_database: str) -> None:
    first = letsfood("data", url=empty_catalog_database)
    assert first.returncode == 0, said(first)
    for line in ("territories.jsonl: 953 new", "initiatives.jsonl: 1276 new", "cooperations.jsonl: 211 new"):
        assert line in said(first)
    second = letsfood("data", url=empty_catalog_database)
    assert (second.returncode, said(second).strip()) == (0, "Everything is loaded already.")


def test_a_wrong_row_is_named_on_one_line_and_the_exit_code_says_so(catalog_database: str, folder: Path) -> None:
    line = rewrite(folder / "initiatives.jsonl", '"start_year": 2021', '"start_year": "twenty twenty-one, or so"')
    finished = letsfood(str(folder), url=catalog_database)
    assert finished.returncode == 1
    errors = [one for one in said(finished).splitlines() if one.startswith(f"initiatives.jsonl:{line}: start_year: ")]
    assert len(errors) == 1
    assert errors[0].endswith("valid integer")
    assert "territories.jsonl: 953 unchanged" in said(finished)


def test_a_row_that_is_passed_over_is_still_an_error(empty_catalog_database: str, folder: Path) -> None:
    line = rewrite(folder / "networks.jsonl", '"start_year": 2015', '"start_year": 15')
    finished = letsfood(str(folder), "--skip-invalid", url=empty_catalog_database)
    assert finished.returncode == 1
    assert f"networks.jsonl:{line}: start_year: " in said(finished)
    assert "networks.jsonl: 16 new" in said(finished)


def test_very_many_errors_are_counted_not_listed(empty_catalog_database: str, folder: Path) -> None:
    path = folder / "initiatives.jsonl"
    path.write_text(path.read_text().replace('"url": null', '"url": 1'))
    finished = letsfood(str(folder), url=empty_catalog_database)
    assert finished.returncode == 1
    assert len(said(finished).splitlines()) < 80
    assert "more errors" in said(finished)


@pytest.mark.parametrize("name", ["nowhere", "README.md"])
def test_a_folder_that_is_none_is_one_clear_line(empty_catalog_database: str, name: str) -> None:
    finished = letsfood(name, url=empty_catalog_database)
    assert finished.returncode == 1
    assert said(finished).strip() == f"There is no folder {name}"


@pytest.mark.parametrize("needed", ["crosswalk.jsonl", "vocabularies"])
@pytest.mark.parametrize("option", ["--no-skip-invalid", "--skip-invalid"])
def test_a_missing_file_that_every_row_needs_is_one_line(
    catalog_database: str, folder: Path, tmp_path: Path, needed: str, option: str
) -> None:
    before = letsfood(str(folder), url=catalog_database)
    assert before.returncode == 0
    path = folder / needed
    path.rename(tmp_path / "taken away")
    finished = letsfood(str(folder), option, url=catalog_database)
    assert finished.returncode == 1
    [line] = said(finished).strip().splitlines()
    assert line.startswith(str(path))
    assert "is missing" in line


def test_what_is_wrong_is_said_without_the_validators_own_trimmings(catalog_database: str, folder: Path) -> None:
    years = '"start_year": 2021, "end_year": '
    line = rewrite(folder / "initiatives.jsonl", f"{years}null", f"{years}1999")
    finished = letsfood(str(folder), url=catalog_database)
    assert finished.returncode == 1
    assert f"initiatives.jsonl:{line}: end_year: before start_year (2021)" in said(finished).splitlines()
    assert "Value error" not in said(finished)
    assert "pydantic" not in said(finished)


def test_without_a_database_it_says_which_setting_is_missing(tmp_path: Path) -> None:
    finished = letsfood("data", "--state-dir", str(tmp_path), url=None)
    assert finished.returncode == 1
    assert "CATALOG_DATABASE_URL" in said(finished)


def test_a_database_that_cannot_be_used_is_one_clear_line(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    postgres.create_database("never_migrated", exist_ok=True)
    (tmp_path / "empty").mkdir()
    away = f"postgresql://letsfood@/catalog?host={tmp_path}&port=5432"
    cases = {
        "cannot be used": letsfood("data", url=away),
        "letsfood migrate": letsfood("data", url=postgres.url("never_migrated")),
        "no data set": letsfood(str(tmp_path / "empty"), url=away),
    }
    for words, finished in cases.items():
        assert finished.returncode == 1
        assert words in said(finished)
        assert len(said(finished).strip().splitlines()) == 1
