"""The forms of the wall, from the best down. ``results.json`` and ``dlcourse doctor`` name one."""

from __future__ import annotations

from enum import StrEnum


class Isolation(StrEnum):
    NESTED = "bubblewrap + user, pid, mount and ipc namespaces per submission + system call filter"
    """One warm server behind one wall; every submission forks from it into its own namespaces."""

    SINGLE = "one fresh bubblewrap per submission + system call filter"
    """Where namespaces cannot be nested: slower, since each submission starts Python anew."""

    USER = "another user without rights + system call filter, in a container of its own"
    """In a container that gives no namespaces and holds one submission: what the student may not
    read there, root alone may."""

    NONE = "NONE: student code runs as you, with your files and network"
