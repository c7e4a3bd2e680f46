"""nbgrader's commands over this course: sources made from py:percent, grades from the sandbox."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jupytext
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from graders.engine.catalogue import assignment_names, course_root, source_path
from graders.engine.hand_ins import HandIn
from graders.engine.jobs import read_job
from graders.engine.results import ClassResults, SubmissionResult, points_by_task, write_atomically
from graders.engine.secret import course_secret
from graders.engine.settings import MAX_SCORE, settings_for
from graders.engine.worker import grade_one, warm_grader
from graders.errors import GraderBroke
from graders.nbgrader.gradebook_cells import find, released
from graders.nbgrader.gradebook_rows import save
from graders.nbgrader.task_text import task_text


def write_sources(course: Path) -> None:
    """Write ``source/NAME/NAME.ipynb`` for every assignment whose py:percent source is newer."""
    for name in assignment_names():
        source = source_path(name)
        notebook = course / "source" / name / f"{name}.ipynb"
        if not notebook.exists() or notebook.stat().st_mtime < source.stat().st_mtime:
            write_atomically(notebook, jupytext.writes(jupytext.read(source), fmt="ipynb"))


class GradeInSandbox(NbGraderPreprocessor):
    """Stands in for nbgrader's Execute and SaveAutoGrades.

    The submitted file is graded as ``dlcourse grade`` does it, under the same seed, and the grades
    go straight from the results to the gradebook. Nothing in the notebook is a verdict: outputs
    are written here, for people to read.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        about = resources["nbgrader"]
        name, student = about["assignment"], about["student"]
        coursedir = self.parent.parent.coursedir  # the exporter's converter's
        folder = coursedir.format_path(coursedir.submitted_directory, student, name)
        result = grade_student(name, HandIn(student, Path(folder)))
        results = ClassResults(name, MAX_SCORE, result.isolation, (result,))
        tasks = points_by_task(warm_grader(settings_for(name)).tests.specs)
        with Gradebook(about["db_url"], coursedir.course_id) as gradebook:
            save(gradebook.db, find(gradebook.db, name, tasks, _released(name)), results, tasks)
            gradebook.db.commit()
        if result.status == "failed":
            raise GraderBroke(result.message)
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            if utils.is_grade(cell) and cell.metadata.nbgrader["grade_id"] in tasks:
                tests = result.tests_of(cell.metadata.nbgrader["grade_id"])
                cell.outputs = [new_output("stream", name="stdout", text=task_text(result, tests))]
        return nb, resources


def grade_student(name: str, hand_in: HandIn) -> SubmissionResult:
    """Grade one student's work as ``dlcourse grade`` would, in a warm sandbox of this process."""
    job = read_job(name, course_secret(course_root()), hand_in)
    return job if isinstance(job, SubmissionResult) else grade_one(settings_for(name), job)


@cache
def _released(name: str) -> NotebookNode:
    return released(source_path(name))
