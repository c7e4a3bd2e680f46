"""Who is at the keyboard."""

from __future__ import annotations

import os


def os_user() -> str:
    """The user whom the system knows, whatever the environment says."""
    import pwd  # Windows has none: there, nobody grades

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run as a number
        return str(os.getuid())
