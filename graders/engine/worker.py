"""Grading one submission, in a process that keeps the tests and the sandbox warm."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from functools import lru_cache

from graders.engine.carried_forward import carry_forward
from graders.engine.catalogue import profile
from graders.engine.cells import Code
from graders.engine.names import defined_names
from graders.engine.plugin import AssignmentTests
from graders.engine.results import NO_RECEIPT, Receipt, SubmissionResult
from graders.engine.settings import GradingSettings
from graders.engine.student import Student, Submission
from graders.errors import GraderBroke
from graders.sandbox.sandbox import Sandbox

ONE_AT_A_TIME = threading.Lock()  # a cluster's worker may have several threads, a grader not


@dataclass(frozen=True, repr=False)  # a cluster logs the arguments of what fails: no student's data
class GradingJob:
    """One submission to grade."""

    student: str
    seed: bytes
    sha256: str
    code: Code
    receipt: Receipt = NO_RECEIPT


class Grader:
    """The tests and a sandbox, for submission after submission.

    Args:
        sandbox: one that is there already; else the grader makes its own.
    """

    def __init__(self, settings: GradingSettings, sandbox: Sandbox | None = None) -> None:
        self.settings = settings
        self.tests = AssignmentTests(settings.tests, settings.reference)
        self.asked = defined_names(settings.reference.read_text(encoding="utf-8"))
        self.sandbox = sandbox or Sandbox(
            settings.limits, profile(settings.reference), isolated=settings.isolated
        )

    def grade(self, job: GradingJob) -> SubmissionResult:
        """The submission's outcome.

        Raises:
            GraderBroke: the grader is at fault; nothing is known of the submission.
        """
        started = time.perf_counter()
        name, limits = self.settings.assignment, self.settings.limits
        with Submission(self.sandbox, name, job.code, limits, self.asked) as submission:
            if why := submission.not_code():
                tests = self.tests.none_run(why)
            else:
                student = Student(submission)
                results = self.tests.run(student, job.seed)
                tests = carry_forward(self.tests, student, job.seed, results)
            notes = submission.notes()
        return SubmissionResult(
            student=job.student,
            status="graded",
            score=round(sum(test.score for test in tests), 6),
            sha256=job.sha256,
            seconds=round(time.perf_counter() - started, 4),
            message="; ".join(notes),
            isolation=self.sandbox.isolation,
            tests=tests,
        ).received(job.receipt)


@lru_cache(maxsize=1)
def warm_grader(settings: GradingSettings) -> Grader:
    return Grader(settings)


def grade_one(settings: GradingSettings, job: GradingJob) -> SubmissionResult:
    """Grade ``job`` in this process; a grader that broke is replaced once before it counts."""
    for attempt in (1, 2):
        try:
            with ONE_AT_A_TIME:
                return warm_grader(settings).grade(job)
        except (GraderBroke, OSError, MemoryError, ImportError) as error:
            warm_grader.cache_clear()
            if attempt == 2:
                return broken(job, str(error) or type(error).__name__)
    raise AssertionError("unreachable")


def broken(job: GradingJob, why: str) -> SubmissionResult:
    """The record of a submission that the grader could not grade, by its own fault."""
    return SubmissionResult(
        student=job.student,
        status="failed",
        sha256=job.sha256,
        message=f"the grader broke: {why}",
    ).received(job.receipt)
