"""Files of a student's clone at one commit, read without trusting anything in the clone.

``git`` runs on a repository of our own, which borrows the clone's objects alone: no hook, filter,
alias, or setting of the clone is looked at, and nothing is checked out. Of a commit's tree, only
regular files count. What the clone says of its branches is read as text.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from graders.engine.files import MAX_BYTES, bounded, read_file
from graders.engine.hand_ins import is_junk
from graders.errors import Rejected

MOST_COMMITS = 20_000
MOST_FILES = 20_000  # of which those of the assignment are read
MOST_OUTPUT = 8 << 20  # bytes of a listing
SECONDS = 60
CONFIG = """\
[core]
	repositoryformatversion = 0
	bare = true
	commitGraph = false
	multiPackIndex = false
"""  # what these two say of the objects, the clone could have made up
_COMMIT = re.compile(r"[0-9a-f]{40}")
_BRANCH = re.compile(r"refs/[\w.@+-]+(/[\w.@+-]+)*")


@dataclass(frozen=True)
class Commit:
    """A commit and when it was made, by the clock of whoever made it."""

    id: str
    moment: datetime


@dataclass(frozen=True)
class Blob:
    """A file of a commit."""

    id: str
    path: PurePosixPath
    size: int


class Repository:
    """A clone's objects, for as long as ``opened`` holds them."""

    def __init__(self, bare: Path, objects: Path) -> None:
        self._command = ["git", f"--git-dir={bare}", "--no-pager", "--no-replace-objects"]
        self._environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(bare),
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_OBJECT_DIRECTORY": str(objects),
            "GIT_ALLOW_PROTOCOL": "none",  # what is not there is not fetched
            "GIT_TERMINAL_PROMPT": "0",
        }

    def commits(self, head: str) -> list[Commit]:
        """The line of first parents that ends in ``head``, the newest first."""
        lines = self._run(
            ["rev-list", "--first-parent", "--timestamp", f"--max-count={MOST_COMMITS}", head]
        )
        found = []
        for line in lines.decode("ascii", "replace").splitlines():
            seconds, _, commit = line.partition(" ")
            with suppress(ValueError, OverflowError, OSError):  # of a time that cannot be
                found.append(Commit(commit, datetime.fromtimestamp(int(seconds), UTC)))
        return found

    def files(self, commit: str) -> tuple[list[Blob], list[str]]:
        """The regular files of a commit, and the paths of links and submodules, which are none."""
        found, others = [], []
        for line in self._run(["ls-tree", "-r", "-l", "-z", "--full-tree", commit]).split(b"\0"):
            if not line:
                continue
            about, _, name = line.partition(b"\t")
            mode, kind, blob, size = about.decode("ascii", "replace").split()
            path = PurePosixPath(os.fsdecode(name))
            if kind != "blob" or mode not in ("100644", "100755"):
                others.append(str(path))
            elif not any(is_junk(part) or part == ".." for part in path.parts):
                found.append(Blob(blob, path, int(size)))
        if len(found) > MOST_FILES:
            raise Rejected(f"the commit holds more than {MOST_FILES} files")
        return found, others

    def read(self, blob: Blob) -> bytes:
        """A file's content, as it was committed."""
        if blob.size > MAX_BYTES:
            return bounded(blob.path.name, bytes(MAX_BYTES + 1))  # says so
        return self._run(["cat-file", "blob", blob.id], most=MAX_BYTES)

    def _run(self, arguments: Sequence[str], most: int = MOST_OUTPUT) -> bytes:
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                [*self._command, *arguments],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
            assert process.stdout is not None
            deadline = threading.Timer(SECONDS, process.kill)
            deadline.start()
            with process.stdout:
                content = process.stdout.read(most + 1)
            if len(content) > most:
                process.kill()
            status = process.wait()
            deadline.cancel()
            errors.seek(0)
            said = errors.read(200).decode(errors="replace")
        if len(content) > most:
            raise Rejected(f"git {arguments[0]} answered more than {most >> 20} MiB")
        if status:
            why = f"took more than {SECONDS} s" if status < 0 else said.strip()
            raise Rejected(f"git {arguments[0]}: {why or status}")
        return content


@contextmanager
def opened(clone: Path) -> Iterator[Repository]:
    """The objects of a clone.

    Raises:
        Rejected: it is no clone, or one that borrows what lies elsewhere.
    """
    objects = clone / ".git" / "objects"
    for path in (clone / ".git", objects):
        if path.is_symlink() or not path.is_dir():
            raise Rejected(f"{path.relative_to(clone)} is not a folder: clone it again")
    for folder, folders, files in os.walk(objects):
        for name in (*folders, *files):
            status = Path(folder, name).lstat()
            if not (stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode)):
                raise Rejected(f"{name} in .git/objects is a link: clone it again")
    if (objects / "info" / "alternates").exists():
        raise Rejected("it borrows the objects of another repository: clone it again")
    with tempfile.TemporaryDirectory() as bare:
        made = Path(bare)
        (made / "refs").mkdir()
        (made / "objects").mkdir()
        (made / "HEAD").write_text("ref: refs/heads/none\n")
        (made / "config").write_text(CONFIG)
        if (clone / ".git" / "shallow").exists():
            ends = filter(_COMMIT.fullmatch, _text(clone, "shallow").split())
            (made / "shallow").write_text("".join(f"{end}\n" for end in ends))
        yield Repository(made, objects.resolve())


def head(clone: Path) -> str:
    """The id of the commit that the clone has checked out.

    Raises:
        Rejected: none is told, or in a way that git does not write.
    """
    if (clone / ".git" / "reftable").exists():
        raise Rejected(
            "its branches are in a format that is not read: clone with --ref-format=files"
        )
    told = _text(clone, "HEAD").strip()
    if _COMMIT.fullmatch(told):
        return told
    branch = told.removeprefix("ref: ")
    if not _BRANCH.fullmatch(branch) or ".." in branch:
        raise Rejected("its HEAD names no branch: clone it again")
    with suppress(Rejected):
        commit = _text(clone, branch).strip()
        if _COMMIT.fullmatch(commit):
            return commit
    with suppress(Rejected):
        for line in _text(clone, "packed-refs").splitlines():
            commit, _, name = line.partition(" ")
            if name == branch and _COMMIT.fullmatch(commit):
                return commit
    raise Rejected("nothing was committed")


def _text(clone: Path, name: str) -> str:
    """A text file in ``.git``, reached through no link."""
    path = clone / ".git"
    for part in PurePosixPath(name).parts:
        path = path / part
        if path.is_symlink():
            raise Rejected(f".git/{name} is a link: clone it again")
    return read_file(path)[0].decode(errors="replace")
