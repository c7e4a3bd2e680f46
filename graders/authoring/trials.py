"""Texts graded as students' submissions: in the sandbox, by worker processes, as `grade` does."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from graders.engine.bars import with_bar
from graders.engine.cells import from_script
from graders.engine.pool import Workers, perform_all
from graders.engine.results import SubmissionResult
from graders.engine.settings import GradingSettings
from graders.engine.worker import GradingJob, broken, grade_one

REFERENCE = "the reference solution"
STUDENTS = 2
"""For so many the right answers are graded: their numbers differ, a right answer's points not."""


@dataclass(frozen=True)
class Trial:
    """A submission's text, and what the author calls it."""

    about: str
    source: str
    student: int = 0
    """Which student hands it in: each meets other numbers, the same ones at every run."""


def run(
    settings: GradingSettings, trials: Sequence[Trial], workers: Workers, title: str
) -> dict[Trial, SubmissionResult]:
    """Every trial's outcome; where the grader breaks at the reference, that outcome alone.

    Raises:
        BadInput: this machine cannot isolate, or the tests cannot be used.
    """
    by_name = {f"{trial.about}, student {trial.student}": trial for trial in trials}
    jobs = (_job(settings, name, trial) for name, trial in by_name.items())
    results: dict[Trial, SubmissionResult] = {}
    graded = perform_all(partial(grade_one, settings), jobs, workers, broken)
    for result in with_bar(graded, title, len(trials)):
        trial = by_name[result.student]
        if result.status == "failed" and trial.about == REFERENCE:
            return {trial: result}
        results[trial] = result
    return {trial: results[trial] for trial in trials}


def _job(settings: GradingSettings, name: str, trial: Trial) -> GradingJob:
    seed = hashlib.sha256(f"{settings.assignment}, student {trial.student}".encode()).digest()
    return GradingJob(name, seed, "", from_script(settings.reference.name, trial.source.encode()))
