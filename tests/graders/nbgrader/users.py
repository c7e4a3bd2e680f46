"""Doing something as another user of this system, in a process of its own."""

from __future__ import annotations

import ctypes
import os
import pwd
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

CLONE_NEWNS = 0x20000


def some_users(number: int) -> list[pwd.struct_passwd]:
    """Users that every system has and nobody logs in as, so that none has to be made."""
    return [user for user in pwd.getpwall() if 0 < user.pw_uid < 1000][:number]


def forked(work: Callable[[], None], user: pwd.struct_passwd | None = None) -> None:
    """Call ``work`` in a process of its own, as ``user``; what it raises is a failure here."""
    with tempfile.TemporaryFile("w+") as errors:
        child = os.fork()
        if child == 0:
            status = 70
            try:
                if user is not None:
                    os.setgroups([])
                    os.setgid(user.pw_gid)
                    os.setuid(user.pw_uid)
                work()
                status = 0
            except BaseException:
                traceback.print_exc(file=errors)
                errors.flush()
            finally:
                os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        errors.seek(0)
        assert status == 0, errors.read() or status


def let_all_read_python() -> None:
    """In a mount namespace of this process alone, show every user what Python and we run from.

    Root's home, in which they may lie, is closed to others. It is covered by an empty folder in
    which these are mounted.
    """
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS):
        raise PermissionError(ctypes.get_errno(), "no mount namespace")
    mount("--make-rprivate", "/")
    needed = {Path(p).resolve() for p in (sys.prefix, sys.base_prefix, Path(__file__).parents[3])}
    closed: dict[Path, list[Path]] = {}
    for path in needed:
        above = [p for p in (*reversed(path.parents), path) if p.stat().st_mode & 0o005 != 0o005]
        if above:
            closed.setdefault(above[0], []).append(path)
    for cover, inside in closed.items():
        aside = Path(tempfile.mkdtemp())  # mounted on in this namespace: outside it stays empty
        for number, path in enumerate(inside):
            (aside / str(number)).mkdir()
            mount("--bind", path, aside / str(number))
        mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", cover)
        for number, path in enumerate(inside):
            path.mkdir(parents=True, exist_ok=True)
            mount("--move", aside / str(number), path)
            (aside / str(number)).rmdir()
        aside.rmdir()


def mount(*words: str | Path) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True, timeout=60)
