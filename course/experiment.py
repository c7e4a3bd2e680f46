"""`dlcourse experiment`: claims of the course, and one's own, as controlled experiments."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from course.experiment_pool import Workers, perform_all, workers_for
from lightning_modules.errors import BadInput
from lightning_modules.experiments.records import Record, Records
from lightning_modules.experiments.spec import (
    FIRST_TUNING_SEED,
    SMOKE_SEEDS,
    Experiment,
    Options,
    load,
)

if TYPE_CHECKING:
    from course.experiment_jobs import Job

ROOT = Path(__file__).resolve().parents[1]
LEDGER = Path(__file__).parent / "ledger"
RUNS = Path("runs/experiments")


def main(args: Namespace) -> int:
    """Runs one action of the command line."""
    if args.action == "list":
        return list_all()
    if bool(args.names) == args.all:
        raise BadInput("dlcourse experiment run: name experiments or files, or say --all")
    if args.seeds is not None and not 2 <= args.seeds < FIRST_TUNING_SEED:
        raise BadInput(f"--seeds {args.seeds}: must be from 2 to {FIRST_TUNING_SEED - 1}")
    return run(
        experiments() if args.all else [find(name) for name in args.names],
        args.budget,
        args.seeds,
        args.jobs,
        args.cluster,
        LEDGER if args.ledger else RUNS,
        args.again,
    )


def experiments() -> list[Experiment]:
    """All of the course, in the order of its lessons."""
    return [load(path, ROOT) for path in sorted(Path(__file__).parent.glob("*/experiments/*.yaml"))]


def find(name: str) -> Experiment:
    """An experiment of the course by its name, or any by its file.

    Raises:
        BadInput: there is none.
    """
    if name.endswith((".yaml", ".yml")):
        return load(Path(name), ROOT)
    paths = {p.stem: p for p in sorted(Path(__file__).parent.glob("*/experiments/*.yaml"))}
    if name not in paths:
        raise BadInput(f"no experiment '{name}'; there are: {', '.join(paths)}; or give a file")
    return load(paths[name], ROOT)


def list_all() -> int:
    """Prints every experiment with its claim."""
    table = Table("experiment", "lesson", "claim", box=None)
    for experiment in experiments():
        table.add_row(experiment.name, experiment.lesson, escape(experiment.claim))
    Console().print(table)
    return 0


def run(
    chosen: list[Experiment],
    budget: str,
    seeds: int | None,
    jobs: int | None,
    cluster: str | None,
    folder: Path,
    again: bool,
) -> int:
    """Makes the runs that are missing, stores each as it ends, and prints what they show.

    Returns:
        1 where a run failed, else 0.

    Raises:
        BadInput: there are runs under another bar or of another setup, and `again` was not said.
    """
    from lightning_modules.experiments.verdicts import judge

    store = None if budget == "smoke" else Records(folder)
    done = {experiment.name: _kept(experiment, budget, store, again) for experiment in chosen}
    with workers_for(jobs, cluster) as workers:
        stages = [
            [job for e in chosen for job in _trials(e, budget)],
            [],  # depends on what the trials find
        ]
        total = len(stages[0]) + sum(_seeds(e, budget, seeds) * len(e.arms) for e in chosen)
        with _progress() as progress:
            bar = progress.add_task("runs", total=total)
            for stage in range(2):
                if stage == 1:
                    stages[1] = [
                        job for e in chosen for job in _runs(e, budget, seeds, done[e.name])
                    ]
                for record in _missing(stages[stage], done, workers):
                    if record is not None:
                        done[record.experiment][record.key] = record
                        if store:
                            store.append(record)
                        if record.error:
                            progress.console.print(f"[red]failed[/] {escape(_failure(record))}")
                    progress.advance(bar)
    if store:
        for experiment in chosen:
            store.replace(experiment.name, _ordered(experiment, store, done[experiment.name]))
    reporting = {e.name: reported(list(done[e.name].values())) for e in chosen}
    from course.experiment_table import show

    for verdict in judge([(e, reporting[e.name]) for e in chosen]):
        show(verdict, reporting[verdict.experiment.name], len(chosen))
    failed = [r for e in chosen for r in done[e.name].values() if r.error]
    return 1 if failed else 0


def reported(records: list[Record]) -> list[Record]:
    """Runs, without the trials of the tuning before them."""
    return [record for record in records if record.seed < FIRST_TUNING_SEED]


def _failure(record: Record) -> str:
    return f"{record.experiment}: {record.arm}, seed {record.seed}: {record.error}"


def _kept(
    experiment: Experiment, budget: str, store: Records | None, again: bool
) -> dict[str, Record]:
    """What is done already and still counts, by key."""
    records = store.load(experiment.name) if store else []
    records = [record for record in records if record.budget == budget]
    if not again and store:
        check_hashes(experiment, budget, records, store.path(experiment.name))
        return {record.key: record for record in records if not record.error}
    return {}


def check_hashes(experiment: Experiment, budget: str, records: list[Record], path: Path) -> None:
    """Refuses runs that were made under another bar, or of another setup.

    Raises:
        BadInput: with what changed, and how to go on.
    """
    mend = f"dlcourse experiment run {experiment.name} --again drops them and runs anew"
    for record in records:
        if record.bar != experiment.bar_hash():
            raise BadInput(f"{path}: its runs were made before the bar was changed; {mend}")
        if record.setup != experiment.setup_hash(budget):
            raise BadInput(f"{path}: its runs were made of other arms or options; {mend}")


def _missing(
    jobs: list[Job], done: dict[str, dict[str, Record]], workers: Workers | None
) -> Iterator[Record | None]:
    """None for each run that is there already, then the records of the others as they end."""
    left = [job for job in jobs if job.record.key not in done[job.record.experiment]]
    yield from [None] * (len(jobs) - len(left))
    yield from perform_all(left, workers)


def _seeds(experiment: Experiment, budget: str, seeds: int | None) -> int:
    return seeds or (SMOKE_SEEDS if budget == "smoke" else experiment.seeds)


def _job(experiment: Experiment, budget: str, arm: str, seed: int, chosen: Options) -> Job:
    from course.experiment_jobs import Job

    record = Record(
        experiment=experiment.name,
        budget=budget,
        arm=arm,
        seed=seed,
        chosen=chosen,
        setup=experiment.setup_hash(budget),
        bar=experiment.bar_hash(),
        settings=experiment.settings(arm, budget, chosen),
    )
    return Job(record, experiment.config_values, experiment.function, experiment.measures)


def _trials(experiment: Experiment, budget: str) -> list[Job]:
    if experiment.tune is None or budget == "smoke":
        return []
    seeds = range(FIRST_TUNING_SEED, FIRST_TUNING_SEED + experiment.tune.seeds)
    return [
        _job(experiment, budget, arm, seed, trial)
        for arm in experiment.arms
        for trial in experiment.trials(arm, budget)
        for seed in seeds
    ]


def _runs(
    experiment: Experiment, budget: str, seeds: int | None, done: dict[str, Record]
) -> list[Job]:
    return [
        _job(experiment, budget, arm, seed, chosen)
        for arm, chosen in chosen_options(experiment, budget, done).items()
        for seed in range(_seeds(experiment, budget, seeds))
    ]


def chosen_options(
    experiment: Experiment, budget: str, done: dict[str, Record]
) -> dict[str, Options]:
    """For each arm the trial that was best on validation, by the mean over the tuning seeds."""
    best: dict[str, Options] = {}
    for arm in experiment.arms:
        trials = experiment.trials(arm, budget)
        scores = [_score(experiment, arm, trial, done) for trial in trials]
        best[arm] = trials[scores.index(min(scores))]
    return best


def _score(experiment: Experiment, arm: str, trial: Options, done: dict[str, Record]) -> float:
    """Small is good; a trial of which a run failed or left the finite numbers is the worst."""
    if experiment.tune is None:
        return 0.0
    sign = 1.0 if experiment.tune.goal == "min" else -1.0
    runs = [
        record
        for record in done.values()
        if (record.arm, record.chosen) == (arm, trial) and record.seed >= FIRST_TUNING_SEED
    ]
    values = [record.metrics.get(experiment.tune.metric) for record in runs]
    finite = [value for value in values if value is not None]
    if not runs or len(finite) < len(runs):
        return float("inf")
    return sign * sum(finite) / len(finite)


def _ordered(experiment: Experiment, store: Records, done: dict[str, Record]) -> list[Record]:
    """Runs of other budgets as they are, then these by arm and seed."""
    arms = list(experiment.arms)
    budgets = {record.budget for record in done.values()}
    others = [record for record in store.load(experiment.name) if record.budget not in budgets]
    return others + sorted(done.values(), key=lambda r: (arms.index(r.arm), r.seed, r.key))


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
