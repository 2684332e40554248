"""The embedded index between processes, and after one of them is killed while it writes."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.search.engines.embedded import EmbeddedEngine
from services.search.engines.port import EngineError, EngineUnavailableError, Query
from tests.contract.search.real_records import metadata, real_documents
from tests.integration.search.writer_process import BATCH

ROOT = Path(__file__).parents[3]


@contextmanager
def writer(folder: Path, task: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.integration.search.writer_process", str(folder), task]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def killed_after(folder: Path, task: str, lines: int) -> list[str]:
    """What the process said until it was killed, which is in the middle of its next write."""
    with writer(folder, task) as process:
        heard = [said(process) for _ in range(lines)]
        process.kill()
        assert process.stdout is not None
        heard += process.stdout.read().split("\n")
    return [line for line in heard if line]


@pytest.mark.parametrize("lines", [2, 5, 9])
async def test_a_writer_killed_while_it_writes_leaves_whole_batches(tmp_path: Path, lines: int) -> None:
    heard = killed_after(tmp_path / "index", "write", lines)
    engine = EmbeddedEngine(tmp_path / "index")
    await engine.open()
    kept = await engine.metadata()
    assert kept is not None
    assert int(kept.cursor) >= int(heard[-1])
    versions = await engine.versions([document.id for document in real_documents()[:BATCH]])
    assert set(versions.values()) == {int(kept.cursor)}
    assert await engine.count() == BATCH
    assert await engine.acquire_writer()
    await engine.apply([], [real_documents()[0].id], "after")
    assert await engine.count() == BATCH - 1
    await engine.close()


@pytest.mark.parametrize("lines", [2, 3, 4])
async def test_a_writer_killed_while_it_rebuilds_leaves_a_whole_index(tmp_path: Path, lines: int) -> None:
    heard = killed_after(tmp_path / "index", "rebuild", lines)
    durable = max([BATCH, *(int(line) for line in heard[1:] if line.isdigit())])
    engine = EmbeddedEngine(tmp_path / "index")
    await engine.open()
    kept = await engine.metadata()
    assert kept is not None
    count = await engine.count()
    assert count >= durable
    assert kept.cursor == ("1" if count == BATCH else str(count))
    assert await engine.acquire_writer()
    async with engine.rebuild() as aside:
        await aside.add(real_documents()[:3])
        await aside.finish(metadata("anew"))
    assert await engine.count() == 3
    folders = [path for path in (tmp_path / "index").iterdir() if path.is_dir()]
    assert len(folders) <= 2, "what a killed rebuild left is still there"
    await engine.close()


async def test_only_one_process_writes_and_another_takes_over_when_it_is_gone(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "index")
    with writer(tmp_path / "index", "write") as process:
        assert said(process) == "1"
        await engine.open()
        assert not await engine.acquire_writer()
        with pytest.raises(EngineUnavailableError):
            await engine.apply([], [], "mine")
        assert await engine.count() == BATCH
        process.kill()
        process.wait()
    assert await engine.acquire_writer()
    await engine.apply([], [], "mine")
    kept = await engine.metadata()
    assert kept is not None
    assert kept.cursor == "mine"
    await engine.close()


async def test_a_second_process_does_not_become_the_writer(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "index")
    assert await engine.acquire_writer()
    with writer(tmp_path / "index", "write") as process:
        assert said(process) == "held"
    await engine.close()


async def test_an_index_of_another_shape_is_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = EmbeddedEngine(tmp_path / "index")
    async with engine.rebuild() as aside:
        await aside.finish(metadata("old"))
    await engine.close()
    monkeypatch.setattr("services.search.engines.embedded.SHAPE", 99)
    newer = EmbeddedEngine(tmp_path / "index")
    await newer.open()
    assert await newer.metadata() is None
    async with newer.rebuild() as aside:
        await aside.finish(metadata("new"))
    kept = await newer.metadata()
    assert kept is not None
    assert kept.cursor == "new"
    await newer.close()


async def test_a_search_before_the_first_build_is_refused(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "index")
    await engine.open()
    with pytest.raises(EngineUnavailableError):
        await engine.search(Query())
    with pytest.raises(EngineError):
        await engine.apply([], [], "nowhere")
    await engine.close()


@pytest.mark.parametrize("damage", ["", "{", '{"index_settings": 1}'])
async def test_a_damaged_index_is_no_index_and_a_rebuild_mends_it(tmp_path: Path, damage: str) -> None:
    engine = EmbeddedEngine(tmp_path / "index")
    async with engine.rebuild() as aside:
        await aside.add(real_documents()[:3])
        await aside.finish(metadata("old"))
    await engine.close()
    (meta,) = (tmp_path / "index").glob("*/meta.json")
    meta.write_text(damage)
    again = EmbeddedEngine(tmp_path / "index")
    await again.open()
    assert await again.metadata() is None
    async with again.rebuild() as aside:
        await aside.add(real_documents()[:2])
        await aside.finish(metadata("new"))
    assert await again.count() == 2
    await again.close()
