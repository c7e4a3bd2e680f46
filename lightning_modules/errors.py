"""What can go wrong in the students' half through no fault of the program.

Each message is one line for the person at the keyboard; the command ends with `exit_status`.
"""


class BadInput(Exception):
    """They can mend it: the message names the file or key, and the mend."""

    exit_status = 2


class Unavailable(Exception):
    """Something outside could not be reached."""

    exit_status = 1


class Diverged(Exception):
    """Training left the finite numbers."""

    exit_status = 1


class Interrupted(Exception):
    """They stopped the run; the message says how it goes on."""

    exit_status = 130


class PeerLost(Exception):
    """Another process of the run is gone."""

    exit_status = 1
