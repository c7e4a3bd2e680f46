"""`dlcourse experiment rerun`: how far another machine or more threads move the digits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from course.experiment_pool import Workers, perform_all
from course.experiment_progress import RunProgress
from lightning_modules.errors import BadInput
from lightning_modules.experiments import reruns
from lightning_modules.experiments.plan import runs, stale
from lightning_modules.experiments.records import Record, Records
from lightning_modules.experiments.spec import FIRST_TUNING_SEED, Experiment


def rerun(
    chosen: Sequence[Experiment],
    budget: str,
    workers: Workers | None,
    folder: Path,
    threads: int,
) -> int:
    """Runs the first seed of each arm again, on so many threads, and keeps how far it is from
    what `folder` holds.

    Returns:
        1 where a run failed, else 0.

    Raises:
        BadInput: there are no runs to compare with.
    """
    if threads < 1:
        raise BadInput(f"--threads {threads}: must be at least 1")
    known = {e.name: _known(e, budget, Records(folder)) for e in chosen}
    jobs = [
        replace(job, threads=threads)
        for e in chosen
        for job in runs(e, budget, None, known[e.name])
        if job.record.seed == 0 and job.record.key in {record.key for record in known[e.name]}
    ]
    again: dict[str, list[Record]] = {e.name: [] for e in chosen}
    counts = Counter(job.record.experiment for job in jobs)
    with RunProgress(counts, [r for records in known.values() for r in records]) as progress:
        for record in perform_all(jobs, workers):
            again[record.experiment].append(record)
            progress.advance(record)
    failed = {name for name, records in again.items() if any(r.error for r in records)}
    found = [
        reruns.compare_runs(e, _runs(known[e.name]), again[e.name])
        for e in chosen
        if e.name not in failed
    ]
    reruns.keep(folder, found)
    for one in found:
        change = (
            "" if one.same == one.values else f"; the largest change: {one.change} ({one.where})"
        )
        print(f"{one.experiment}: {one.same} of {one.values} values the same{change}")
    return 1 if failed else 0


def _known(experiment: Experiment, budget: str, store: Records) -> list[Record]:
    records = [r for r in store.load(experiment.name) if r.budget == budget and not r.error]
    if not _runs(records) or stale(experiment, records):
        raise BadInput(
            f"{store.path(experiment.name)}: no runs at budget {budget} to compare with; "
            f"make them: dlcourse experiment run {experiment.name}"
        )
    return records


def _runs(records: list[Record]) -> list[Record]:
    return [record for record in records if record.seed < FIRST_TUNING_SEED]
