"""``nbgrader collect`` and formgrader's Collect, done as ``dlcourse collect --from nbgrader`` does.

nbgrader's own believes the name of a folder, follows a student's links as the instructor, so that a
link to the solution is a solution, and keeps what it copied writable to everybody.
"""

from __future__ import annotations

from pathlib import Path

from nbgrader.exchange.default import ExchangeCollect

from graders.errors import BadInput
from graders.platforms.collect import Options, collect
from graders.platforms.exchange import INBOUND


class Collect(ExchangeCollect):
    """Takes everybody's last attempt from the exchange into ``submitted/``."""

    def init_src(self) -> None:
        course = self.coursedir.course_id
        if not course:
            self.fail("No course id specified. Re-run with --course flag.")
        if self.before_duedate or self.coursedir.student_id not in ("", "*"):
            self.fail("it is everybody's last attempt that is collected: grading knows who is late")
        self.inbound_path = str(Path(self.root, course, INBOUND))

    def copy_files(self) -> None:
        to = Path(self.coursedir.root, self.coursedir.submitted_directory)
        name = self.coursedir.assignment_id
        try:
            collect(Options(Path(self.inbound_path), "nbgrader", to, assignment=name))
        except BadInput as error:
            self.fail(str(error))
