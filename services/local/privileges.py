"""Which user PostgreSQL's programs run as. PostgreSQL refuses root; everybody else runs it as themselves."""

import os
import pwd
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from services.local import as_user
from services.local.errors import LocalError
from services.local.ownership import is_root, nearest_existing, owner_name

# linux/capability.h, the narrower one first: to pass and read everything; to write everything besides.
CAP_DAC_READ_SEARCH = 2
CAP_DAC_OVERRIDE = 1
CAP_SETPCAP = 8  # to hand one of them on

_PROBE = 'for path; do if [ -d "$path" ]; then [ -x "$path" ]; else [ -r "$path" ]; fi || exit 1; done'


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int


@dataclass(frozen=True)
class Runner:
    """Starts programs as `account` (None: as ourselves), keeping `capability` where one is needed."""

    account: Account | None = None
    capability: int | None = None

    @property
    def uid(self) -> int:
        return os.geteuid() if self.account is None else self.account.uid

    def give(self, path: Path) -> None:
        """Give a path that we created to the user whom the programs run as."""
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)

    def start(
        self, command: Sequence[str], *, output: IO[bytes] | int, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start the program in a session of its own: a Ctrl-C at our terminal is ours alone to handle.

        Raises LocalError when the system refuses to start it.
        """
        account = self.account
        prefix: list[str] = []
        if account is not None and self.capability is not None:
            numbers = (account.uid, account.gid, self.capability)
            prefix = [sys.executable, "-I", "-S", as_user.__file__, *map(str, numbers)]
        direct = account is not None and not prefix
        try:
            return subprocess.Popen(  # noqa: S603 - paths and numbers of ours, no shell
                [*prefix, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=None if environment is None else dict(environment),
                start_new_session=True,
                umask=0o077,
                user=account.uid if account and direct else None,
                group=account.gid if account and direct else None,
                extra_groups=[] if direct else None,
            )
        except (OSError, subprocess.SubprocessError) as error:
            who = "" if account is None else f" as {owner_name(account.uid)}"
            raise LocalError(f"Cannot run {command[0]}{who}: {error}") from error

    def output(self, command: Sequence[str]) -> str | None:
        """What a short command prints, or None when it fails."""
        process = self.start(command, output=subprocess.PIPE)
        printed, _ = process.communicate(timeout=10)
        return printed.decode(errors="replace").strip() if process.returncode == 0 else None


def choose_runner(data: Path, *, needed: Iterable[Path]) -> Runner:
    """How to run PostgreSQL on that data folder (which need not exist yet), reaching every path in `needed`.

    As root: the data's owner; else the owner of the folder it lies in, if that is a user (root in somebody's clone);
    else `nobody`. Raises LocalError when there is no way.
    """
    existing_owner = data.stat().st_uid if data.exists() else None
    if not is_root():
        if existing_owner is not None and existing_owner != os.geteuid():
            raise LocalError(
                f"{data} belongs to {owner_name(existing_owner)}: start as that user, "
                f"choose another folder with STATE_DIR=, or remove it with 'sudo make reset'"
            )
        return Runner()
    if existing_owner == 0:
        raise LocalError(f"{data} belongs to root, as whom PostgreSQL does not run: remove it with 'make reset'")
    account = _account(existing_owner, nearest_existing(data.parent).stat().st_uid)
    direct = Runner(account)
    if _reaches(direct, needed):
        return direct
    return Runner(account, _capability())


def _account(data_owner: int | None, folder_owner: int) -> Account:
    if data_owner is not None:
        return Account(data_owner, _group_of(data_owner))
    try:
        # initdb refuses a user without a name: a clone of the host's user inside a container is nobody's.
        entry = pwd.getpwuid(folder_owner) if folder_owner != 0 else pwd.getpwnam("nobody")
    except KeyError:
        try:
            entry = pwd.getpwnam("nobody")
        except KeyError as error:
            raise LocalError(
                "PostgreSQL does not run as root, and there is no user 'nobody' here: start as another user"
            ) from error
    return Account(entry.pw_uid, entry.pw_gid)


def _group_of(uid: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return uid


def _reaches(runner: Runner, paths: Iterable[Path]) -> bool:
    """The kernel's own answer, given to that user: modes alone do not tell (access lists, mounts)."""
    return runner.output(["/bin/sh", "-c", _PROBE, "sh", *map(str, paths)]) is not None


def _capability() -> int:
    """The narrowest capability with which a user passes folders closed to it; LocalError when there is none."""
    status = Path("/proc/self/status")
    if sys.platform == "linux" and status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("CapPrm:"))
        permitted = int(line.split()[1], 16)
        for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
            if permitted >> capability & 1 and permitted >> CAP_SETPCAP & 1:
                return capability
    raise LocalError(
        "PostgreSQL does not run as root, and another user cannot reach this folder: start as an ordinary user, "
        "or from a folder that everybody can reach"
    )
