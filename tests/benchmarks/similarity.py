"""Which copies `dlcourse similarity` finds in a class, and what else it shows.

    python tests/benchmarks/similarity.py [softmax ...] [--students 500] [--copies 20] [--seeds 3]

Classes are made from the assignment's own solutions, right and wrong, recombined and rewritten
(`tests/graders/reports/made_class.py`), and some of each are disguised copies of others. Prints, at
the threshold that the report uses: copies found, pairs shown that are none, seconds and memory of
the whole command, and the disguises that were not seen through.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from bs4 import BeautifulSoup

from tests.graders.reports.made_class import MadeClass, made_class


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=["softmax"])
    parser.add_argument("--students", type=int, default=500)
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    for name in options.names:
        for seed in range(options.seeds):
            with tempfile.TemporaryDirectory() as scratch:
                made = made_class(name, options.students, options.copies, seed)
                print(f"{name}, seed {seed}: {measured(name, made, Path(scratch))}", flush=True)


def measured(name: str, made: MadeClass, folder: Path) -> str:
    for student, source in made.sources.items():
        (folder / "in" / student).mkdir(parents=True)
        (folder / "in" / student / f"{name}.py").write_text(source)
    report = folder / "report.html"
    started = time.perf_counter()
    command = ["-m", "course", "similarity", name, str(folder / "in"), "--out", str(report)]
    child = os.posix_spawn(sys.executable, [sys.executable, *command], os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ])  # fmt: skip
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - started
    assert status == 0
    page = BeautifulSoup(report.read_text(), "html.parser")
    summaries = (summary.find_all("span")[0].get_text() for summary in page.select("summary"))
    shown = {frozenset(summary.split(" and ")) for summary in summaries}
    found = shown & made.planted.keys()
    missed = sorted(made.planted[pair] for pair in made.planted.keys() - found)
    return (
        f"{len(found)} of {len(made.planted)} found, {len(shown - found)} false alarms, "
        f"{seconds:.1f} s, {usage.ru_maxrss / 1024:.0f} MiB{', missed: ' * bool(missed)}"
        f"{', '.join(missed)}"
    )


if __name__ == "__main__":
    main()
