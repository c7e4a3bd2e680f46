"""Training speed as ratios measured in one run: `python tests/benchmarks/training.py [--epochs N]`.

An epoch of lesson 4's MLP and lesson 5's LeNet, with the options in their configs: under Lightning
as the course runs it, the same without `lightning_modules.hot_path`, in a plain PyTorch loop on the
same tensors, and under Lightning with the usual torchvision-style dataset and DataLoader. Arms take
turns, so that a busy machine slows them alike; each figure is the median over epochs.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import torch
import yaml
from lightning.pytorch.cli import instantiate_class
from lightning.pytorch.profilers import Profiler
from pictures import Pictures
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader

from lightning_modules.callbacks.guards import StopOnNonFinite
from lightning_modules.callbacks.step_seed import StepSeed
from lightning_modules.datamodules.digits import Digits
from lightning_modules.datamodules.store import load
from lightning_modules.hot_path import LeanModule, NoProfiler
from lightning_modules.optim.by_name import build_optimizer, build_schedule
from lightning_modules.tasks.classification import Classification

COURSE = Path(__file__).resolve().parents[2] / "course"
CONFIGS = {"MLP": "04_neural_networks/mlp.yaml", "LeNet": "05_convolutions/lenet.yaml"}
TRAINED = 9_000  # digits; the other 1,000 are held out for validation


@dataclass(frozen=True)
class Recipe:
    """What a config says of training."""

    build: Callable[[], nn.Module]
    optimization: dict[str, Any]
    batch_size: int


def recipe(config: Path) -> Recipe:
    settings = yaml.safe_load(config.read_text())
    optimization = settings["model"]["init_args"]
    build = partial(instantiate_class, (), optimization.pop("model"))
    return Recipe(build, optimization, settings["data"]["init_args"]["batch_size"])


class EpochTimes(pl.Callback):
    """Seconds of each training epoch, without validation."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._start = time.perf_counter()

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self.seconds.append(time.perf_counter() - self._start)


def trainer(
    times: EpochTimes, *callbacks: pl.Callback, profiler: Profiler | None = None
) -> pl.Trainer:
    return pl.Trainer(
        max_epochs=1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        limit_val_batches=0,
        use_distributed_sampler=False,
        log_every_n_steps=10,
        accelerator="cpu",
        callbacks=[times, *callbacks],
        profiler=profiler,
    )


def ours(how: Recipe) -> float:
    times = EpochTimes()
    task = Classification(how.build(), **how.optimization)
    as_the_course = trainer(times, StepSeed(), StopOnNonFinite(), profiler=NoProfiler())
    as_the_course.fit(task, datamodule=Digits(batch_size=how.batch_size))
    return times.seconds[0]


def without_hot_path(how: Recipe) -> float:
    set_attribute = LeanModule.__setattr__
    del LeanModule.__setattr__  # nn.Module's is there again
    try:
        times = EpochTimes()
        task = Classification(how.build(), **how.optimization)
        trainer(times, StepSeed(), StopOnNonFinite()).fit(
            task, datamodule=Digits(batch_size=how.batch_size)
        )
    finally:
        LeanModule.__setattr__ = set_attribute  # type: ignore[method-assign]
    return times.seconds[0]


def usual(how: Recipe) -> float:
    times = EpochTimes()
    task = Classification(how.build(), **how.optimization)
    arrays = load("mnist_subset")
    pictures = Pictures(arrays["train_images"][:TRAINED], arrays["train_labels"][:TRAINED])
    loader = DataLoader(pictures, batch_size=how.batch_size, shuffle=True)
    trainer(times).fit(task, loader)
    return times.seconds[0]


def plain(how: Recipe) -> float:
    digits = Digits(batch_size=how.batch_size)
    digits.setup("fit")
    images, labels = digits._splits["train"]
    model, options = how.build(), dict(how.optimization)
    name, rate, schedule = (options.pop(k) for k in ("optimizer", "learning_rate", "schedule"))
    optimizer = build_optimizer(name, model.parameters(), rate, **options.pop("optimizer_args"))
    scheduler = build_schedule(schedule, optimizer, len(labels) // how.batch_size)
    assert not options, "the loop leaves something out"
    start = time.perf_counter()
    for rows in torch.randperm(len(labels)).split(how.batch_size):
        optimizer.zero_grad()
        F.cross_entropy(model(images[rows]), labels[rows]).backward()
        optimizer.step()
        scheduler.step()
    return time.perf_counter() - start


def medians(arms: dict[str, Callable[[], float]], epochs: int) -> dict[str, float]:
    seconds: dict[str, list[float]] = {name: [] for name in arms}
    for _ in range(epochs + 1):
        for name, arm in arms.items():
            seconds[name].append(arm())
    return {name: statistics.median(values[1:]) for name, values in seconds.items()}  # 1 warm-up


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=5)
    epochs = parser.parse_args().epochs
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    for name, config in CONFIGS.items():
        how = recipe(COURSE / config)
        arms = (ours, without_hot_path, plain, usual)
        found = medians({arm.__name__: partial(arm, how) for arm in arms}, epochs)
        print(
            f"{name}: ours {found['ours']:.2f} s an epoch of {TRAINED:,} "
            f"in batches of {how.batch_size}, "
            f"{found['ours'] / found['plain']:.2f} times a plain loop; "
            f"without the hot path's savings {found['without_hot_path'] / found['ours']:.2f} times "
            f"ours, the usual way {found['usual'] / found['ours']:.1f} times ours"
        )


if __name__ == "__main__":
    main()
