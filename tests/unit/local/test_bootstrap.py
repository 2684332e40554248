"""deploy/bootstrap.py, with the programs that it runs played by the test."""

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

BOOTSTRAP = Path(__file__).parents[3] / "deploy" / "bootstrap.py"


class Programs:
    """What ran, and what of it fails."""

    def __init__(self, bootstrap: ModuleType) -> None:
        self.bootstrap = bootstrap
        self.ran: list[str] = []
        self.failing: dict[str, str] = {}

    def __call__(self, command: list[str]) -> "subprocess.CompletedProcess[str]":
        line = " ".join(command)
        self.ran.append(line)
        if "-m venv" in line:
            self.bootstrap.PYTHON.parent.mkdir(parents=True)
            self.bootstrap.PYTHON.symlink_to(sys.executable)
        failure = next((output for part, output in self.failing.items() if part in line), None)
        return subprocess.CompletedProcess(command, 1 if failure else 0, stdout=failure or "")

    def count(self, part: str) -> int:
        return sum(part in line for line in self.ran)


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The program, as if it lay in a project of its own."""
    project = tmp_path / "project"
    (project / "deploy").mkdir(parents=True)
    (project / "deploy" / "bootstrap.py").write_text(BOOTSTRAP.read_text())
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        (project / name).write_text(f"{name}==1\n")
    spec = importlib.util.spec_from_file_location("bootstrap", project / "deploy" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "find_python", lambda: sys.executable)
    monkeypatch.setattr(sys, "argv", ["bootstrap.py"])
    return module


@pytest.fixture
def programs(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Programs:
    played = Programs(bootstrap)
    monkeypatch.setattr(bootstrap, "run", played)
    return played


def test_a_second_call_runs_nothing(bootstrap: ModuleType, programs: Programs) -> None:
    bootstrap.main()
    assert programs.count("--require-hashes --only-binary :all:") == 1
    programs.ran.clear()
    bootstrap.main()
    assert programs.ran == []


def lock_changes(bootstrap: ModuleType) -> None:
    (bootstrap.ROOT / "requirements.lock").write_text("other==2\n")


def dependencies_change(bootstrap: ModuleType) -> None:
    (bootstrap.ROOT / "pyproject.toml").write_text("other\n")


def python_goes(bootstrap: ModuleType) -> None:
    bootstrap.PYTHON.unlink()
    bootstrap.PYTHON.symlink_to("/nowhere/python3")


def python_is_another(bootstrap: ModuleType) -> None:
    bootstrap.PYTHON.unlink()
    bootstrap.PYTHON.symlink_to("/bin/sh")


@pytest.mark.parametrize("change", [lock_changes, dependencies_change, python_goes, python_is_another])
def test_what_it_depends_on_changes_and_it_installs_anew(
    bootstrap: ModuleType, programs: Programs, change: Callable[[ModuleType], None]
) -> None:
    bootstrap.main()
    change(bootstrap)
    programs.ran.clear()
    assert not bootstrap.is_fresh("runtime")
    bootstrap.main()
    assert programs.count("--require-hashes") == 1


def test_development_serves_for_running_but_not_the_other_way(
    bootstrap: ModuleType, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.main()
    assert not bootstrap.is_fresh("dev")
    monkeypatch.setattr(sys, "argv", ["bootstrap.py", "--dev"])
    bootstrap.main()
    assert programs.count("-m venv") == 1
    assert bootstrap.is_fresh("dev")
    assert bootstrap.is_fresh("runtime")


@pytest.mark.parametrize("step", ["--require-hashes", "--editable"])
def test_after_an_interruption_it_starts_anew(bootstrap: ModuleType, programs: Programs, step: str) -> None:
    programs.failing[step] = "Collecting\nERROR: No matching distribution found for alembic\nnotice"
    with pytest.raises(bootstrap.Failure, match=r"^pip could not install .*: No matching distribution .*log\)$"):
        bootstrap.main()
    assert not bootstrap.is_fresh("runtime")
    programs.failing.clear()
    bootstrap.main()
    assert programs.count("-m venv") == 2
    assert bootstrap.is_fresh("runtime")


def python(minor: int = 12, **differences: object) -> dict[str, object]:
    return {"version": [3, minor], "wheels": True, "venv": True, "executable": "/good/python", **differences}


@pytest.mark.parametrize(
    ("found", "line"),
    [
        ({}, "Python 3.11 to 3.14 is needed"),
        ({"python3": python(10), "python3.14": None}, "Python 3.11 to 3.14 is needed"),
        ({"python3": python(15)}, "Python 3.11 to 3.14 is needed"),
        ({"python3.13": python(13, wheels=False)}, "Python 3.11 to 3.14 is needed"),
        ({"python3": python(venv=False)}, "/bin/python3 has no venv module"),
        ({"python3": python(venv=False), "python3.12": python()}, None),
        ({"python3": None, "python3.11": python(11)}, None),
    ],
)
def test_which_python_will_do(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, found: dict[str, object], line: str | None
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(sys, "executable", "")
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/bin/{name}" if name in found else None)
    monkeypatch.setattr(bootstrap, "probe", lambda path: found[Path(path).name])
    if line is None:
        assert bootstrap.find_python() == "/good/python"
        return
    with pytest.raises(bootstrap.Failure, match=line):
        bootstrap.find_python()


def test_the_running_python_answers_the_probe(bootstrap: ModuleType) -> None:
    answer = bootstrap.probe(sys.executable)
    assert tuple(answer["version"]) == sys.version_info[:2]
    assert answer["wheels"]
    assert bootstrap.probe("/bin/false") is None
    assert bootstrap.probe("/nowhere/python3") is None


@pytest.mark.parametrize(
    ("system", "machine", "glibc", "refused"),
    [
        ("linux", "x86_64", "glibc 2.28", False),
        ("linux", "aarch64", "glibc 2.41", False),
        ("darwin", "arm64", None, False),
        ("linux", "x86_64", "glibc 2.17", True),
        ("linux", "x86_64", None, True),
        ("linux", "riscv64", "glibc 2.41", True),
        ("win32", "AMD64", None, True),
        ("freebsd14", "amd64", None, True),
    ],
)
def test_which_platforms_will_do(
    bootstrap: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    system: str,
    machine: str,
    glibc: str | None,
    refused: bool,
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(bootstrap.platform, "machine", lambda: machine)
    monkeypatch.setattr(bootstrap.os, "confstr", lambda _: glibc)
    if not refused:
        bootstrap.check_platform()
        return
    with pytest.raises(bootstrap.Failure, match=r"^Unsupported platform"):
        bootstrap.check_platform()
