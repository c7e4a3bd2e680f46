"""GitHub and GitHub Classroom: a folder of clones, ``softmax-USERNAME`` each.

``gh classroom clone student-repos`` makes one. What counts is the last commit of the branch that is
checked out, on its line of first parents, that was made before the deadline. A commit's time is its
maker's to choose, so it is shown, and never stands for a platform's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path, PurePosixPath

from graders.engine.listing import File, in_folder
from graders.errors import BadInput, Rejected
from graders.platforms.git import Commit, Repository, head, opened
from graders.platforms.handed import Handed, Who

SOURCE = "the commit, by its maker's clock"
SHOWN_LINKS = 3


@contextmanager
def hand_ins(source: Path, due_of: Callable[[str], datetime | None]) -> Iterator[list[Handed]]:
    """Everybody's files, which can be read until the block ends.

    Args:
        due_of: asked for each clone by its name: when its commits stop to count.

    Raises:
        BadInput: ``source`` is not a folder of folders.
    """
    if not source.is_dir():
        raise BadInput(f"{source} is not a folder: clone the repositories into one, and name it")
    clones = sorted(
        path for path in source.iterdir() if path.is_dir() and not path.name.startswith(".")
    )
    with ExitStack() as stack:
        yield [_of_one(clone, due_of(clone.name), stack) for clone in clones]


def _of_one(clone: Path, due: datetime | None, stack: ExitStack) -> Handed:
    who = Who(clone.name, keys=(("github", clone.name),))
    if clone.is_symlink():
        return Handed(who, (), clone.name, remarks=("it is a link, not a folder",))
    if not (clone / ".git").exists():
        files = tuple(in_folder(clone))
        return Handed(who, files, clone.name, remarks=("no clone: its files as they lie",))
    try:
        repository = stack.enter_context(opened(clone))
        line = repository.commits(head(clone))
        commit = last_before(line, due)
        if commit is None:
            return Handed(who, (), clone.name, remarks=("no commit before the deadline",))
        files, links = _files(repository, commit)
    except Rejected as error:
        return Handed(who, (), clone.name, remarks=(str(error),))
    remarks = [f"commit {commit.id[:10]}"]
    if line[0] != commit:
        remarks.append(f"{line.index(commit)} later ones not counted")
    if any(newer.moment < older.moment for newer, older in pairwise(line)):
        remarks.append("a commit is dated before the one that it follows")
    if links:
        named = ", ".join(links[:SHOWN_LINKS])
        remarks.append(f"links and submodules left out: {named}")
    return Handed(
        who,
        files,
        clone.name,
        moment=commit.moment,
        source=SOURCE,
        remarks=tuple(remarks),
    )


def without_course(handed: Handed) -> Handed:
    """What is in ``assignments/``, where the repository is a copy of the course as students get it.

    All of it, where there is no such folder.
    """
    return _inside(handed, "assignments")


def of_assignment(handed: Handed, name: str) -> Handed:
    """What is in the folder ``name``, or all of it, where there is none."""
    return _inside(handed, name)


def _inside(handed: Handed, folder: str) -> Handed:
    inside = tuple(
        replace(file, path=PurePosixPath(*file.path.parts[1:]))
        for file in handed.files
        if file.path.parts[0] == folder and len(file.path.parts) > 1
    )
    return replace(handed, files=inside or handed.files)


def last_before(line: list[Commit], due: datetime | None) -> Commit | None:
    """The newest commit of a branch that is not dated after ``due``, or None."""
    return next((commit for commit in line if due is None or commit.moment <= due), None)


def _files(repository: Repository, commit: Commit) -> tuple[tuple[File, ...], list[str]]:
    blobs, links = repository.files(commit.id)
    age = commit.moment.timestamp()
    return tuple(File(blob.path, age, partial(repository.read, blob)) for blob in blobs), links
