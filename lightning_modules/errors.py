"""What can go wrong in the students' half through no fault of the program."""


class BadInput(Exception):
    """The person at the keyboard can mend it: one line that names the file or key and the mend."""

    exit_status = 2


class Unavailable(Exception):
    """Something outside could not be reached, or a run could not go on: one line that says why."""

    exit_status = 1
