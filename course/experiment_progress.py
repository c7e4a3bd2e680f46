"""A bar over the runs of experiments, with the time that is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import mean
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from lightning_modules.experiments.records import Record

WINDOW_S = 3600.0  # over which speed is taken: a run may take a minute


class RunProgress:
    """Counts runs. Each weighs what earlier runs of its experiment took, so that the time left is
    not reckoned from short ones alone.

    Args:
        counts: runs to come, by experiment.
        earlier: records of runs that were made before.
    """

    def __init__(self, counts: Mapping[str, int], earlier: Iterable[Record]) -> None:
        seconds: dict[str, list[float]] = {}
        for record in earlier:
            if record.experiment in counts and not record.error:
                seconds.setdefault(record.experiment, []).append(record.seconds)
        known = {name: mean(values) for name, values in seconds.items()}
        usual = mean(known.values()) if known else 1.0
        self._weights = {name: known.get(name, usual) for name in counts}
        self._count, self._done = sum(counts.values()), 0
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[runs]} runs"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            speed_estimate_period=WINDOW_S,
        )
        total = sum(self._weights[name] * count for name, count in counts.items())
        self._task = self._progress.add_task("", total=total, runs=f"0/{self._count}")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._progress.stop()

    def advance(self, record: Record) -> None:
        """One more is done; a failed one is told of."""
        self._done += 1
        self._progress.update(
            self._task,
            advance=self._weights[record.experiment],
            description=record.experiment,
            runs=f"{self._done}/{self._count}",
        )
        if record.error:
            what = f"{record.experiment}, {record.arm}, seed {record.seed}: {record.error}"
            self._progress.console.print(f"[red]failed[/] {escape(what)}")
