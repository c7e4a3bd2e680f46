"""From what was handed in to jobs for the workers."""

from __future__ import annotations

import hashlib

from graders.engine import submissions
from graders.engine.candidates import nothing_taken
from graders.engine.cells import from_script
from graders.engine.hand_ins import HandIn
from graders.engine.results import SubmissionResult
from graders.engine.secret import student_seed
from graders.engine.settings import GradingSettings
from graders.engine.worker import GradingJob
from graders.errors import Rejected

REFERENCE = "\0reference"
"""Who handed in the reference solution; no student's folder can have this name."""


def read_job(assignment: str, secret: bytes, hand_in: HandIn) -> GradingJob | SubmissionResult:
    """A job, or at once the result of a submission in which there is nothing to run."""
    try:
        submitted = submissions.read(hand_in, assignment)
        if submitted is None:
            return SubmissionResult(
                hand_in.student, "missing", message=nothing_taken(hand_in, assignment)
            )
        return GradingJob(
            student=hand_in.student,
            seed=student_seed(secret, assignment, hand_in.student),
            sha256=submitted.sha256,
            code=submitted.code(),
            receipt=submitted.receipt,
        )
    except Rejected as error:
        return SubmissionResult(hand_in.student, "rejected", message=str(error))


def reference_job(settings: GradingSettings, secret: bytes) -> GradingJob:
    """The reference solution as a student's: a grader that does not pass it is broken."""
    content = settings.reference.read_bytes()
    return GradingJob(
        student=REFERENCE,
        seed=student_seed(secret, settings.assignment, REFERENCE),
        sha256=hashlib.sha256(content).hexdigest(),
        code=from_script(settings.reference.name, content),
    )
