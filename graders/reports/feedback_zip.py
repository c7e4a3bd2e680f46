"""Everybody's feedback in one zip or folder, called as the platform's own download called the work.

Moodle: View all submissions > Upload multiple feedback files in a zip. Canvas: the assignment >
Re-Upload Submissions; it shows what comes back under the name of the file that was handed in, so
that a notebook is answered by a notebook. nbgrader: the exchange's folder `feedback`, which nobody
can list, and in which a page is called by a secret that its student alone has.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from graders.engine.final import FinalScore
from graders.engine.results import ClassResults
from graders.engine.writing import write_atomically
from graders.nbgrader.autograded import printable_markdown
from graders.platforms.outcome import called_back
from graders.reports.archive import write_zip
from graders.reports.pages import feedback_page


def write(
    results: ClassResults, lines: list[FinalScore], results_dir: Path, to: Path, collected: Path
) -> list[str]:
    """Write the zip, or into the folder ``to``; return those of whom the download had nothing.

    Args:
        results_dir: the ``--out`` of ``dlcourse grade``.
        collected: the folder into which ``dlcourse collect`` put the submissions.

    Raises:
        BadInput: it collected no such assignment there.
    """
    called = called_back(collected, results.assignment)
    files: dict[str, str] = {}
    for line in lines:
        name = called.get(line.student)
        if not name or name in files:  # of a group, one is enough
            continue
        if name.endswith(".ipynb"):
            files[name] = _notebook(results.assignment, line, results_dir)
        else:
            files[name] = feedback_page(results, line)
    if to.is_dir():
        for name, page in files.items():
            write_atomically(to / name, page)
    else:
        write_zip(to, files)
    return [line.student for line in lines if not called.get(line.student)]


def _notebook(assignment: str, line: FinalScore, results_dir: Path) -> str:
    """The student's graded notebook, below its score and what a human said."""
    graded = results_dir / "autograded" / line.student / assignment / f"{assignment}.ipynb"
    notebook: dict[str, Any] = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    if graded.is_file():
        notebook = json.loads(graded.read_bytes())
    score = "open" if line.score is None else f"{line.score:g}"
    told = [f"**{assignment}: {score} of {line.max_score:g}**"]
    if line.late_penalty:
        told.append(f"Late penalty: {line.late_penalty:g}")
    if line.submission.message:
        told.append(f"{line.submission.status}: {line.submission.message}")
    told += [f"{task.name}: {task.comment}" for task in line.tasks if task.comment]
    cell = {"cell_type": "markdown", "metadata": {}}
    source = "\n\n".join([told[0], *map(printable_markdown, told[1:])])
    notebook["cells"].insert(0, {**cell, "source": source})
    return json.dumps(notebook) + "\n"
