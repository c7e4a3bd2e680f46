"""CIFAR-10 to 94 % on a GPU: `python tests/benchmarks/cifar_gpu.py [--seeds 3]`.

Ours is `dlcourse fit --config course/07_architectures/cifar10_gpu.yaml`. Beside it a plain loop,
which has what it takes and no more: the same network, compiled in the same way, the same optimizer,
augmentation and precision, and no Lightning. Both have their images on the device. Seconds are
those of all training steps, after the imports and after a step and an evaluation that compile
everything and leave no trace; nothing is validated or saved meanwhile. Accuracy is that of the test
set.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from typing import Any

import lightning.pytorch as pl
import torch
import yaml
from torch import Tensor

from course.lightning_cli import execute
from lightning_modules.datamodules.cifar import Cifar
from lightning_modules.models.cifar_net import CifarNet
from tests.benchmarks.plain_cifar import CONFIG, PlainLoop, recipe, warm_up


class Clock(pl.Callback):
    """Seconds of all training steps."""

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        task: Any = pl_module
        batch = next(iter(trainer.train_dataloader))  # type: ignore[arg-type]

        def loss() -> Tensor:
            with trainer.precision_plugin.forward_context():
                return task.batch_loss(batch)

        warm_up(task.model, trainer.optimizers[0], loss, batch[0])
        torch.cuda.synchronize()
        self._start = time.perf_counter()

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        torch.cuda.synchronize()
        self.seconds = time.perf_counter() - self._start


def ours(seed: int) -> tuple[float, float]:
    """Seconds of training, and accuracy."""
    with tempfile.TemporaryDirectory() as folder:
        cli = execute(
            [
                *("fit", "--config", str(CONFIG), f"--seed_everything={seed}"),
                *(f"--run_dir={folder}/run", "--trainer.limit_val_batches=0"),
                *("--trainer.enable_checkpointing=false", "--trainer.enable_progress_bar=false"),
                f"--trainer.callbacks+={__name__}.Clock",
            ]
        )
        (clock,) = (c for c in cli.trainer.callbacks if isinstance(c, Clock))  # type: ignore[attr-defined]
        (found,) = cli.trainer.test(cli.model, datamodule=cli.datamodule, verbose=False)
    return clock.seconds, found["test_acc"]


def plain(seed: int) -> tuple[float, float]:
    """Seconds of training, and accuracy."""
    how = recipe(CONFIG)
    data = Cifar(**_sizes())
    data.prepare_data()
    data.setup("fit")
    torch.manual_seed(seed)
    splits = {name: [part.cuda() for part in data._splits[name]] for name in ("train", "test")}
    loop = PlainLoop(how, CifarNet(), *splits["train"])
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in loop.steps():
        pass
    torch.cuda.synchronize()
    return time.perf_counter() - start, loop.accuracy(*splits["test"])


def _sizes() -> dict[str, Any]:
    data = yaml.safe_load(CONFIG.read_text())["data"]["init_args"]
    return {key: data[key] for key in ("batch_size", "val_size")}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    seeds = range(parser.parse_args().seeds)
    if not torch.cuda.is_available():
        print("skipped: cifar_gpu.py times a GPU, and torch finds none here (CUDA)")
        return 0
    os.environ.setdefault("WANDB_MODE", "disabled")
    torch.backends.cudnn.benchmark = True
    print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}")
    medians = []
    for name, arm in (("ours", ours), ("plain loop", plain)):
        found = [arm(seed) for seed in seeds]
        seconds, accuracy = (statistics.median(values) for values in zip(*found, strict=True))
        each = ", ".join(f"{time_:.2f} s {share:.2%}" for time_, share in found)
        print(f"{name:10} {seconds:.2f} s, {accuracy:.2%}; each seed: {each}", flush=True)
        medians.append(seconds)
    print(f"ours takes {medians[0] / medians[1]:.2f} times the plain loop")
    return 0


if __name__ == "__main__":
    sys.exit(main())
