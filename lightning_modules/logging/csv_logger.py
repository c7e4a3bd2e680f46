"""A run's numbers in its folder, `metrics.csv`: one row for each call that logs some."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from lightning.pytorch.loggers import CSVLogger
from lightning.pytorch.loggers.logger import rank_zero_experiment


class RunCsvLogger(CSVLogger):
    """Writes `metrics.csv` into a folder, anew, or after the rows of the run that goes on.

    Args:
        run_dir: the folder.
        resumed_at: steps that the checkpoint has seen from which the folder's own run goes on;
            rows of later steps are dropped, since they are logged again. None: all are.
    """

    def __init__(self, run_dir: Path, resumed_at: int | None = None) -> None:
        super().__init__(run_dir.parent, name="", version=run_dir.name, flush_logs_every_n_steps=50)
        self._file = run_dir / "metrics.csv"
        self._resumed_at = resumed_at
        self._begun = False

    @property
    @rank_zero_experiment
    def experiment(self) -> Any:
        if self._begun:
            return CSVLogger.experiment.fget(self)  # type: ignore[attr-defined]
        kept = [] if self._resumed_at is None else rows_before(self._file, self._resumed_at)
        writer = CSVLogger.experiment.fget(self)  # type: ignore[attr-defined]  # deletes the file
        writer.metrics = kept
        writer.save()
        self._begun = True
        return writer


def rows_before(path: Path, step: int) -> list[dict[str, Any]]:
    """The rows of a `metrics.csv` of the steps before `step`, counted from 0; none without a file.

    Values stay the text that they are. A line that a killed run left unfinished is dropped.
    """
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if None not in row.values()]
    return [row for row in rows if int(row["step"]) < step]
