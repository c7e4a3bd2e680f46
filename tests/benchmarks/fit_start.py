"""From `dlcourse fit` to the first training step, against importing Lightning alone.

`python tests/benchmarks/fit_start.py [--repeats N]`. Both are whole processes that take turns; each
figure is the median. Processor seconds, with those of child processes, tell what the machine has to
do; wall seconds what a person waits, when nothing else runs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONFIG = Path(__file__).resolve().parents[2] / "course/01_linear_models/softmax.yaml"
REPORT = """
import os, resource, sys, time
def report():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print()
    print(time.time() - started, sum(use.ru_utime + use.ru_stime for use in used))
    sys.stdout.flush()
    os._exit(0)
started = float(os.environ["STARTED"])
"""
FIRST_STEP = (
    REPORT
    + """
from lightning.pytorch import Callback
class FirstStep(Callback):
    def on_train_batch_end(self, *args):
        report()
"""
)
FIT = ["-m", "course", "fit", "--config", str(CONFIG), "--run_dir", "run"]
ARMS = {
    "import lightning.pytorch": ["-c", REPORT + "import lightning.pytorch\nreport()"],
    "fit to its first step": [*FIT, "--trainer.callbacks+=first_step.FirstStep"],
}


def measure(arguments: list[str]) -> tuple[float, float]:
    """Wall and processor seconds of a Python process until its `report`."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "first_step.py").write_text(FIRST_STEP)
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=folder,
            env={**os.environ, "STARTED": str(time.time())},
            capture_output=True,
            text=True,
            check=True,
        )
    wall, cpu = map(float, done.stdout.split()[-2:])
    return wall, cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ARMS}
    for _ in range(parser.parse_args().repeats):
        for name, arguments in ARMS.items():
            found[name].append(measure(arguments))
    medians = {
        name: [statistics.median(v) for v in zip(*values, strict=True)]
        for name, values in found.items()
    }
    for name, (wall, cpu) in medians.items():
        print(f"{name:25} {wall:5.2f} s wall, {cpu:5.2f} s of processor time")
    alone, fit = medians.values()
    print(f"{'ratio':25} {fit[0] / alone[0]:5.2f}          {fit[1] / alone[1]:5.2f}")


if __name__ == "__main__":
    main()
