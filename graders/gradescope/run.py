"""Inside Gradescope's container: grade the one submission that is there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from graders.engine.catalogue import course_root, profile
from graders.engine.final import automatic_score
from graders.engine.hand_ins import HandIn
from graders.engine.jobs import read_job
from graders.engine.results import SubmissionResult
from graders.engine.secret import course_secret
from graders.engine.settings import MAX_SCORE, settings_for
from graders.engine.worker import Grader
from graders.engine.writing import write_atomically
from graders.errors import BadInput, GraderBroke
from graders.reports.gradescope import record
from graders.sandbox.sandbox import Sandbox

AUTOGRADER = Path("/autograder")


def main(name: str) -> int:
    """Write ``results.json`` and return the exit status: 1 where nothing can be said.

    Gradescope then tells the student that the autograder failed, and the instructor what is
    printed here; no score is made up.
    """
    try:
        result = graded(name)
    except (BadInput, GraderBroke, OSError) as error:
        print(f"not graded: {error}")
        return 1
    write_atomically(
        AUTOGRADER / "results" / "results.json", record(automatic_score(result, MAX_SCORE))
    )
    return 0


def graded(name: str) -> SubmissionResult:
    """The outcome of what lies in ``/autograder/submission``."""
    hand_in = HandIn(student(), AUTOGRADER / "submission")
    job = read_job(name, course_secret(course_root()), hand_in)
    if isinstance(job, SubmissionResult):
        return job
    settings = settings_for(name)
    with Sandbox(settings.limits, profile(settings.reference), alone=True) as sandbox:
        print(f"isolation: {sandbox.isolation}", flush=True)
        if sandbox.reason:
            print(f"not a better one: {sandbox.reason}", flush=True)
        return Grader(settings, sandbox).grade(job)


def student() -> str:
    """Who handed in, by e-mail address: every attempt of a student meets the same inputs."""
    try:
        metadata = json.loads((AUTOGRADER / "submission_metadata.json").read_bytes())
        return str(metadata["users"][0]["email"])
    except (OSError, ValueError, LookupError, TypeError):
        return "student"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
