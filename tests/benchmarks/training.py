"""Training speed as ratios measured in one run: `python tests/benchmarks/training.py [--epochs N]`.

An epoch under Lightning, as the course runs it, against a plain PyTorch loop on the same tensors,
and against the usual torchvision-style dataset with a DataLoader. Arms take turns, so that a busy
machine slows them alike; each figure is the median over epochs.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import time
from collections.abc import Callable
from functools import partial

import lightning.pytorch as pl
import torch
from lightning.pytorch.profilers import Profiler
from pictures import Pictures
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader

from lightning_modules.callbacks.guards import StopOnNonFinite
from lightning_modules.callbacks.step_seed import StepSeed
from lightning_modules.datamodules.digits import Digits
from lightning_modules.datamodules.store import load
from lightning_modules.models.lenet import LeNet
from lightning_modules.models.mlp import MLP
from lightning_modules.profiler import NoProfiler
from lightning_modules.tasks.classification import Classification

BATCH_SIZE = 64
TRAINED = 9_000  # digits; the other 1,000 are held out for validation


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


def ours(model: nn.Module) -> float:
    times = EpochTimes()
    task = Classification(model, optimizer="SGD", learning_rate=0.01)
    as_the_course = trainer(times, StepSeed(), StopOnNonFinite(), profiler=NoProfiler())
    as_the_course.fit(task, datamodule=Digits(batch_size=BATCH_SIZE))
    return times.seconds[0]


def usual(model: nn.Module) -> float:
    times = EpochTimes()
    task = Classification(model, optimizer="SGD", learning_rate=0.01)
    arrays = load("mnist_subset")
    pictures = Pictures(arrays["train_images"][:TRAINED], arrays["train_labels"][:TRAINED])
    loader = DataLoader(pictures, batch_size=BATCH_SIZE, shuffle=True)
    trainer(times).fit(task, loader)
    return times.seconds[0]


def plain(model: nn.Module) -> float:
    digits = Digits(batch_size=BATCH_SIZE)
    digits.setup("fit")
    images, labels = digits._splits["train"]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    start = time.perf_counter()
    for rows in torch.randperm(len(labels)).split(BATCH_SIZE):
        optimizer.zero_grad()
        F.cross_entropy(model(images[rows]), labels[rows]).backward()
        optimizer.step()
    return time.perf_counter() - start


def run_arm(arm: Callable[[nn.Module], float], build: Callable[[], nn.Module]) -> float:
    return arm(build())


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
    for name, build in (("MLP", MLP), ("LeNet", LeNet)):
        arms = {arm.__name__: partial(run_arm, arm, build) for arm in (ours, plain, usual)}
        found = medians(arms, epochs)
        print(
            f"{name}: ours {found['ours']:.2f} s an epoch of {TRAINED:,}, "
            f"{found['ours'] / found['plain']:.2f} times a plain loop; "
            f"the usual way {found['usual'] / found['ours']:.1f} times ours"
        )


if __name__ == "__main__":
    main()
