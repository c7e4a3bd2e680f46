"""What all submissions of a grading run share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from graders.engine.catalogue import course_root, parsed, source_path
from graders.errors import BadInput
from graders.sandbox.limits import Limits

MAX_SCORE = 100.0
"""What the hidden tests of every assignment sum to."""


@dataclass(frozen=True)
class GradingSettings:
    """What to grade with. It crosses to worker processes, and keys their cache."""

    assignment: str
    tests: Path
    reference: Path
    limits: Limits
    isolated: bool


def settings_for(
    name: str, timeout: float = Limits.submission_seconds, sandboxed: bool = True
) -> GradingSettings:
    """What grading assignment ``name`` needs.

    Args:
        timeout: seconds that one submission may take.
        sandboxed: whether submissions run isolated.

    Raises:
        BadInput: there is no such assignment, its source is not Python, or this copy of the course
            cannot grade it.
    """
    reference = source_path(name)
    tests = course_root() / "graders" / "hidden" / name
    if not tests.is_dir():
        raise BadInput(f"{tests} does not exist: this copy of the course has no hidden tests")
    parsed(reference)
    if not timeout > 0:
        raise BadInput(f"--timeout {timeout:g}: more than 0 seconds")
    return GradingSettings(name, tests, reference, Limits(submission_seconds=timeout), sandboxed)
