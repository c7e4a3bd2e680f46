"""How far the digits of a run go: the same run again, elsewhere or on more threads."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import stdev

from lightning_modules.experiments.records import Record
from lightning_modules.experiments.spec import Experiment

FILE = "reruns.json"


@dataclass(frozen=True)
class Rerun:
    """An experiment whose arms were run again, with one seed each.

    Args:
        experiment: its name.
        cpu: of the rerun, as its records say it.
        threads: of the rerun.
        values: how many metrics of the table were compared, over all arms.
        same: how many of them came out the same to the last digit.
        change: the largest change, in standard deviations over the seeds of its arm; None where
            these do not vary at all.
        where: arm and metric of that change.
    """

    experiment: str
    cpu: str
    threads: str
    values: int
    same: int
    change: float | None
    where: str


def compare_runs(
    experiment: Experiment, records: Sequence[Record], again: Sequence[Record]
) -> Rerun:
    """How far the runs `again` are from those of `records` with the same arm and seed.

    Raises:
        ValueError: there are none.
    """
    first = {record.key: record for record in records}
    changes: list[tuple[float, str]] = []
    for run in again:
        for name in experiment.metrics:
            seeds = [r.metrics.get(name) for r in records if r.arm == run.arm]
            change = _change(first[run.key].metrics.get(name), run.metrics.get(name), seeds)
            changes.append((change, f"{run.arm}, {name}"))
    largest, where = max(changes)
    return Rerun(
        experiment.name,
        again[0].versions["cpu"],
        again[0].versions["threads"],
        values=len(changes),
        same=sum(change == 0 for change, _ in changes),
        change=float(f"{largest:.2g}") if math.isfinite(largest) else None,
        where=where if largest else "",
    )


def _change(before: float | None, after: float | None, seeds: Sequence[float | None]) -> float:
    """In standard deviations over the seeds; infinite where these do not vary and it is not 0."""
    if before == after:
        return 0.0
    values = [value for value in seeds if value is not None]
    spread = stdev(values) if len(values) > 1 else 0.0
    if before is None or after is None or not spread:
        return math.inf
    return abs(after - before) / spread


def load(folder: Path) -> list[Rerun]:
    """Those that are kept in a folder of records."""
    path = folder / FILE
    return [Rerun(**entry) for entry in json.loads(path.read_text())] if path.is_file() else []


def keep(folder: Path, new: Iterable[Rerun]) -> None:
    """Adds to those of the folder; a newer one takes the place of one like it."""
    kept = {(r.experiment, r.cpu, r.threads): r for r in [*load(folder), *new]}
    folder.mkdir(parents=True, exist_ok=True)
    rows = [asdict(kept[key]) for key in sorted(kept)]
    (folder / FILE).write_text(json.dumps(rows, indent=1) + "\n")


def markdown(reruns: Sequence[Rerun]) -> list[str]:
    """A table with a row for each processor and number of threads."""
    groups: dict[tuple[str, str], list[Rerun]] = {}
    for rerun in reruns:
        groups.setdefault((rerun.cpu, rerun.threads), []).append(rerun)
    lines = [
        "## How far the digits go",
        "",
        "One seed of each arm was run again. Changes are in standard deviations between seeds.",
        "",
        "| processor | threads | experiments | values the same | largest change |",
        "|---|---|---|---|---|",
    ]
    for (cpu, threads), group in groups.items():
        same, values = sum(r.same for r in group), sum(r.values for r in group)
        most = max(group, key=lambda r: math.inf if r.change is None else r.change)
        size = "of a value that does not vary" if most.change is None else f"{most.change:g}"
        change = f"{size} ({most.experiment}: {most.where})" if most.where else "none"
        lines.append(f"| {cpu} | {threads} | {len(group)} | {same} of {values} | {change} |")
    return lines
