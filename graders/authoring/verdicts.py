"""What the outcomes of an assignment's own right and wrong answers say of its hidden tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from graders.authoring.findings import Finding
from graders.authoring.mutants import Mutant, what_student_reads
from graders.engine.results import SubmissionResult, points_by_task
from graders.engine.settings import MAX_SCORE

WENT_WRONG = ("failed", "error", "timeout")  # "skipped" tells nothing of a test
ONE_MISTAKE = MAX_SCORE / 2  # the most that one wrong function of several may cost


def of_tests(
    hidden: Path, result: SubmissionResult, public: Mapping[str, float]
) -> Iterator[Finding]:
    """Points that do not sum, and tasks without public checks.

    Args:
        result: of the reference solution.
        public: task -> points of the public checks.
    """
    worth = points_by_task(result.tests)
    total = sum(worth.values())
    if total != MAX_SCORE:
        yield Finding(
            hidden, f"the points sum to {total:g}", f"change them until they sum to {MAX_SCORE:g}"
        )
    for task in worth.keys() - public.keys():
        yield Finding(hidden, f"{task} has no public check", "give students one to work with")
    for task in public.keys() - worth.keys():
        yield Finding(hidden, f"{task} has public checks alone", "test it, or call it as here")


def of_words(file: Path, stub: SubmissionResult) -> Iterator[Finding]:
    """Tests that tell students too little, and those that nothing at all passes.

    Args:
        stub: what became of the notebook as students get it.
    """
    for test in stub.tests:
        if test.passed:
            yield Finding(
                file,
                f"{test.name} passes where nothing is written yet",
                "let it look at an answer first",
            )
            continue
        if not test.hint.strip():
            yield Finding(file, f"{test.name} has no hint", 'hint="…" in its points marker')
        if not test.description.strip():
            yield Finding(file, f"{test.name} does not say what it demands", "give it a docstring")


def of_right(file: Path, result: SubmissionResult) -> Iterator[Finding]:
    """Points that a right answer lost."""
    if result.status == "failed":
        yield broken(file, result)
        return
    if why := result.shared_error:
        yield Finding(file, f"a right answer loses everything: {why}", "mend it")
        return
    for test in result.tests:
        if not test.passed:
            yield Finding(
                file,
                f"a right answer loses {test.name}: {test.message}",
                "mend the test, or the answer if it is wrong",
            )


def broken(file: Path, result: SubmissionResult) -> Finding:
    """The grader's own fault, which is its tests' where these are new; pytest's lines of error."""
    raised = [line[1:].strip() for line in result.message.splitlines() if line.startswith("E ")]
    return Finding(file, "; ".join(raised) or result.message, "mend the tests")


def of_mutant(file: Path, mutant: Mutant, result: SubmissionResult) -> Iterator[Finding]:
    """Whether a wrong answer was caught, where and in the words that it must be, and fairly."""
    tests = result.tests_of(mutant.task)
    if result.status == "failed":
        yield broken(file, result)
        return
    if not mutant.replaces:
        yield Finding(
            file, "it defines no function that is asked for", "give one of them its mistake"
        )
        return
    if not tests:
        yield Finding(file, f"there is no task {mutant.task}", "name one that has hidden tests")
        return
    said = what_student_reads(mutant, result)
    if not said and any(test.status == "timeout" for test in tests):
        yield Finding(file, "it runs until it is stopped", "let it end with a wrong answer")
        return
    if not said:
        yield Finding(file, f"no test of {mutant.task} fails", "test what it does wrong")
    elif mutant.says not in said:
        first = next(line for line in said.splitlines() if line.strip())
        yield Finding(
            file,
            f"the student does not read {mutant.says!r}, but: {first.strip()}",
            "mistakes=… in check_close, or another hint",
        )
    if sum(test.score for test in tests) == 0:
        yield Finding(
            file,
            f"{mutant.task} loses all {sum(test.points for test in tests):g} points by this slip",
            "another test of what is still right",
        )


def of_coverage(hidden: Path, results: Iterable[SubmissionResult]) -> Iterator[Finding]:
    """Tests that no mutant fails.

    Args:
        results: of the mutants.
    """
    missed: dict[str, bool] = {}
    for result in results:
        for test in result.tests:
            missed[test.name] = missed.get(test.name, True) and test.status not in WENT_WRONG
    for name in [name for name, never in missed.items() if never]:
        yield Finding(hidden, f"no mutant fails {name}", "add a mutant that it catches")


def of_functions(
    hidden: Path, best: float, results: Mapping[str, SubmissionResult]
) -> Iterator[Finding]:
    """Functions that no test calls, and those whose failure takes others with them.

    Args:
        best: points of the reference.
        results: by a function's name, of the reference with that one raising at every call.
    """
    for name, result in results.items():
        lost = best - result.score
        if not lost:
            yield Finding(hidden, f"no test calls {name}", "test it, or do not ask for it")
        elif len(results) > 1 and lost > ONE_MISTAKE:
            yield Finding(
                hidden,
                f"all is right but {name}, and {lost:g} points are lost",
                "fewer points for it, or CARRIED_FORWARD to tests that build on it",
            )
