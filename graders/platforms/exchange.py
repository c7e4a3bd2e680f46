"""nbgrader's exchange: ``inbound/``, in it a folder ``USER+NAME+TIME+RANDOM`` for each hand-in.

Students make these folders themselves, with ``nbgrader submit`` or without, and may change them
while they are read. So nothing is believed of what they write: whose a hand-in is says its owner,
when it came says the file system's clock where the two do not agree, and no link is followed.
"""

from __future__ import annotations

import hashlib
import os
import pwd
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path, PurePosixPath

from graders.engine.files import read_file
from graders.engine.listing import MAX_LISTED, File, in_folder
from graders.engine.timestamps import KNOWN, read_time
from graders.errors import BadInput, Rejected
from graders.platforms.handed import Handed, Who

INBOUND = "inbound"
SECRET = PurePosixPath("submission_secret.txt")
STAMP = PurePosixPath(KNOWN)
SUBMITTING = timedelta(minutes=10)  # that it may take from the time in the name to the last file
SOURCE = "the exchange"
HUB_USER = "jupyter-"  # The Littlest JupyterHub's user ada is jupyter-ada to the system


def hand_ins(inbound: Path, assignment: str | None) -> list[Handed]:
    """Everybody's attempts, the last one of each with the largest ``order``.

    Args:
        assignment: those at this one; at every one if left out.

    Raises:
        BadInput: there is no such folder, or only its owner may list it.
    """
    if inbound.name != INBOUND:
        raise BadInput(f"{inbound} is no inbound folder: name EXCHANGE/COURSE/{INBOUND}")
    try:
        folders = sorted(path for path in inbound.iterdir() if path.name.count("+") >= 2)
    except OSError as error:
        raise BadInput(f"{inbound} cannot be listed: {error.strerror}") from None
    found = []
    for folder in folders:
        user, name, time = _parts(folder.name)
        if assignment in (None, name):
            found.append(_of_one(folder, user, name, time))
    return found


def _parts(called: str) -> tuple[str, str, str]:
    """User, assignment and time; a user's name may hold a ``+``, the random end may be missing."""
    user, name, time, *_ = parts if len(parts := called.rsplit("+", 3)) == 4 else called.split("+")
    return user, name, time


def _of_one(folder: Path, user: str, name: str, time: str) -> Handed:
    status = folder.lstat()
    owner = _user(status.st_uid)
    is_users = owner in (user, HUB_USER + user)
    student = user if is_users else owner
    handed = Handed(Who(student, student, (("any", student),)), (), folder.name)
    if not folder.is_dir() or folder.is_symlink():
        return replace(handed, remarks=("it is a link or a file, not a folder",))
    remarks = (
        [] if is_users else [f"handed in as {user}'s, and {owner} owns it: counts as {owner}'s"]
    )
    try:
        paths = [file.path for file in in_folder(folder, MAX_LISTED)]
        written = max((_changed(folder / path) for path in paths), default=_changed(folder))
    except OSError as error:
        return replace(handed, remarks=(*remarks, f"cannot be listed: {error.strerror}"))
    written = max(written, _changed(folder))
    try:
        moment = read_time(time.encode())
    except ValueError:
        moment, told = written, "its name tells no time"
        remarks.append(told)
    if abs(written - moment) > SUBMITTING:
        remarks.append(f"was written at {written:%Y-%m-%d %H:%M:%S} UTC, whatever its name says")
        moment = written
    read = partial(_read, folder, status.st_uid)
    files = tuple(File(path, moment.timestamp(), partial(read, path)) for path in paths)
    return replace(
        handed,
        files=tuple(file for file in files if file.path != STAMP),
        back=_back(files, name),
        moment=moment,
        source=SOURCE,
        known=True,
        order=(moment.timestamp(),),
        remarks=tuple(remarks),
    )


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def _changed(path: Path) -> datetime:
    """When a file's content, name or mode last changed: its owner cannot set this time."""
    return datetime.fromtimestamp(path.lstat().st_ctime, UTC)


def _read(folder: Path, owner: int, path: PurePosixPath) -> bytes:
    """A file below ``folder``, which may have been moved, and a link put there, since it was seen.

    Raises:
        Rejected: a link is on the way, or it is somebody else's folder by now.
    """
    with ExitStack() as stack:
        inner = None
        for part in (str(folder), *path.parts[:-1]):
            try:
                inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=inner)
            except OSError as error:
                raise Rejected(f"{path} cannot be read: {error.strerror}") from None
            stack.callback(os.close, inner)
            if os.fstat(inner).st_uid != owner:
                raise Rejected(f"{path} is in somebody else's folder")
        return read_file(Path(path.name), inner)[0]


def _back(files: tuple[File, ...], assignment: str) -> str:
    """How ``nbgrader fetch_feedback`` looks for the page, nothing where nobody could find it.

    The student's nbgrader keeps the secret, beside the notebook that was handed in.
    """
    notebooks = [path.stem for path in _top(files) if path.suffix == ".ipynb"]
    secrets = [file for file in files if file.path == SECRET]
    if not notebooks or not secrets:
        return ""
    try:
        secret = secrets[0].read()
    except Rejected:
        return ""
    notebook = assignment if assignment in notebooks else notebooks[0]
    # an id, which nbgrader chose to be MD5
    digest = hashlib.md5(secret + notebook.encode(), usedforsecurity=False)
    return f"{digest.hexdigest()}.html"


def _top(files: tuple[File, ...]) -> Iterator[PurePosixPath]:
    return (file.path for file in files if len(file.path.parts) == 1)
