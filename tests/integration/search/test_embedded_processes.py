"""The embedded index between processes, and after one of them is killed while it writes."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from services.search.engines.embedded import EmbeddedEngine
from services.search.engines.port import EngineError, EngineUnavailableError, Query
from tests.contract.search.real_records import metadata, real_documents
from tests.integration.search.writer_process import BATCH

ROOT = Path(__file__).parents[3]


@contextmanager
def writer(folder: Path, task: str, dies_after: int = 0) -> Iterator[subprocess.Popen[str]]:
    module = "tests.integration.search.writer_process"
    command = [sys.executable, "-m", module, str(folder), task, str(dies_after)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def killed_after(folder: Path, task: str, step: int) -> tuple[int, bool]:
    """The last cursor that the process said was durable, and whether it was killed before it had done everything."""
    with writer(folder, task, step) as process:
        heard, _ = process.communicate()
    return int(heard.split()[-1]), process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(("task", "fewest"), [("write", 2), ("rebuild", 12)])
async def test_a_writer_killed_at_any_step_leaves_a_whole_index_and_its_cursor(
    tmp_path: Path, task: str, fewest: int
) -> None:
    for step in count(1):
        folder = tmp_path / str(step)
        durable, was_killed = killed_after(folder, task, step)
        engine = EmbeddedEngine(folder)
        await engine.open()
        kept = await engine.metadata()
        assert kept is not None, step
        version = int(kept.cursor)
        assert version >= durable
        ids = [document.id for document in real_documents()[: BATCH + 1]]
        assert await engine.versions(ids) == dict.fromkeys(ids[: BATCH + 1 - version], version), step
        await _goes_on(engine)
        if not was_killed:
            assert step > fewest
            return


async def _goes_on(engine: EmbeddedEngine) -> None:
    """Whatever was left half done, the index can be changed and built anew."""
    assert await engine.acquire_writer()
    before = await engine.count()
    await engine.apply(real_documents()[10:11], [], "after")
    assert await engine.count() == before + 1
    async with engine.rebuild() as aside:
        await aside.add(real_documents()[:3])
        await aside.finish(metadata("anew"))
    assert await engine.count() == 3
    await engine.close()


async def test_only_one_process_writes_and_another_takes_over_when_it_is_gone(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "index")
    with writer(tmp_path / "index", "hold") as process:
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


@pytest.mark.parametrize(("oldest", "newest"), [(99, 99), (0, 1)], ids=["too old", "of a later release"])
async def test_an_index_of_a_shape_that_cannot_be_read_is_no_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, oldest: int, newest: int
) -> None:
    engine = EmbeddedEngine(tmp_path / "index")
    async with engine.rebuild() as aside:
        await aside.finish(metadata("old"))
    await engine.close()
    monkeypatch.setattr("services.search.engines.embedded.OLDEST_SHAPE", oldest)
    monkeypatch.setattr("services.search.engines.embedded.SHAPE", newest)
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


async def test_rebuilds_that_break_off_again_and_again_leave_one_folder_at_most(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "index")
    async with engine.rebuild() as aside:
        await aside.finish(metadata("first"))
    for _ in range(3):
        async with engine.rebuild() as aside:
            await aside.add(real_documents()[:1])
    kept = await engine.metadata()
    assert kept is not None
    assert kept.cursor == "first"
    assert len([path for path in (tmp_path / "index").iterdir() if path.is_dir()]) <= 2
    await engine.close()
