"""The three ways in which grading can go wrong, kept apart because they have different owners."""


class BadInput(Exception):
    """The person at the keyboard can mend it: one line that names the file and the mend."""

    exit_status = 2


class Rejected(Exception):
    """A submission that cannot be read as one. The message is shown to the student."""


class GraderBroke(Exception):
    """The grader's own fault. It never costs a student points and is never hidden."""

    exit_status = 1
