"""The data set as it lies in data/, read once for the tests of this folder."""

import json
from pathlib import Path
from typing import Any

import pytest

Row = dict[str, Any]

DATA = Path(__file__).parents[3] / "data"
FILES = ("territories", "initiatives", "cooperations", "networks", "translations")
CASES = (
    "organizations",
    "programmes",
    "censuses",
    "learning_resources",
    "funding_calls",
    "diagnoses",
    "workshops",
    "priority_actions",
    "offers",
    "initiatives_seed",
    "cooperations_seed",
    "territories_seed",
)


def _read_lines(name: str) -> list[Row]:
    with (DATA / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="session")
def data_folder() -> Path:
    return DATA


@pytest.fixture(scope="session")
def rows() -> dict[str, list[Row]]:
    """Rows of every record file by its name."""
    return {name: _read_lines(name) for name in FILES}


@pytest.fixture(scope="session")
def cases() -> dict[str, list[Row]]:
    """Rows of every file that keeps the documents' own cases, by its name."""
    return {name: _read_lines(name) for name in CASES}


@pytest.fixture(scope="session")
def vocabularies() -> dict[str, Row]:
    """Every vocabulary by its name."""
    files = sorted((DATA / "vocabularies").glob("*.json"))
    read = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return {vocabulary["name"]: vocabulary for vocabulary in read}


@pytest.fixture(scope="session")
def terms(vocabularies: dict[str, Row]) -> dict[str, dict[str, Row]]:
    """Terms by vocabulary name and code."""
    return {name: {term["code"]: term for term in vocabulary["terms"]} for name, vocabulary in vocabularies.items()}


@pytest.fixture(scope="session")
def crosswalk() -> list[Row]:
    return _read_lines("crosswalk")
