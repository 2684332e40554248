"""Make .venv from the lock: `python3 deploy/bootstrap.py [--dev]`. Returns at once when it is up to date.

Standard library only, and nothing newer than Python 3.6: an old Python gets to say that it is one.
Whatever is wrong is one line on stderr and an exit code other than 0.
"""

import argparse
import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
LOG = VENV / "install.log"
LOCKS = {"runtime": "requirements.lock", "dev": "requirements-dev.lock"}

OLDEST, TOO_NEW = (3, 11), (3, 15)
MACHINES = {"linux": ("x86_64", "aarch64"), "darwin": ("x86_64", "arm64")}
OLDEST_GLIBC = (2, 28)

# Run by a candidate: what it is, and whether a virtual environment can be made with it.
PROBE = """
import importlib.util, json, platform, sys, sysconfig
print(json.dumps({
    "version": sys.version_info[:2],
    "wheels": platform.python_implementation() == "CPython" and not sysconfig.get_config_var("Py_GIL_DISABLED"),
    "venv": all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")),
    "executable": getattr(sys, "_base_executable", None) or sys.executable,
}))
"""


class Failure(Exception):
    """One line for the person at the terminal."""


def main() -> None:
    options = argparse.ArgumentParser(description="Make .venv from the lock.")
    options.add_argument("--dev", action="store_true", help="with the tools that test and lint")
    kind = "dev" if options.parse_args().dev else "runtime"
    if is_fresh(kind):
        return
    check_platform()
    if not os.access(str(ROOT), os.W_OK):
        raise Failure(f"{ROOT} is not writable, and .venv has to be made in it.")
    if VENV.is_symlink() or (VENV.exists() and not os.access(str(VENV), os.W_OK)):
        raise Failure(f"{VENV} is a link or not writable: remove it, or run this as its owner.")
    descriptor = os.open(str(ROOT), os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if not is_fresh(kind):  # another call may have made it meanwhile
            install(kind)
    finally:
        os.close(descriptor)


def is_fresh(kind: str) -> bool:
    """Whether the last complete installation was of these very files, here, and its Python is still there."""
    stamp = read_stamp()
    if not stamp or not os.access(str(PYTHON), os.X_OK) or stamp["python"] != os.path.realpath(str(PYTHON)):
        return False
    # What development needs includes what running does.
    return any(stamp.get(installed) == fingerprint(installed) for installed in {kind, "dev"})


def read_stamp() -> "dict[str, str]":
    """What the last complete installation was of; empty when there is none."""
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def fingerprint(kind: str) -> str:
    """A digest of the lock, of pyproject.toml, and of the folder that the installed scripts point to."""
    digest = hashlib.sha256(os.fsencode(str(ROOT)))
    for name in (LOCKS[kind], "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def check_platform() -> None:
    """Raise Failure where there are no wheels."""
    machine = platform.machine()
    if machine not in MACHINES.get(sys.platform, ()):
        here = f"{platform.system()} {machine}"
        raise Failure(f"Unsupported platform {here}: Linux (glibc; x86_64, aarch64) or macOS is needed.")
    if sys.platform == "linux" and glibc_version() < OLDEST_GLIBC:
        raise Failure("Unsupported platform: a Linux with glibc 2.28 or newer is needed.")


def glibc_version() -> "tuple[int, ...]":
    """Major and minor version; empty with another C library, such as musl."""
    try:
        name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
        return tuple(int(part) for part in version.split(".")[:2]) if name == "glibc" else ()
    except (ValueError, OSError):
        return ()


def install(kind: str) -> None:
    if not read_stamp() or not runs(PYTHON):
        # What an interrupted pip leaves may look installed to the next one: from the start, then.
        make_venv()
    if STAMP.exists():
        STAMP.unlink()
    lock = ROOT / LOCKS[kind]
    tell(f"Installing {lock.read_text().count('==')} packages into .venv...")
    pip("--require-hashes", "--only-binary", ":all:", "--requirement", str(lock))
    pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    stamp = {"python": os.path.realpath(str(PYTHON)), kind: fingerprint(kind)}
    draft = STAMP.with_suffix(".new")
    draft.write_text(json.dumps(stamp))
    draft.replace(STAMP)


def runs(python: Path) -> bool:
    """Whether that Python starts and finds pip: one whose base was upgraded or removed does not."""
    return run([str(python), "-c", "import pip"]).returncode == 0


def make_venv() -> None:
    python = find_python()
    tell(f"Making .venv with {python}...")
    if VENV.exists():
        shutil.rmtree(str(VENV))
    made = run([python, "-m", "venv", str(VENV)])
    if made.returncode != 0:
        raise Failure(f"{python} cannot make .venv: {complaint(made.stdout)}")


def find_python() -> str:
    """The first suitable Python of those in PATH, the running one before them."""
    without_venv = None
    newest_first = [f"python3.{minor}" for minor in range(TOO_NEW[1] - 1, OLDEST[1] - 1, -1)]
    for name in [sys.executable, "python3", *newest_first]:
        path = shutil.which(name) if name else None
        found = probe(path) if path else None
        if not found or not found["wheels"] or not OLDEST <= tuple(found["version"]) < TOO_NEW:
            continue
        if found["venv"]:
            return str(found["executable"])
        without_venv = without_venv or path
    if without_venv:
        raise Failure(f"{without_venv} has no venv module: install it (Debian, Ubuntu: apt install python3-venv).")
    version = ".".join(map(str, sys.version_info[:2]))
    raise Failure(f"Python 3.11 to 3.14 is needed: this is {version}, and PATH has no python3.11 to python3.14.")


def probe(python: str) -> "dict[str, Any] | None":
    """What the candidate says of itself; None when it does not run (a version manager's stand-in, say)."""
    answer = run([python, "-I", "-c", PROBE])
    try:
        return dict(json.loads(answer.stdout)) if answer.returncode == 0 else None
    except ValueError:
        return None


def pip(*arguments: str) -> None:
    """`pip install`, with whatever pip's own configuration and environment say."""
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--root-user-action", "ignore"]
    done = run([str(PYTHON), "-m", "pip", "install", *options, *arguments])
    with LOG.open("a") as log:
        log.write(done.stdout)
    if done.returncode != 0:
        raise Failure(f"pip could not install the packages: {complaint(done.stdout)} (more in {LOG})")


def run(command: "list[str]") -> "subprocess.CompletedProcess[str]":
    # Inherited, these would let another environment's packages into this one.
    foreign = ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__")
    try:
        return subprocess.run(  # noqa: S603 - commands of ours, no shell
            command,
            env={name: value for name, value in os.environ.items() if name not in foreign},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,  # noqa: UP021 - text= is Python 3.7's
            check=False,
        )
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, stdout=str(error))


def complaint(text: str) -> str:
    """The last line that says ERROR, or else the last one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or ["it said nothing"]
    errors = [line[len("ERROR: ") :] for line in lines if line.startswith("ERROR: ")]
    return (errors or lines)[-1]


def tell(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(str(failure))
    except OSError as error:
        sys.exit(f"{error.filename or ROOT}: {error.strerror}")
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted: the next call starts anew.\n")
        sys.exit(130)
