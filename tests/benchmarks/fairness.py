"""Whether every right version gets all points, whoever hands it in.

    python tests/benchmarks/fairness.py [--assignment NAME ...] [--seeds 50] [--first 0]

Each student meets other numbers in the hidden tests. Grades the reference solution and every
alternate of ``tests/alternates`` for many students, and prints for each assignment how many of
these gradings lost a point, and which. Exit status 1 where one did.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from graders.engine.catalogue import assignment_names
from tests.assignments.grading import correct_source, correct_versions, grade, lost, side_by_side


@dataclass(frozen=True)
class Outcome:
    """One right version as one student's submission."""

    path: Path
    seed: int
    lost: str  # what did not pass, and why; nothing where all did

    @property
    def assignment(self) -> str:
        return self.path.parent.name


def outcome(case: tuple[Path, int]) -> Outcome:
    path, seed = case
    result = grade(path.parent.name, correct_source(path), seed)
    return Outcome(path, seed, lost(result) if result.score < 100 else "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assignment", nargs="*", choices=assignment_names(), metavar="NAME")
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--first", type=int, default=0, help="of the seeds")
    options = parser.parse_args()
    names = options.assignment or assignment_names()
    versions = [path for path in correct_versions() if path.parent.name in names]
    # by assignment, so that a process seldom changes the one that it keeps warm
    versions.sort(key=lambda path: path.parent.name)
    seeds = range(options.first, options.first + options.seeds)
    cases = [(path, seed) for path in versions for seed in seeds]
    outcomes = side_by_side(outcome, cases)
    unfair = [o for o in outcomes if o.lost]
    graded, losing = (Counter(o.assignment for o in some) for some in (outcomes, unfair))
    table = Table("assignment", "right versions", "gradings", "lost points")
    for name in sorted(graded):
        count = sum(path.parent.name == name for path in versions)
        table.add_row(name, str(count), str(graded[name]), str(losing[name]))
    Console().print(table)
    for o in unfair:
        print(f"{o.assignment}/{o.path.name}, seed {o.seed}: {o.lost.strip()}", file=sys.stderr)
    return int(bool(unfair))


if __name__ == "__main__":
    sys.exit(main())
