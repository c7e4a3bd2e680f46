"""How time and memory grow: with the class, with the workers and the network, with the model.

    python tests/benchmarks/scale.py classes --sizes 100 1000 4000
    python tests/benchmarks/scale.py workers --workers 1 2 4 8 --latency-ms 0 20 100
    python tests/benchmarks/scale.py models --widths 512 1024 2048 4096

Each prints a table as it goes, and draws it with `--figure FILE.svg`. Processor time is what to
compare: seconds by the clock are those of this machine with all else that it does.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = parser.add_subparsers(dest="part", required=True)
    classes = parts.add_parser("classes", help="dlcourse grade against the size of the class")
    classes.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 4000])
    classes.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    workers = parts.add_parser("workers", help="Dask workers against the latency of the network")
    workers.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4, 8])
    workers.add_argument("--latency-ms", type=float, nargs="+", default=[0, 20, 100])
    workers.add_argument(
        "--takes-s",
        type=float,
        nargs="+",
        default=[0, 0.05, 0.5],
        help="seconds of a submission that takes no core",
    )
    models = parts.add_parser("models", help="a training step against the size of the network")
    models.add_argument("--widths", type=int, nargs="+", default=[512, 1024, 2048, 4096])
    for part in (classes, workers, models):
        part.add_argument("--figure", type=Path, metavar="FILE.svg")
    options = parser.parse_args()
    figure: Path | None = options.figure
    # imported where they are needed: training takes long to import, and so does grading
    if options.part == "classes":
        from tests.benchmarks import scale_classes, scale_figures

        graded = scale_classes.run(options.sizes, options.jobs)
        if figure:
            scale_figures.draw_classes(graded, figure)
    elif options.part == "workers":
        from tests.benchmarks import scale_figures, scale_workers

        latencies = [milliseconds / 1000 for milliseconds in options.latency_ms]
        handed = scale_workers.run(options.workers, latencies, options.takes_s)
        if figure:
            scale_figures.draw_workers(handed, figure)
    else:
        from tests.benchmarks import scale_figures, scale_models

        trained = scale_models.run(options.widths)
        if figure:
            scale_figures.draw_models(trained, figure)


if __name__ == "__main__":
    main()
