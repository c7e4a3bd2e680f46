"""All that ``dlcourse grade`` leaves behind: the gradebook first, then what is read off it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from graders.engine import audit
from graders.engine.allowances import allowances_path, read_allowances
from graders.engine.catalogue import course_root
from graders.engine.final import FinalScore, results_json
from graders.engine.hand_ins import HandIn
from graders.engine.results import ClassResults, TestResult, points_by_task
from graders.engine.writing import write_atomically
from graders.nbgrader import gradebook, late
from graders.nbgrader.autograded import write_notebooks
from graders.nbgrader.final_scores import final_scores
from graders.nbgrader.source_notebooks import write_course
from graders.reports import pages
from graders.reports.grades import grades_csv


@dataclass(frozen=True)
class Graded:
    """A class as the tests graded it.

    ``tests`` are those of the assignment, as the reference solution passed them, ``source`` is the
    assignment's, and ``trust_file_times`` says whether a file's own time makes work late.
    """

    results: ClassResults
    tests: tuple[TestResult, ...]
    source: Path
    trust_file_times: bool = False

    def into_gradebook(self, out: Path) -> list[str]:
        """Write it into ``out/gradebook.db``, with late penalties as the course has them.

        Returns:
            The students who would be late if their files' times counted, and now are not.
        """
        return gradebook.update(
            *(self.results, points_by_task(self.tests), out),
            source=self.source,
            penalty=late.late_penalty(course_root() / "nbgrader_config.py"),
            extensions=read_allowances().extensions(self.results.assignment),
            trust_file_times=self.trust_file_times,
        )


@dataclass(frozen=True)
class Written:
    """Everyone's final score, and what the instructor should know."""

    lines: list[FinalScore]
    warnings: list[str]


def write_everything(graded: Graded, students: list[HandIn], out: Path) -> Written:
    """All that ``--out`` holds, each file replaced atomically."""
    results = graded.results
    # first, since what a human did there decides what all the others say
    perhaps_late = graded.into_gradebook(out)
    lines = final_scores(results, out / "gradebook.db")
    extensions = read_allowances().extensions(results.assignment)
    audit.note(out, results.assignment, lines, extensions)
    write_atomically(out / "results.json", results_json(results, lines))
    names = [test.name for test in graded.tests]
    write_atomically(out / "grades.csv", grades_csv(lines, results.assignment, names))
    pages.write_feedback(results, out, lines)
    pages.write_report(results, out, lines)
    write_notebooks(results, graded.source, students, out)
    write_course(out, graded.source)
    warnings = []
    if perhaps_late:
        warnings.append(
            f"late by their files' times alone, so without a penalty: {', '.join(perhaps_late)} "
            "(--trust-file-times applies it)"
        )
    extended = {student for student, until in extensions.items() if until is not None}
    if strangers := sorted(extended - {line.student for line in lines}):
        warnings.append(
            f"{allowances_path()} has an extension for those who are not here: "
            f"{', '.join(strangers)}"
        )
    return Written(lines, warnings)
