"""An experiment's file: what is compared, and the bar that is written before the run.

README.md in this folder says what each field means. Nothing here needs torch.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from lightning_modules.errors import BadInput

Budget = Literal["smoke", "small", "full"]
Goal = Literal["max", "min"]
Scale = Literal["difference", "ratio"]
Options = dict[str, Any]
Operand = str | float

FIRST_TUNING_SEED = 1000  # no reporting seed gets that far
SMOKE_SEEDS = 2
_TRY = "try"


@dataclass(frozen=True)
class Metric:
    """A value of each run, as tables show it.

    Args:
        name: as the run has it, such as `last/test_acc`.
        label: in words.
        unit: `%` where it is a share; else any word, or nothing.
        goal: which way is better.
    """

    name: str
    label: str
    unit: str
    goal: Goal


@dataclass(frozen=True)
class Condition:
    """One thing that must hold for a claim to be supported.

    Args:
        kind: `better`: each operand beats the next; `equal`: all are equal within `smallest`.
        operands: names of arms, or numbers.
        metric: what is compared.
        smallest: the smallest difference that matters, in the metric's own unit; with
            `scale: ratio` the smallest factor.
        by: what `better` must exceed: at least 0, or a factor of at least 1.
        scale: whether two values are subtracted or divided.
    """

    kind: Literal["better", "equal"]
    operands: tuple[Operand, ...]
    metric: Metric
    smallest: float
    by: float
    scale: Scale


@dataclass(frozen=True)
class Tune:
    """How the options that say `try` are chosen: by this metric, over these many seeds."""

    metric: str
    goal: Goal
    seeds: int = 1


@dataclass(frozen=True)
class Figure:
    """Which curve is drawn, mean and interval for each arm; none: the metric of each run."""

    curve: str = ""
    x: str = ""
    y: str = ""
    log: tuple[str, ...] = ()


@dataclass(frozen=True)
class Experiment:
    """An experiment as its file says it; `config_values` is what the base config holds."""

    name: str
    path: Path
    question: str
    claim: str
    source: str
    equal: str
    holds: str
    arms: dict[str, Options]
    metrics: dict[str, Metric]
    bar: tuple[Condition, ...]
    config: str = ""
    config_values: Options = field(default_factory=dict)
    function: str = ""
    options: Options = field(default_factory=dict)
    measures: dict[str, Options] = field(default_factory=dict)
    seeds: int = 5
    tune: Tune | None = None
    figure: Figure = Figure()
    budgets: dict[str, Options] = field(default_factory=dict)

    @property
    def lesson(self) -> str:
        """The folder of its lesson, such as `05_convolutions`; empty for a file elsewhere."""
        return self.path.parent.parent.name if self.path.parent.name == "experiments" else ""

    def setup_hash(self, budget: str) -> str:
        """Of everything that decides what a run does."""
        return _digest(
            [
                {k: v for k, v in self.config_values.items() if k != "seed_everything"},
                [self.function, self.options, self.arms, self.measures],
                [self.tune.metric, self.tune.goal, self.tune.seeds] if self.tune else None,
                self.budgets.get(budget, {}),
            ]
        )

    def bar_hash(self) -> str:
        """Of the claim and of what is asked before it counts as supported."""
        bar = [
            [c.kind, c.operands, c.metric.name, c.metric.goal, c.smallest, c.by, c.scale]
            for c in self.bar
        ]
        return _digest([self.claim, bar])

    def settings(self, arm: str, budget: str, chosen: Options | None = None) -> list[Options]:
        """Options of a run, later ones over earlier ones; `chosen` stand for those with `try`."""
        layers = [self.options, self.arms[arm], self.budgets.get(budget, {})]
        fixed = [{k: v for k, v in layer.items() if not _tried(v)} for layer in layers]
        return [*fixed, chosen or {}]

    def trials(self, arm: str, budget: str) -> list[Options]:
        """Every combination of what the arm's options try; one empty one where nothing is tried."""
        grid = {
            key: value[_TRY]
            for layer in (self.options, self.arms[arm])
            for key, value in layer.items()
            if _tried(value)
        }
        if budget == "smoke":  # whether it runs, not which is best
            grid = {key: values[:1] for key, values in grid.items()}
        return [
            dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())
        ]


