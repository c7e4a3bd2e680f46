"""A small class whose figures can be checked by hand, for tests of what grading writes."""

from pathlib import Path

from graders.engine.final import FinalScore, automatic_score, results_json
from graders.engine.results import ClassResults, SubmissionResult, TestResult
from graders.engine.writing import write_atomically

TASKS = {"softmax": 60.0, "accuracy": 40.0}


def outcome(name, task, points, status="passed", message="", seconds=0.01):
    return TestResult(
        name=name,
        task=task,
        points=points,
        score=points if status == "passed" else 0.0,
        status=status,
        message=message,
        seconds=seconds,
        description=f"What {name} asks.",
        hint=f"Hint of {name}.",
    )


def submission(student, *statuses, message="", submitted_at="2026-03-01T12:00:00+00:00"):
    """Return a graded submission; ``statuses`` of the tests worth 40, 20 and 40 points."""
    tests = (
        outcome("test_rows_sum_to_one", "softmax", 40.0, statuses[0], message),
        outcome("test_large_scores", "softmax", 20.0, statuses[1], message),
        outcome("test_counts", "accuracy", 40.0, statuses[2], message),
    )
    return SubmissionResult(
        student,
        "graded",
        score=sum(test.score for test in tests),
        sha256="0123456789abcdef" * 4,
        seconds=0.03,
        submitted_at=submitted_at,
        tests=tests,
    )


def small_class(*extra):
    return ClassResults(
        "softmax",
        100.0,
        "bubblewrap",
        (
            submission("ada", "passed", "passed", "passed"),
            submission("bob", "passed", "failed", "passed", message="3 of 6 entries differ"),
            submission("cleo", "failed", "skipped", "error", message="ValueError: bad shape"),
            SubmissionResult("dan", "missing", message="no softmax.py"),
            SubmissionResult("eve", "rejected", message="not valid JSON: line 3"),
            SubmissionResult("fay", "failed", message="No space left on device"),
            *extra,
        ),
    )


def automatic(results: ClassResults) -> list[FinalScore]:
    """Everyone's line, where no human and no gradebook says another thing."""
    return [automatic_score(item, results.max_score) for item in results.submissions]


def write_results(results: ClassResults, folder: Path) -> None:
    """Writes results.json as `grade` does."""
    write_atomically(folder / "results.json", results_json(results, automatic(results)))
