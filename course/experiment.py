"""`dlcourse experiment`: claims of the course, and one's own, as controlled experiments."""

from __future__ import annotations

import os
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from course.experiment_pool import Workers, perform_all, workers_for
from course.experiment_progress import RunProgress
from lightning_modules.errors import BadInput
from lightning_modules.experiments.plan import Job, number_of_seeds, runs, stale, trials
from lightning_modules.experiments.records import Record, Records
from lightning_modules.experiments.spec import FIRST_TUNING_SEED, Experiment, load

COURSE = Path(__file__).resolve().parent
LEDGER = COURSE / "ledger"
RUNS = Path("runs/experiments")

Done = dict[str, dict[str, Record]]  # records by experiment and key


def main(args: Namespace) -> int:
    """Runs one action of the command line, and returns its exit status."""
    if args.action == "list":
        return list_all()
    folder = LEDGER if args.ledger else RUNS
    if args.action == "report":
        return report(folder, args.budget, args.out)
    if args.action == "compare":
        from course.experiment_compare import comparison

        chosen = [comparison(args, COURSE.parent)]
    elif bool(args.names) == args.all:
        raise BadInput(
            f"dlcourse experiment {args.action}: name experiments or files, or say --all"
        )
    else:
        chosen = experiments() if args.all else [find(name) for name in args.names]
    with workers_for(args.jobs, args.cluster) as workers:
        if args.action == "rerun":
            from course.experiment_rerun import rerun

            return rerun(chosen, args.budget, workers, folder, args.threads)
        if args.seeds is not None and not 2 <= args.seeds < FIRST_TUNING_SEED:
            raise BadInput(f"--seeds {args.seeds}: must be from 2 to {FIRST_TUNING_SEED - 1}")
        store = None if args.budget == "smoke" else Records(folder)
        return run(chosen, args.budget, args.seeds, workers, store, args.again, args.wandb)


def paths() -> dict[str, Path]:
    """Of every experiment of the course, by its name, in the order of the lessons."""
    return {path.stem: path for path in sorted(COURSE.glob("*/experiments/*.yaml"))}


def experiments() -> list[Experiment]:
    """Every experiment of the course."""
    return [load(path, COURSE.parent) for path in paths().values()]


def find(name: str) -> Experiment:
    """An experiment of the course by its name, or any by its file.

    Raises:
        BadInput: there is none.
    """
    if name.endswith((".yaml", ".yml")):
        return load(Path(name), COURSE.parent)
    if name not in paths():
        raise BadInput(f"no experiment '{name}'; there are: {', '.join(paths())}; or give a file")
    return load(paths()[name], COURSE.parent)


def list_all() -> int:
    """Prints every experiment with its claim."""
    table = Table("experiment", "lesson", "claim", box=None)
    for experiment in experiments():
        table.add_row(experiment.name, experiment.lesson, escape(experiment.claim))
    Console().print(table)
    return 0


def run(
    chosen: Sequence[Experiment],
    budget: str,
    seeds: int | None,
    workers: Workers | None,
    store: Records | None,
    again: bool = False,
    wandb: bool = False,
) -> int:
    """Makes the runs that are missing, stores each as it ends, and prints what they show.

    Returns:
        1 where a run failed, else 0.

    Raises:
        BadInput: there are runs under another bar or of another setup, and `again` was not said.
    """
    done = {e.name: _kept(e, budget, store, again) for e in chosen}
    first = [job for e in chosen for job in trials(e, budget)]
    counts = Counter(job.record.experiment for job in first)
    counts.update({e.name: len(e.arms) * number_of_seeds(e, budget, seeds) for e in chosen})
    earlier = [r for e in chosen for s in (Records(LEDGER), store) if s for r in s.load(e.name)]
    with RunProgress(counts, earlier) as progress:

        def make(jobs: list[Job]) -> None:
            for record in _missing(jobs, done, workers, progress):
                done[record.experiment][record.key] = record
                if store:
                    store.append(record)
                if wandb:
                    from lightning_modules.experiments.wandb_runs import send

                    send(record, Path("runs"))
                progress.advance(record)

        make(first)
        make([job for e in chosen for job in runs(e, budget, seeds, done[e.name].values())])
    if store:
        for experiment in chosen:
            store.replace(experiment.name, _ordered(experiment, budget, store, done))
    _show(chosen, done, store)
    return 1 if any(r.error for e in chosen for r in done[e.name].values()) else 0


def report(folder: Path, budget: str, out: Path | None) -> int:
    """Judges all experiments that have runs in `folder` together, and writes the pages of them.

    Where that is the ledger, tables and numbers in the lessons are written anew, too.
    """
    from lightning_modules.experiments import ledger, reruns

    verdicts = judged(folder, budget)
    if not verdicts:
        raise BadInput(f"{folder}: no runs at budget {budget}; make some: dlcourse experiment run")
    to = out or folder
    lessons = Path(os.path.relpath(COURSE, to)).as_posix()
    for path in ledger.write(verdicts, reruns.load(folder), to, lessons):
        print(f"written: {path}")
    if folder == LEDGER and out is None:
        from course.experiment_pages import fill

        fill(verdicts)
    return 0


def judged(folder: Path, budget: str) -> list:
    """The verdicts of all experiments of the course that have runs in `folder`, and of others."""
    from lightning_modules.experiments.verdicts import judge

    store = Records(folder)
    found = []
    for experiment in experiments():
        records = [r for r in store.load(experiment.name) if r.budget == budget]
        if records:
            found.append((experiment, records))
    return judge(found)


def _kept(
    experiment: Experiment, budget: str, store: Records | None, again: bool
) -> dict[str, Record]:
    """What is done already and still counts, by key; failed runs are made again."""
    if store is None:
        return {}
    records = store.load(experiment.name)
    if again:
        store.replace(experiment.name, [r for r in records if r.budget != budget])
        return {}
    records = [record for record in records if record.budget == budget]
    if why := stale(experiment, records):
        raise BadInput(f"{store.path(experiment.name)}: {why}; --again drops them and runs anew")
    return {record.key: record for record in records if not record.error}


def _missing(
    jobs: list[Job], done: Done, workers: Workers | None, progress: RunProgress
) -> Iterator[Record]:
    """Records of the runs that are not there yet, as they end."""
    left = []
    for job in jobs:
        record = done[job.record.experiment].get(job.record.key)
        if record is None:
            left.append(job)
        else:
            progress.advance(record)
    yield from perform_all(left, workers)


def _ordered(experiment: Experiment, budget: str, store: Records, done: Done) -> list[Record]:
    """Runs of other budgets as they are, then these by arm and seed."""
    arms = list(experiment.arms)
    others = [record for record in store.load(experiment.name) if record.budget != budget]
    these = done[experiment.name].values()
    return others + sorted(these, key=lambda r: (arms.index(r.arm), r.seed, r.key))


def _show(chosen: Sequence[Experiment], done: Done, store: Records | None) -> None:
    from course.experiment_table import show
    from lightning_modules.experiments import figures
    from lightning_modules.experiments.verdicts import judge

    for verdict in judge([(e, list(done[e.name].values())) for e in chosen]):
        show(verdict)
        if store:
            path = store.path(verdict.experiment.name).with_suffix(".png")
            figures.draw(verdict, path)
            print(f"figure: {path}")
    if len(chosen) > 1:
        print(f"corrected for these {len(chosen)} experiments; the ledger corrects for all of its")
