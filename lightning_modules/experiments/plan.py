"""Which runs an experiment asks for, and which of the records that are there still count."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from lightning_modules.experiments.records import Record
from lightning_modules.experiments.spec import (
    FIRST_TUNING_SEED,
    SMOKE_SEEDS,
    Experiment,
    Options,
)

CURVE_POINTS = 25
SIDE_POINTS = 8  # of the curves that are kept beside the figure's


@dataclass(frozen=True)
class Job:
    """One run: its record but for the results, and what it takes to make them.

    Args:
        record: who it is; `settings` holds layers of options, later ones over earlier ones.
        config: what the base config holds; empty for a function.
        function: a dotted path; empty for a config.
        measures: what else to measure of a trained network, and how.
        curves: which to keep, and at how many points.
        log_x: whether the figure's x is logarithmic.
        threads: of torch, for the whole run.
    """

    record: Record
    config: Options
    function: str
    measures: dict[str, Options]
    curves: dict[str, int]
    log_x: bool
    threads: int = 1


def trials(experiment: Experiment, budget: str) -> list[Job]:
    """The tuning, with the same number of trials for each arm and seeds of its own."""
    if experiment.tune is None or budget == "smoke":
        return []
    seeds = range(FIRST_TUNING_SEED, FIRST_TUNING_SEED + experiment.tune.seeds)
    return [
        _job(experiment, budget, arm, seed, trial, {})
        for arm in experiment.arms
        for trial in experiment.trials(arm, budget)
        for seed in seeds
    ]


def runs(
    experiment: Experiment, budget: str, seeds: int | None, done: Iterable[Record]
) -> list[Job]:
    """Every arm with every seed, at what the trials among `done` chose for it."""
    records = list(done)
    curve = experiment.figure.curve
    curves = {"train_loss": SIDE_POINTS, "val_loss": SIDE_POINTS} if experiment.config else {}
    if curve:
        curves[curve] = CURVE_POINTS
    return [
        _job(experiment, budget, arm, seed, chosen(experiment, budget, arm, records), curves)
        for arm in experiment.arms
        for seed in range(number_of_seeds(experiment, budget, seeds))
    ]


def number_of_seeds(experiment: Experiment, budget: str, seeds: int | None) -> int:
    """What the command line says, else the budget, else the file."""
    return seeds or (SMOKE_SEEDS if budget == "smoke" else experiment.seeds)


def chosen(experiment: Experiment, budget: str, arm: str, records: list[Record]) -> Options:
    """The arm's best trial on validation, by the mean over the tuning seeds."""
    return min(
        experiment.trials(arm, budget),
        key=lambda trial: _score(experiment, arm, trial, records),
    )


def _score(experiment: Experiment, arm: str, trial: Options, records: list[Record]) -> float:
    """Small is good; a trial of which a run failed or left the finite numbers is the worst."""
    if experiment.tune is None:
        return 0.0
    values = [
        record.metrics.get(experiment.tune.metric)
        for record in records
        if record.seed >= FIRST_TUNING_SEED and (record.arm, record.chosen) == (arm, trial)
    ]
    finite = [value for value in values if value is not None]
    if not values or len(finite) < len(values):
        return math.inf
    mean = sum(finite) / len(finite)
    return mean if experiment.tune.goal == "min" else -mean


def stale(experiment: Experiment, records: Iterable[Record]) -> str:
    """Why runs do not count any more, in words; nothing where they all do."""
    for record in records:
        if record.bar != experiment.bar_hash():
            return "its runs were made before the claim or its bar was changed"
        if record.setup != experiment.setup_hash(record.budget):
            return "its runs were made of other arms or options"
    return ""


def _job(
    experiment: Experiment,
    budget: str,
    arm: str,
    seed: int,
    chosen: Options,
    curves: dict[str, int],
) -> Job:
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
    values = experiment.config_values, experiment.function, experiment.measures
    return Job(record, *values, curves, log_x="x" in experiment.figure.log)
