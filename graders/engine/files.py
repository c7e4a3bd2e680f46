"""Reading a file that a stranger put there: never through a link, never from a pipe or a device."""

from __future__ import annotations

import errno
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

from graders.errors import Rejected
from graders.sandbox.limits import MIB

MAX_BYTES = 10 * MIB


class TooLarge(Rejected):
    """A file of more than ``MAX_BYTES``."""


def read_file(path: Path, folder: int | None = None) -> tuple[bytes, datetime]:
    """A regular file's bytes, and when it was last changed.

    Args:
        folder: an open folder that ``path`` starts from, and not where this process is.

    Raises:
        Rejected: it is not a regular file, or too large.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Rejected(f"{path.name} is a link: hand in the file itself") from None
        raise Rejected(f"{path.name} cannot be read: {error.strerror}") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Rejected(f"{path.name} is not a file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    return bounded(path.name, content), datetime.fromtimestamp(int(status.st_mtime), UTC)


def bounded(name: str, content: bytes) -> bytes:
    """``content``, if it is no more than a submission may be.

    Raises:
        TooLarge: it is more.
    """
    if len(content) > MAX_BYTES:
        raise TooLarge(
            f"{name} is larger than {MAX_BYTES // MIB} MiB: clear the notebook's outputs"
        )
    return content


def modified(path: Path) -> datetime:
    """When a file or link was last changed."""
    return datetime.fromtimestamp(int(path.lstat().st_mtime), UTC)
