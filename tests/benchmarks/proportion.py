"""What a one-line mistake costs: every mutant graded for many students.

    python tests/benchmarks/proportion.py [--assignment NAME ...] [--seeds 10]

Prints for each assignment, over its mutants and seeds:

- the share of its task's points that a mistake keeps: mean, least, and for how many of the mutants
  nothing of the task is left in some seed;
- the share of all 100 points that it keeps: mean and least;
- how many of the gradings caught it, as ``tests/assignments/test_mutants.py`` does.

With ``--assignment`` each mutant has a line of its own. Exit status 1 where one was not caught.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from statistics import fmean

from rich.console import Console
from rich.table import Table

from graders.authoring.mutants import Mutant, what_student_reads
from graders.engine.catalogue import assignment_names
from tests.assignments.grading import grade, mutants, side_by_side


@dataclass(frozen=True)
class Outcome:
    """One mutant as one student's submission."""

    mutant: Mutant
    seed: int
    task: float  # share of the task's points that it kept
    whole: float  # share of all points
    caught: bool


def outcome(case: tuple[Mutant, int]) -> Outcome:
    mutant, seed = case
    result = grade(mutant.assignment, mutant.source, seed)
    tests = [test for test in result.tests if test.task == mutant.task]
    task = sum(test.score for test in tests) / sum(test.points for test in tests)
    return Outcome(
        mutant, seed, task, result.score / 100, mutant.says in what_student_reads(mutant, result)
    )


def figures(outcomes: list[Outcome]) -> list[str]:
    """The columns of a table's line."""
    tasks, wholes = ([getattr(o, share) for o in outcomes] for share in ("task", "whole"))
    zeros = {o.mutant.name for o in outcomes if o.task == 0}
    return [
        *(f"{number:.2f}" for number in (fmean(tasks), min(tasks))),
        str(len(zeros)),
        *(f"{number:.2f}" for number in (fmean(wholes), min(wholes))),
        f"{sum(o.caught for o in outcomes)} of {len(outcomes)}",
    ]


def table(title: str, groups: dict[str, list[Outcome]]) -> Table:
    columns = ["task: mean", "min", "zeros", "whole: mean", "min", "caught"]
    drawn = Table(title, "mutants", *columns)
    for name, outcomes in groups.items():
        count = len({(o.mutant.assignment, o.mutant.name) for o in outcomes})
        drawn.add_row(name, str(count), *figures(outcomes))
    return drawn


def grouped(outcomes: list[Outcome], attribute: str) -> dict[str, list[Outcome]]:
    names = sorted({getattr(o.mutant, attribute) for o in outcomes})
    return {n: [o for o in outcomes if getattr(o.mutant, attribute) == n] for n in names}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assignment", nargs="*", choices=assignment_names(), metavar="NAME")
    parser.add_argument("--seeds", type=int, default=10)
    options = parser.parse_args()
    chosen = [m for m in mutants() if m.assignment in (options.assignment or assignment_names())]
    # seeds inside, so that a process seldom changes the assignment that it keeps warm
    cases = [(mutant, seed) for mutant in chosen for seed in range(options.seeds)]
    outcomes = side_by_side(outcome, cases)
    out = Console(width=None if sys.stdout.isatty() else 120)
    assignments = grouped(outcomes, "assignment")
    for name, of_one in assignments.items():
        if options.assignment:
            out.print(table(name, grouped(of_one, "name")))
    out.print(table("assignment", {**assignments, "all": outcomes}))
    missed = [o for o in outcomes if not o.caught]
    for o in missed:
        print(f"not caught: {o.mutant.assignment}/{o.mutant.name}, seed {o.seed}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
