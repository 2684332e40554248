"""Run a program as another user who keeps one capability: `as_user.py UID GID CAPABILITY PROGRAM [ARGUMENT...]`.

PostgreSQL refuses to run as root, and the user it runs as instead may be unable to pass a folder on the way to its
data or its binaries (a clone in /root, a `mktemp -d`). Instead of opening that folder to everybody, the process keeps
the right to pass it: capabilities(7), "ambient". Linux only. It is run by path, alone: standard library only.
"""

import ctypes
import os
import sys

PR_GET_SECUREBITS = 27
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def become(uid: int, gid: int, capability: int) -> None:
    """Turn this process into the user's, for good, with that single capability for itself and what it executes.

    Raises OSError when the kernel refuses a step.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    # Not PR_SET_KEEPCAPS: without this bit access(2), which initdb asks about its binaries, ignores the capability.
    bits = libc.prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) | SECBIT_NO_SETUID_FIXUP
    _check(libc.prctl(PR_SET_SECUREBITS, bits, 0, 0, 0), "prctl(PR_SET_SECUREBITS)")
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    header = _Header(CAPABILITY_VERSION_3, 0)
    data = (_Data * 2)()
    word, bit = divmod(capability, 32)
    data[word] = _Data(1 << bit, 1 << bit, 1 << bit)
    _check(libc.capset(ctypes.byref(header), ctypes.byref(data)), "capset")
    _check(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0), "prctl(PR_CAP_AMBIENT)")


def _check(result: int, call: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")


if __name__ == "__main__":
    user, group, kept, *command = sys.argv[1:]
    try:
        become(int(user), int(group), int(kept))
        os.execvp(command[0], command)  # noqa: S606 - the command is ours, and no shell is wanted
    except OSError as failure:
        sys.exit(f"FATAL:  cannot run {command[0]} as user {user}: {failure.strerror}")
