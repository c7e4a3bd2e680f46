"""Grade every reference and every alternate for many students: all must get all points.

Too slow for the test suite. Run as ``python -m tests.assignments.no_flake --seeds 50 [NAME ...]``.
"""

from __future__ import annotations

import argparse
import sys

from rich.progress import track

from graders.engine.catalogue import assignment_names, source_path
from tests.assignments.grading import alternates, correct_source, grade, lost


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=assignment_names())
    parser.add_argument("--seeds", type=int, default=50)
    arguments = parser.parse_args()
    paths = [source_path(name) for name in arguments.names]
    paths += [path for path in alternates() if path.parent.name in arguments.names]
    runs = [(path, seed) for path in paths for seed in range(arguments.seeds)]
    failed = 0
    for path, seed in track(runs, "grading"):
        result = grade(path.parent.name, correct_source(path), seed)
        if result.score != 100:
            failed += 1
            print(f"{path} seed {seed}: {result.score}\n{lost(result)}", file=sys.stderr)
    print(f"{len(runs) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
