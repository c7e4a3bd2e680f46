"""Who student code runs as when the grader is root: nobody, not root in disguise.

To the kernel, a root that is renamed by a user namespace is still root: limits on processes do
not bind it, and files that root owns stay its own. So where the grader is root, the sandbox gets
a namespace with two users: one for the server, which is ours, and one for what it starts.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from graders.errors import BadInput

SERVER = 1000
STUDENT = 1001  # nobody outside; for graders that are not root, students' code is SERVER, too
NOBODY = 65534
CLONE_NEWUSER = 0x10000000

MEND = "Grade as an ordinary user, or give this root CAP_SETUID, CAP_SETGID and user namespaces"

libc = ctypes.CDLL(None)  # loaded before any fork


def is_root() -> bool:
    """Whether this process is root to the kernel, and not only in a user namespace."""
    if os.geteuid() != 0:
        return False
    inside, outside, count = map(int, Path("/proc/self/uid_map").read_text().split()[:3])
    return inside == outside == 0 and count > NOBODY


def two_users() -> int:
    """A descriptor of a user namespace that knows ``SERVER``, root outside, and ``STUDENT``.

    Raises:
        BadInput: the kernel refuses one.
    """
    made, tell_made = os.pipe()
    done, tell_done = os.pipe()
    pid = os.fork()
    if pid == 0:  # it only has to be there until the namespace is held by the descriptor
        os.close(tell_done)
        refused = libc.unshare(CLONE_NEWUSER)
        os.write(tell_made, b"no" if refused else b"yes")
        os.read(done, 1)
        os._exit(0)
    try:
        os.close(tell_made)
        if os.read(made, 3) != b"yes":
            raise BadInput(f"the sandbox did not start: no user namespace is given. {MEND}")
        for kind in ("uid", "gid"):
            Path(f"/proc/{pid}/{kind}_map").write_text(f"{SERVER} 0 1\n{STUDENT} {NOBODY} 1\n")
        return os.open(f"/proc/{pid}/ns/user", os.O_RDONLY)
    except OSError as error:
        raise BadInput(f"the sandbox did not start: {error}. {MEND}") from None
    finally:
        for descriptor in (made, done, tell_done):
            os.close(descriptor)
        os.waitpid(pid, 0)


def check_readable(paths: list[Path]) -> None:
    """That nobody can read what students' code needs, before it fails in the middle.

    Raises:
        BadInput: root alone can.
    """
    for path in paths:
        needed = 0o5 if path.is_dir() else 0o4
        if path.stat().st_mode & needed != needed:
            raise BadInput(
                f"{path} is readable for root alone, and student code does not run as root: "
                f"chmod -R o+rX {path}, or grade as an ordinary user"
            )
