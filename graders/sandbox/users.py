"""Who student code runs as when the grader is root: nobody, not root in disguise.

To the kernel, a root that is renamed by a user namespace is still root: limits on processes do
not bind it, and files that root owns stay its own. So where the grader is root, the sandbox gets
a namespace with two users: one for the server, which is ours, and one for what it starts.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from graders.errors import BadInput

SERVER = 1000
STUDENT = 1001  # nobody outside; for graders that are not root, students' code is SERVER, too
ALONE = 61184  # in a container: a user that nothing else is
NOBODY = 65534
MEND = "Grade as an ordinary user, or give this root CAP_SETUID, CAP_SETGID and user namespaces"

# it only has to be there until a descriptor holds the namespace (CLONE_NEWUSER)
HOLD_NAMESPACE = """
import ctypes, sys
if ctypes.CDLL(None).unshare(0x10000000) == 0:
    print("made", flush=True)
    sys.stdin.read()
"""


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
    # a new interpreter, not a fork of this process: what a library starts in every fork, a thread
    # for telemetry say, would have the kernel refuse
    command = [sys.executable, "-I", "-S", "-c", HOLD_NAMESPACE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        try:
            if holder.stdout.readline() != b"made\n":
                raise BadInput(f"the sandbox did not start: no user namespace is given. {MEND}")
            for kind in ("uid", "gid"):
                mapped = f"{SERVER} 0 1\n{STUDENT} {NOBODY} 1\n"
                Path(f"/proc/{holder.pid}/{kind}_map").write_text(mapped)
            return os.open(f"/proc/{holder.pid}/ns/user", os.O_RDONLY)
        except OSError as error:
            raise BadInput(f"the sandbox did not start: {error}. {MEND}") from None


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
