"""One training run of an experiment: nothing written, two moments measured.

*Last* is the network after its last step, *best* the one at the lowest validation loss. Both are
validated and tested, in evaluation mode, and every metric says which it is of: `last/test_acc`.
"""

from __future__ import annotations

import importlib
import logging
import math
import warnings
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import lightning.pytorch as pl
from lightning.pytorch.loggers.logger import DummyLogger

from lightning_modules.callbacks.guards import StopOnNonFinite
from lightning_modules.callbacks.step_seed import StepSeed
from lightning_modules.errors import BadInput, Diverged
from lightning_modules.experiments.records import Curve
from lightning_modules.hot_path import NoProfiler

MEASURES = "lightning_modules.experiments.measures"  # where those with short names are

Points = dict[str, tuple[list[float], list[float]]]


@dataclass(frozen=True)
class Measured:
    """What a function of an experiment gives back: values by name, and curves (x, y)."""

    metrics: dict[str, float]
    curves: dict[str, Curve] = field(default_factory=dict)


@dataclass(frozen=True)
class Trained:
    """What a measure sees: the network as it is at one of the two moments.

    `curves` are those of the whole training: each logged value against the optimizer step. `steps`
    are those that it was to have, which a run that diverged did not reach.
    """

    task: pl.LightningModule
    data: pl.LightningDataModule
    curves: Points
    steps: int


class KeepCurves(DummyLogger):
    """Keeps what is logged, in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.curves: Points = {}

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        for name, value in metrics.items():
            if name != "epoch":
                x, y = self.curves.setdefault(name, ([], []))
                x.append(float(step or 0) + 1)  # steps done: Lightning counts them from 0
                y.append(float(value))


class KeepBest(pl.Callback):
    """Keeps a copy of the network at its lowest validation loss."""

    def __init__(self) -> None:
        self.loss, self.step = math.inf, -1
        self.state: dict[str, Any] = {}

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        loss = float(trainer.callback_metrics.get("val_loss", math.nan))
        if trainer.state.fn == "fit" and loss < self.loss:
            self.loss, self.step = loss, trainer.global_step
            self.state = deepcopy(pl_module.state_dict())


def find_function(path: str) -> Callable[..., Any]:
    """The function at a dotted path.

    Raises:
        BadInput: there is none.
    """
    module, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise BadInput(f"function {path}: {error}") from None


def quiet() -> None:
    """Lightning says on each run what it found and what it advises; a hundred runs say it once."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    logging.getLogger("lightning.fabric").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning.*")


def train(
    task: pl.LightningModule,
    data: pl.LightningDataModule,
    trainer_options: Mapping[str, Any],
    measures: Mapping[str, Mapping[str, Any]],
    loggers: tuple[Any, ...] = (),
) -> Measured:
    """Trains, then measures at the last and at the best moment.

    A run whose loss is no longer finite ends there and is measured as it is; its metric `diverged`
    is 1.

    Args:
        task: what to train.
        data: on what.
        trainer_options: of Lightning's Trainer.
        measures: name or dotted path of a function that takes a `Trained`, and its other options.
        loggers: beside the one that keeps the curves.
    """
    kept, best = KeepCurves(), KeepBest()
    callbacks = [StepSeed(), StopOnNonFinite(), best]
    given = dict(trainer_options)
    given["callbacks"] = [*callbacks, *(given.get("callbacks") or [])]
    trainer = pl.Trainer(
        **{
            **given,
            "logger": [kept, *loggers],
            "enable_checkpointing": False,
            "enable_progress_bar": False,
            "enable_model_summary": False,
            "num_sanity_val_steps": 0,
            "use_distributed_sampler": False,
            "profiler": NoProfiler(),
        }
    )
    diverged = False
    try:
        trainer.fit(task, data)
    except Diverged:
        diverged = True
    metrics: dict[str, float] = {
        "parameters": sum(p.numel() for p in task.parameters()),
        "steps": trainer.global_step,
        "best_step": best.step,
        "diverged": float(diverged),
    }
    # testing logs, too: keep the curves of training alone
    curves = {name: (list(x), list(y)) for name, (x, y) in kept.curves.items()}
    trained = Trained(task, data, curves, int(trainer.estimated_stepping_batches))
    last = _measure(trainer, trained, measures)
    if best.step >= 0 and best.step != trainer.global_step:
        task.load_state_dict(best.state)
        at_best = _measure(trainer, trained, measures)
    else:
        at_best = last
    for moment, measured in (("last", last), ("best", at_best)):
        metrics |= {f"{moment}/{name}": value for name, value in measured.metrics.items()}
        curves |= {f"{moment}/{name}": curve for name, curve in measured.curves.items()}
    return Measured(metrics, curves)


def _measure(
    trainer: pl.Trainer, trained: Trained, measures: Mapping[str, Mapping[str, Any]]
) -> Measured:
    metrics: dict[str, float] = {}
    curves: dict[str, Curve] = {}
    for evaluate in (trainer.validate, trainer.test):
        for values in evaluate(trained.task, trained.data, verbose=False):
            metrics |= {name: float(value) for name, value in values.items()}
    trained.task.eval()
    for name, options in measures.items():
        path = name if "." in name else f"{MEASURES}.{name}"
        measured = find_function(path)(trained, **options)
        metrics |= measured.metrics
        curves |= measured.curves
    return Measured(metrics, curves)