def _tried(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {_TRY}


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def load(path: Path, root: Path) -> Experiment:
    """Reads and checks an experiment's file; see `read`."""
    return read(_read(path), path, root)


def read(given: Options, path: Path, root: Path) -> Experiment:
    """Checks an experiment's fields.

    Args:
        given: the fields.
        path: of the file, which gives the experiment its name.
        root: where `config` is looked for, after the file's own folder.

    Raises:
        BadInput: with the file, the field and what it must be.
    """
    try:
        return _Reader(given, path, root).experiment()
    except _Wrong as error:
        raise BadInput(f"{path}: {error}") from None


def _read(path: Path) -> Options:
    try:
        value = yaml.safe_load(path.read_text())
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(value, dict):
        raise BadInput(f"{path}: must hold fields, as question: and arms:")
    return value


class _Wrong(Exception):
    """A field is; `load` puts the file in front."""


_TEXTS = ("question", "claim", "source", "equal", "holds")
_FIELDS = (
    *(*_TEXTS, "arms", "metrics", "bar", "config", "function", "options", "measures"),
    *("seeds", "tune", "figure", "budgets"),
)


class _Reader:
    """Checks one file's fields."""

    def __init__(self, given: Options, path: Path, root: Path) -> None:
        self.given, self.path, self.root = given, path, root

    def experiment(self) -> Experiment:
        _allow(self.given, _FIELDS, "")
        texts = {name: self._text(name) for name in _TEXTS}
        arms, budgets = self._layers("arms"), self._layers("budgets")
        if not arms:
            raise _Wrong("arms: name at least one")
        _allow(budgets, get_args(Budget), "budgets.")
        config, values = self._config()
        metrics = self._metrics()
        measures = self._layers("measures")
        experiment = Experiment(
            name=self.path.stem,
            path=self.path,
            arms=arms,
            metrics=metrics,
            bar=tuple(self._condition(index, arms, metrics) for index in range(self._conditions())),
            config=config,
            config_values=values,
            function=str(self.given.get("function") or ""),
            options=self._mapping("options"),
            measures=measures,
            seeds=self._seeds(),
            tune=self._tune(),
            figure=self._figure(),
            budgets=budgets,
            **texts,
        )
        counts = {arm: len(experiment.trials(arm, "small")) for arm in arms}
        if len(set(counts.values())) > 1:
            raise _Wrong(f"arms: each must try equally often, and they try {counts}")
        if (max(counts.values()) > 1) != (experiment.tune is not None):
            raise _Wrong("tune: goes with options that say {try: [...]}, and they with it")
        return experiment

    def _text(self, name: str) -> str:
        value = self.given.get(name)
        if not isinstance(value, str) or not value.strip():
            raise _Wrong(f"{name}: write a sentence")
        return " ".join(value.split())

    def _mapping(self, name: str) -> Options:
        value = self.given.get(name) or {}
        if not isinstance(value, dict):
            raise _Wrong(f"{name}: must hold key: value")
        return value

    def _layers(self, name: str) -> dict[str, Options]:
        layers = self._mapping(name)
        for key, options in layers.items():
            if not isinstance(options, dict | None):
                raise _Wrong(f"{name}.{key}: must hold options, as trainer.max_epochs: 5")
        return {str(key): options or {} for key, options in layers.items()}

    def _config(self) -> tuple[str, Options]:
        config, function = self.given.get("config"), self.given.get("function")
        if (config is None) == (function is None):
            raise _Wrong("give either a config: or a function:")
        if config is None:
            return "", {}
        for folder in (self.path.parent, self.root):
            if (folder / str(config)).is_file():
                return str(config), _read(folder / str(config))
        raise _Wrong(f"config: no file {config} beside it or in the course")

    def _seeds(self) -> int:
        seeds = self.given.get("seeds", 5)
        if not isinstance(seeds, int) or not 2 <= seeds < FIRST_TUNING_SEED:
            raise _Wrong(f"seeds is {seeds}; it must be from 2 to {FIRST_TUNING_SEED - 1}")
        return seeds

    def _tune(self) -> Tune | None:
        given = self._mapping("tune")
        _allow(given, [f.name for f in fields(Tune)], "tune.")
        if not given:
            return None
        if "metric" not in given or given.get("goal") not in get_args(Goal):
            raise _Wrong("tune: needs metric: and goal: max or min")
        if "test" in given["metric"]:
            raise _Wrong("tune.metric: choose on validation, never on the test set")
        return Tune(**given)

    def _figure(self) -> Figure:
        given = self._mapping("figure")
        _allow(given, [f.name for f in fields(Figure)], "figure.")
        return Figure(**{**given, "log": tuple(given.get("log") or ())})

    def _conditions(self) -> int:
        bar = self.given.get("bar")
        if not isinstance(bar, list) or not bar or not all(isinstance(c, dict) for c in bar):
            raise _Wrong("bar: a list of conditions, each with better: [A, B] or equal: [A, B]")
        return len(bar)

    def _metrics(self) -> dict[str, Metric]:
        metrics = {}
        for name, given in self._mapping("metrics").items():
            _allow(given, ("label", "unit", "goal"), f"metrics.{name}.")
            goal = given.get("goal", "max")
            if goal not in get_args(Goal):
                raise _Wrong(f"metrics.{name}.goal is {goal}; it must be max or min")
            label, unit = str(given.get("label", name)), str(given.get("unit", ""))
            metrics[str(name)] = Metric(str(name), label, unit, goal)
        if not metrics:
            raise _Wrong("metrics: name those of the table, as last/test_acc: {unit: '%'}")
        return metrics

    def _condition(self, index: int, arms: Options, metrics: dict[str, Metric]) -> Condition:
        where, given = f"bar.{index}", self.given["bar"][index]
        kinds = [kind for kind in ("better", "equal") if kind in given]
        _allow(given, ("better", "equal", "metric", "smallest", "by", "scale"), f"{where}.")
        if len(kinds) != 1:
            raise _Wrong(f"{where}: needs one of better: and equal:")
        operands = given[kinds[0]]
        if not isinstance(operands, list) or len(operands) < 2:
            raise _Wrong(f"{where}.{kinds[0]}: name two arms or more, or an arm and a number")
        for operand in operands:
            if not isinstance(operand, int | float) and str(operand) not in arms:
                raise _Wrong(f"{where}.{kinds[0]}: no arm {operand}; there are {', '.join(arms)}")
        metric = given.get("metric")
        if metric not in metrics:
            raise _Wrong(f"{where}.metric is {metric}; it must be one of {', '.join(metrics)}")
        scale = given.get("scale", "difference")
        if scale not in get_args(Scale):
            raise _Wrong(f"{where}.scale is {scale}; it must be difference or ratio")
        nothing = 1 if scale == "ratio" else 0
        numbers = {"smallest": given.get("smallest"), "by": given.get("by", nothing)}
        for name, value in numbers.items():
            if not isinstance(value, int | float) or not nothing <= value < math.inf:
                raise _Wrong(f"{where}.{name} is {value}; it must be a number, {nothing} or more")
        return Condition(
            kind="better" if kinds[0] == "better" else "equal",
            operands=tuple(o if isinstance(o, int | float) else str(o) for o in operands),
            metric=metrics[metric],
            smallest=float(numbers["smallest"]),
            by=float(numbers["by"]),
            scale=scale,
        )


def _allow(given: Mapping[str, Any], allowed: Any, prefix: str) -> None:
    for key in given:
        if key not in allowed:
            raise _Wrong(f"unknown field {prefix}{key}; allowed: {', '.join(allowed)}")
