"""``nbgrader autograde`` and formgrader's Autograde button, in the sandbox and of any hand-in.

nbgrader's own converter runs students' code in a kernel of the instructor's. Before that it reads
notebooks as nbformat does, so that a copied cell, a BOM or a missing ``metadata`` loses a student
or ends the class. Here the work is found, read and graded as ``dlcourse grade`` does it, under the
same seed, and the grades go straight from the results to the gradebook. Nothing in a notebook is a
verdict: the one that nbgrader keeps is made here, for people to read.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from datetime import UTC, datetime
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader import converters
from nbgrader.api import Gradebook
from nbgrader.apps import api, autogradeapp
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url

from graders.engine.allowances import read_allowances
from graders.engine.candidates import nothing_taken
from graders.engine.catalogue import course_root, source_path
from graders.engine.hand_ins import HandIn, find
from graders.engine.jobs import read_job
from graders.engine.pieces import Piece
from graders.engine.results import ClassResults, SubmissionResult, points_by_task
from graders.engine.secret import course_secret
from graders.engine.settings import MAX_SCORE, settings_for
from graders.engine.submissions import read
from graders.engine.timestamps import KNOWN, handed_in
from graders.engine.worker import grade_one, warm_grader
from graders.errors import BadInput, GraderBroke, Rejected
from graders.nbgrader import gradebook_cells
from graders.nbgrader.autograded import Frame, notebook_of
from graders.nbgrader.backups import back_up
from graders.nbgrader.gradebook import LOCK_SECONDS
from graders.nbgrader.gradebook_rows import save


class AutogradeInSandbox(converters.Autograde):
    """nbgrader's converter, of which finding, reading and grading a submission are ours.

    Students are the folders and zips of ``submitted/``. What else is configured for nbgrader's
    ``Autograde`` holds, its preprocessors for the notebook that is kept included.
    """

    def __init__(self, coursedir: CourseDirectory = None, **options: Any) -> None:
        super().__init__(coursedir, **options)
        self.hand_ins: dict[str, HandIn] = {}
        self.coursedir.get_existing_timestamp = existing_timestamp

    def init_notebooks(self) -> None:
        """Find those whose work there is to grade; of others, say what they handed in."""
        name = self.coursedir.assignment_id
        self.assignments = {}
        try:
            students = find(Path(self.coursedir.root) / self.coursedir.submitted_directory)
        except BadInput as error:
            raise self._refused(str(error)) from None
        for hand_in in students:
            if not fnmatch(hand_in.student, self.coursedir.student_id):
                continue
            if not _handed_in(hand_in, name):
                self.log.warning("%s: %s", hand_in.student, nothing_taken(hand_in, name))
                continue
            source = self._format_source(name, hand_in.student)
            self.hand_ins[hand_in.student] = hand_in
            self.assignments[source] = [str(Path(source) / f"{name}.ipynb")]
        if not self.assignments:
            raise self._refused(f"nobody handed in {name}")
        self._back_up()

    def _back_up(self) -> None:
        """Keep what the gradebook holds before anything is graded into it."""
        book = make_url(self.coursedir.db_url).database
        try:
            if book and Path(book).exists():
                back_up(Path(book), LOCK_SECONDS)
        except sqlite3.Error as error:
            raise self._refused(f"{book} cannot be backed up: {error}") from None

    def _refused(self, why: str) -> NbGraderException:
        self.log.error(why)
        return NbGraderException(why)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Grade a student's work, and write the notebook in which a human reads of it.

        Raises:
            GraderBroke: the grader is at fault; nothing is known of the submission.
        """
        resources = self.init_single_notebook_resources(notebook_filename)
        name, student = resources["nbgrader"]["assignment"], resources["nbgrader"]["student"]
        hand_in = self.hand_ins[student]
        result = grade_student(name, hand_in)
        tasks = points_by_task(warm_grader(settings_for(name)).tests.specs)
        results = ClassResults(name, MAX_SCORE, result.isolation, (result,))
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            layout = gradebook_cells.find(gradebook.db, name, tasks, _released(name))
            extensions = read_allowances().extensions(name)
            save(gradebook.db, layout, results, tasks, extensions=extensions)
            gradebook.db.commit()
        if result.remark:
            self.log.warning("%s: %s", student, result.remark)
        if result.status == "failed":
            raise GraderBroke(result.message)
        notebook = notebook_of(Frame.of(_released(name)), _pieces(hand_in, name), result)
        self._sanitizing = False
        self._init_preprocessors()  # those that come after grading: late penalties, checks
        try:
            output, resources = self.exporter.from_notebook_node(
                nbformat.from_dict(notebook), resources
            )
            self._sanitizing = True
            self.write_single_notebook(output, resources)
        finally:
            self._sanitizing = True


def use_sandbox() -> None:
    """Let nbgrader's command and formgrader autograde in the sandbox.

    nbgrader has no setting for the class that autogrades: these are the two modules that name it.
    """
    autogradeapp.Autograde = AutogradeInSandbox
    api.Autograde = AutogradeInSandbox


def find_commands() -> None:
    """Let nbgrader find ``alembic``, with which it makes a gradebook, beside this Python.

    A virtual environment need not be activated for ``.venv/bin/nbgrader`` to run.
    """
    here = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join([here, os.environ.get("PATH", os.defpath)])


def existing_timestamp(folder: str) -> datetime | None:
    """What ``timestamp.txt`` in ``folder`` says, in UTC and without a zone, as nbgrader has it.

    In place of nbgrader's own, which ends on a time that it cannot read and takes "+0300" for 300
    seconds.
    """
    try:
        when = handed_in(Path(folder) / "timestamp.txt", datetime.fromtimestamp(0, UTC))
    except Rejected:
        return None
    return when.moment.replace(tzinfo=None) if when.source == KNOWN else None


def grade_student(name: str, hand_in: HandIn) -> SubmissionResult:
    """Grade one student's work as ``dlcourse grade`` would, in a warm sandbox of this process."""
    job = read_job(name, course_secret(course_root()), hand_in)
    return job if isinstance(job, SubmissionResult) else grade_one(settings_for(name), job)


def _handed_in(hand_in: HandIn, name: str) -> bool:
    """Whether there is work, be it such that it has to be rejected."""
    try:
        return read(hand_in, name) is not None
    except Rejected:
        return True


def _pieces(hand_in: HandIn, name: str) -> list[Piece]:
    """The cells of a student's work; none where it cannot be read."""
    try:
        submitted = read(hand_in, name)
        return submitted.pieces() if submitted is not None else []
    except Rejected:
        return []


@cache
def _released(name: str) -> NotebookNode:
    return gradebook_cells.released(source_path(name))
