"""What runs leave: one JSON line a run, appended the moment that it ends."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lightning_modules.errors import BadInput

Curve = tuple[list[float], list[float]]
DIGITS = 6  # more would be rounding errors of another machine


@dataclass(frozen=True)
class Record:
    """One run, or one trial of the tuning before the runs.

    Args:
        experiment: its name.
        budget: of the run.
        arm: name of the arm.
        seed: tuning trials have seeds from 1000.
        chosen: values of the options that were tried.
        setup: hash of what decides the run.
        bar: hash of the claim and its bar when the run was made.
        error: why it failed, in one line; empty where it did not.
        metrics: by name; None stands for a value that is not finite.
        curves: x and y, thinned.
        seconds: processor time.
        settings: the base config, or the function, and the options over it.
        versions: of Python and the packages, the processor, and the number of threads.
    """

    experiment: str
    budget: str
    arm: str
    seed: int
    chosen: dict[str, Any]
    setup: str
    bar: str
    error: str = ""
    metrics: dict[str, float | None] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)
    seconds: float = 0.0
    settings: list[Any] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The same for a rerun of the same run."""
        return json.dumps([self.budget, self.arm, self.seed, self.chosen], sort_keys=True)


def rounded(value: float, digits: int = DIGITS) -> float | None:
    """To significant digits; None where it is not finite, which JSON has no word for."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None


def thinned(x: list[float], y: list[float], points: int, log: bool = False) -> Curve:
    """At most so many `points` of a curve, the first and the last among them; evenly chosen, or
    evenly on a logarithmic axis."""
    pairs = [(a, b) for a, b in zip(x, y, strict=True) if math.isfinite(b)]
    if len(pairs) > points:
        last, shares = len(pairs) - 1, [i / (points - 1) for i in range(points)]
        places = {round((last + 1) ** s - 1 if log else last * s) for s in shares}
        pairs = [pairs[place] for place in sorted(places)]
    return [float(f"{a:.6g}") for a, _ in pairs], [float(f"{b:.4g}") for _, b in pairs]


class Records:
    """The records of a folder, one file an experiment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, experiment: str) -> Path:
        return self.folder / f"{experiment}.jsonl"

    def load(self, experiment: str) -> list[Record]:
        """All runs, of a run that was made twice the later one.

        Raises:
            BadInput: a line is no record; the last may be torn, by whatever ended the program.
        """
        path = self.path(experiment)
        if not path.is_file():
            return []
        found: dict[str, Record] = {}
        lines = path.read_text().splitlines(keepends=True)
        for number, line in enumerate(lines, start=1):
            try:
                record = Record(**json.loads(line))
            except (ValueError, TypeError):
                if number == len(lines) and not line.endswith("\n"):
                    break
                raise BadInput(f"{path}:{number}: not a record; delete the line") from None
            found[record.key] = record
        return list(found.values())

    def append(self, record: Record) -> None:
        """Adds a run; it is on disk when this returns."""
        path = self.path(record.experiment)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and not path.read_bytes().endswith(b"\n"):
            self.replace(record.experiment, self.load(record.experiment))  # drops a torn line
        with path.open("a") as file:
            file.write(_line(record))
            file.flush()
            os.fsync(file.fileno())

    def replace(self, experiment: str, records: Iterable[Record]) -> None:
        """Writes the file anew, in the order of arms and seeds, all of it or nothing."""
        path = self.path(experiment)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".tmp")
        partial.write_text("".join(_line(record) for record in records))
        partial.replace(path)


def _line(record: Record) -> str:
    return json.dumps(asdict(record), separators=(",", ":"), allow_nan=False) + "\n"
