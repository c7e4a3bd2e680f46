"""``dlcourse lint-assignment``: what an assignment's author should mend before students meet it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import jupytext

from graders.authoring import notebook, verdicts
from graders.authoring.findings import Finding, show
from graders.authoring.mutants import PUT_IN_PLACE, Mutant, definitions, functions, text_of
from graders.authoring.trials import REFERENCE, STUDENTS, Trial, run
from graders.engine.catalogue import course_root, parsed, source_path
from graders.engine.pool import Workers
from graders.engine.processes import local_workers, worker_count
from graders.engine.results import points_by_task
from graders.engine.settings import GradingSettings, settings_for
from graders.errors import BadInput

STUB = "the notebook as students get it"
WRONG = {
    "def": "def {}(*args, **kwargs):\n    raise ArithmeticError('wrong')\n",
    "class": "class {}:\n    def __init__(self, *args, **kwargs):\n"
    "        raise ArithmeticError('wrong')\n",
}


def lint(name: str, jobs: int | None = None) -> int:
    """Print what is to be mended in assignment ``name``; the exit status is 1 if there is anything.

    Args:
        jobs: worker processes; one per core if left out.

    Raises:
        BadInput: there is no such assignment, one of its tests is not Python, or this machine
            cannot grade.
    """
    started = time.perf_counter()
    count = worker_count(jobs)
    assignment = Assignment.read(name)
    findings = list(dict.fromkeys(_findings(assignment, local_workers(count))))
    show(sorted(findings, key=lambda finding: str(finding.file)), course_root())
    files = len({finding.file for finding in findings})
    found = f"{len(findings)} to mend in {_many(files, 'file')}" if findings else "nothing to mend"
    looked = ", ".join(
        _many(len(paths), what)
        for paths, what in ((assignment.mutants, "mutant"), (assignment.alternates, "alternate"))
    )
    print(f"{name}: {found}; {looked}, {time.perf_counter() - started:.0f} s")
    return int(bool(findings))


def _many(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")


@dataclass(frozen=True)
class Assignment:
    """Where the parts of an assignment lie."""

    settings: GradingSettings
    mutants: Sequence[Path]
    alternates: Sequence[Path]

    @classmethod
    def read(cls, name: str) -> Assignment:
        """The assignment ``name`` of the course at hand.

        Raises:
            BadInput: there is no such assignment, no hidden test, or a test that is not Python.
        """
        source_path(name)
        tests = course_root() / "tests"
        mutants, alternates = (
            sorted((tests / kind / name).glob("*.py")) for kind in ("mutants", "alternates")
        )
        found = cls(settings_for(name), mutants, alternates)
        for folder in (found.settings.tests, found.source.parent):
            for file in sorted(folder.glob("*.py")):
                parsed(file)
        return found

    @property
    def source(self) -> Path:
        return self.settings.reference

    @property
    def hidden(self) -> Path:
        return self.settings.tests / f"test_{self.source.stem}.py"

    @property
    def public(self) -> Path:
        return self.source.with_name(f"test_{self.source.stem}.py")


def _findings(assignment: Assignment, workers: Workers) -> Iterator[Finding]:
    """Everything that is found, whatever is looked at first."""
    source, hidden, public = assignment.source, assignment.hidden, assignment.public
    reference = source.read_text(encoding="utf-8")
    asked = notebook.asked_for(source)
    given = definitions(source) + PUT_IN_PLACE
    right = [Trial(REFERENCE, reference, student) for student in range(STUDENTS)]
    stub = Trial(STUB, _stub(source))
    mutants: dict[Trial, tuple[Path, Mutant]] = {}
    for path in assignment.mutants:
        try:
            mutant = Mutant.read(path, source)
        except BadInput as error:
            yield unreadable(path, error)
            continue
        mutants[Trial(f"mutant {path.stem}", mutant.source)] = path, mutant
    alternates: dict[Trial, Path] = {}
    for path in assignment.alternates:
        try:
            functions(path)
        except BadInput as error:
            yield unreadable(path, error)
            continue
        for student in range(STUDENTS):
            trial = Trial(f"alternate {path.stem}", given + text_of(path), student)
            alternates[trial] = path
    raising = {Trial(f"{name} raises", given + _wrong(reference, name)): name
                 for name in asked}  # fmt: skip

    trials = [*right, stub, *mutants, *alternates, *raising]
    outcome = run(assignment.settings, trials, workers, f"grading {source.stem}")
    checks = run(
        replace(assignment.settings, tests=public),
        [right[0], stub],
        Workers(1, workers.executor, workers.died),
        "public checks",
    )
    broke = False
    for file, results in ((hidden, outcome), (public, checks)):
        for trial in right:
            if trial in results:
                yield from verdicts.of_right(file, results[trial])
                broke |= results[trial].status == "failed"
    if broke:
        return
    if not outcome[right[0]].tests:
        yield Finding(hidden, "there is no test", "begin with one that 'new-assignment' writes")
        return
    worth = points_by_task(outcome[right[0]].tests)
    yield from notebook.of_cells(source, worth)
    yield from notebook.of_release(source, assignment.settings.tests.glob("*.py"))
    yield from verdicts.of_tests(hidden, outcome[right[0]], points_by_task(checks[right[0]].tests))
    for file, results in ((hidden, outcome), (public, checks)):
        yield from verdicts.of_words(file, results[stub])
    for trial, path in alternates.items():
        yield from verdicts.of_right(path, outcome[trial])
    for trial, (path, mutant) in mutants.items():
        yield from verdicts.of_mutant(path, mutant, outcome[trial])
    yield from verdicts.of_coverage(hidden, [outcome[right[0]], *(outcome[t] for t in mutants)])
    by_name = {name: outcome[trial] for trial, name in raising.items()}
    yield from verdicts.of_functions(hidden, outcome[right[0]].score, by_name)
    if not assignment.alternates:
        yield Finding(
            course_root() / "tests" / "alternates" / source.stem,
            "no right answer but the reference is tried",
            "write the solution in another way",
        )


def unreadable(path: Path, error: BadInput) -> Finding:
    """A mutant or an alternate that is passed over."""
    return Finding(
        path, str(error).removeprefix(str(path)).lstrip(": "), "see the other files there"
    )


def _wrong(reference: str, name: str) -> str:
    return WRONG["class" if f"class {name}" in reference else "def"].format(name)


def _stub(source: Path) -> str:
    """The text that students start from."""
    from graders.nbgrader.gradebook_cells import released

    return jupytext.writes(released(source), fmt="py:percent")
