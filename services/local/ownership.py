"""Who owns what we create: root working in somebody's clone leaves nothing there that its owner cannot use."""

import os
import pwd
import shutil
from collections.abc import Iterator
from pathlib import Path

from services.local.errors import LocalError


def is_root() -> bool:
    return os.geteuid() == 0


def nearest_existing(path: Path) -> Path:
    """The path itself, or the first of its parents that exists."""
    return next(candidate for candidate in (path, *path.parents) if candidate.exists())


def owner_name(uid: int) -> str:
    """The account's name, or "user <uid>" where the machine has no name for it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def inherit_owner(path: Path) -> None:
    """As root, give a file or folder that we just created to the owner of the folder it lies in."""
    if is_root():
        parent = path.parent.stat()
        os.chown(path, parent.st_uid, parent.st_gid, follow_symlinks=False)


def make_folder(folder: Path, mode: int) -> None:
    """Create the folder and its missing parents; what exists keeps its mode and its owner.

    Raises OSError as mkdir does.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o755, exist_ok=True)
        path.chmod(mode if path == folder else 0o755)
        inherit_owner(path)


def entries(folder: Path, skip: frozenset[Path] = frozenset()) -> Iterator[Path]:
    """Everything below the folder, without following links and without what is in `skip`."""
    for path in folder.iterdir():
        if path not in skip:
            yield path
            if path.is_dir() and not path.is_symlink():
                yield from entries(path, skip)


def hand_over(folder: Path, skip: frozenset[Path]) -> None:
    """As root in a folder of another user: give that user what root has written into it."""
    owner = folder.stat()
    if not is_root() or owner.st_uid == 0:
        return
    for path in entries(folder, skip):
        if path.lstat().st_uid == 0:
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def refuse_foreign(folder: Path, skip: frozenset[Path]) -> None:
    """Raise LocalError when the folder, or anything in it, belongs to another user than us (root may use all)."""
    if is_root():
        return
    for path in (folder, *entries(folder, skip)):
        uid = path.lstat().st_uid
        if uid != os.geteuid():
            raise LocalError(
                f"{path} belongs to {owner_name(uid)}: start as that user, choose another folder with STATE_DIR=, "
                f"or remove it with 'sudo make reset'"
            )


def remove_tree(folder: Path) -> None:
    """Remove the folder with everything in it; a missing one is fine.

    Raises LocalError when something in it cannot be removed.
    """
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise LocalError(f"Cannot remove {error.filename or folder}: {error.strerror}") from error
