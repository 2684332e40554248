"""`letsfood load`: a data set into the catalog, and a report for people."""

import asyncio
import os
from pathlib import Path

from services.catalog.loading.loader import LoadReport
from services.launch.machine import RUNNING_CATALOG, console, load_with_progress
from services.local.errors import LocalError

SHOWN_ERRORS = 50
"""More errors than this are counted only: a wrong column repeats itself in every line."""


def load_folder(folder: Path, state_dir: Path, *, skip_invalid: bool) -> bool:
    """Load the folder and say what became of it; False when a row was wrong. Raises `LocalError`."""
    if not folder.is_dir():
        raise LocalError(f"There is no folder {folder}")
    if not any(folder.glob("*.jsonl")):
        raise LocalError(f"{folder} holds no data set: no *.jsonl in it")
    report = asyncio.run(load_with_progress(catalog_url(state_dir), folder, skip_invalid=skip_invalid))
    for line in describe(report):
        console.print(line, markup=False, soft_wrap=True)
    return not report.errors


def describe(report: LoadReport) -> list[str]:
    """The report in lines."""
    if report.up_to_date:
        return ["Everything is loaded already."]
    lines = [
        f"{file}: " + (", ".join(f"{count} {what}" for what, count in counts.items() if count) or "nothing")
        for file, counts in report.counts.items()
    ]
    lines += [
        f"{record}: edited here since it was loaded, and changed in the file; the edit stays"
        for record in report.edited
    ]
    lines += [str(error) for error in report.errors[:SHOWN_ERRORS]]
    if len(report.errors) > SHOWN_ERRORS:
        lines.append(f"… and {len(report.errors) - SHOWN_ERRORS} more errors")
    return lines


def catalog_url(state_dir: Path) -> str:
    """The catalog's database: what the environment names, else that of a running `up`; raises `LocalError`."""
    if url := os.environ.get("CATALOG_DATABASE_URL"):
        return url
    recorded = state_dir / RUNNING_CATALOG
    if not recorded.exists():
        raise LocalError("Set CATALOG_DATABASE_URL, or start `make up` in another terminal first.")
    return recorded.read_text().strip()
