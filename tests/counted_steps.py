"""Counts what a training step asks of a device, without one.

A run of the course takes place on torch's device "meta", which knows shapes and no values. It goes
the ways that it goes on a GPU, and whatever would make the host wait for the device is seen, since
there is nothing to read. Half precision and compiling do not show here.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

import lightning.pytorch as pl
import torch
from lightning.pytorch.strategies import SingleDeviceStrategy
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from course.lightning_cli import execute
from lightning_modules.datamodules.cifar import Cifar
from lightning_modules.datamodules.in_memory import Splits
from lightning_modules.steps import completes_step

STEPS = 4  # the first, which makes the optimizer's state, is not counted
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Counts:
    """What was done so far; the difference of two is what was done between them."""

    operations: int = 0  # on the device: a kernel or more each
    allocations: int = 0  # of them, those that need new memory
    megabytes: float = 0.0  # of it
    reads: int = 0  # by the host, which waits for them
    calls: int = 0  # of functions, by the host

    def __sub__(self, other: Counts) -> Counts:
        names = [field.name for field in fields(self)]
        return Counts(*(getattr(self, name) - getattr(other, name) for name in names))


class Operations(TorchDispatchMode):
    """Counts operations on "meta"; a value that is read from it is 1, and `readers` says where."""

    def __init__(self) -> None:
        super().__init__()
        self.operations = self.allocations = self.bytes = 0
        self.readers: list[str] = []

    @property
    def counts(self) -> Counts:
        megabytes = self.bytes / 1e6
        return Counts(self.operations, self.allocations, megabytes, len(self.readers))

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        given = _on_device((args, kwargs))
        if given and func is torch.ops.aten._local_scalar_dense.default:  # item, bool, float, int
            number = self._read(torch.ones((), dtype=given[0].dtype)).item()
            return number if number is not True else False  # nothing is the case
        if given and func is torch.ops.aten._to_copy.default and kwargs.get("device") == CPU:
            return self._read(torch.ones_like(given[0], device=CPU))
        if given and func is torch.ops.aten.copy_.default and args[0].device == CPU:
            return self._read(args[0].fill_(1))
        # what has a shape that depends on values, as `nonzero`, cannot run here: it raises
        result = func(*args, **kwargs)
        aliases = [value.alias_info for value in func._schema.returns]
        views = any(aliases) and not func._schema.is_mutable
        if (given or _on_device(result)) and not views:
            self.operations += 1
            if not any(aliases):
                self.allocations += 1
                self.bytes += sum(made.nbytes for made in _on_device(result))
        return result

    def _read(self, value: Tensor) -> Tensor:
        frame: FrameType | None = sys._getframe(2)
        while frame is not None and "site-packages" in frame.f_code.co_filename:
            frame = frame.f_back
        code = frame.f_code if frame else None
        self.readers.append(f"{Path(code.co_filename).name}, {code.co_name}" if code else "torch")
        return value


def _on_device(tree: Any) -> list[Tensor]:
    return [x for x in tree_leaves(tree) if isinstance(x, Tensor) and x.device.type == "meta"]


class Calls:
    """Counts calls of functions, of those written in C, too."""

    def __init__(self) -> None:
        self._calls = 0

    @property
    def counts(self) -> Counts:
        return Counts(calls=self._calls)

    def __enter__(self) -> Calls:
        sys.setprofile(self._count)
        return self

    def __exit__(self, *_: Any) -> None:
        sys.setprofile(None)

    def _count(self, frame: FrameType, event: str, argument: Any) -> None:
        self._calls += event in ("call", "c_call")


class CountSteps(pl.Callback):
    """Notes the counts at the end of each optimizer step."""

    counter: Operations | Calls

    def __init__(self) -> None:
        self.seen: list[Counts] = []

    def on_train_batch_end(self, trainer: pl.Trainer, *args: Any) -> None:
        if completes_step(trainer, args[-1]):
            self.seen.append(self.counter.counts)


class OnMeta(SingleDeviceStrategy):
    """Everything on the device that has no values."""

    def __init__(self) -> None:
        super().__init__("meta")

    def setup_environment(self) -> None:
        """Lightning's accelerators take their own devices alone; there is nothing to set up."""

    def teardown(self) -> None:
        """Nothing could be brought back."""


class NoPhotographs(Cifar):
    """CIFAR-10 without values, or on a CPU noise, in as many images as a few steps take."""

    def prepare_data(self) -> None:
        """There is nothing to fetch."""

    def _load(self) -> Splits:
        assert self.trainer is not None
        count = STEPS * self.batch_size * self.trainer.accumulate_grad_batches
        return {split: noise(count, self._device) for split in ("train", "val", "test")}


def noise(count: int, device: torch.device | str) -> tuple[Tensor, Tensor]:
    """Images (N, 3, 32, 32), channels-last, and labels (N,)."""
    images = torch.randn(count, 32, 32, 3, device=device).permute(0, 3, 1, 2)
    return images, torch.zeros(count, dtype=torch.long, device=device)


def differences(seen: list[Counts]) -> list[Counts]:
    """The counts of each step but the first, from those at the end of each."""
    return [after - before for before, after in pairwise(seen)]


def steps_of_a_run(
    config: Path, folder: Path, counter: Operations | Calls, *options: str
) -> list[Counts]:
    """Counts of each step but the first of `dlcourse fit --config CONFIG`: operations on "meta",
    calls on a CPU with batches of 8, since torch's own code for "meta" is written in Python.

    Args:
        config: of lesson 7's fast network.
        folder: where the run's own goes.
        counter: counts.
        options: more of the command line.
    """
    CountSteps.counter = counter
    where = [f"--trainer.strategy.class_path={OnMeta.__module__}.OnMeta"]
    if isinstance(counter, Calls):
        where = ["--data.init_args.batch_size=8"]
    with counter:
        cli = execute(
            [
                *("fit", "--config", str(config), f"--run_dir={folder}/run"),
                *("--trainer.accelerator=cpu", "--trainer.limit_val_batches=0"),
                *("--trainer.max_epochs=1", "--trainer.enable_checkpointing=false"),
                "--trainer.enable_progress_bar=false",  # it reads a loss by the clock
                f"--trainer.callbacks+={CountSteps.__module__}.CountSteps",
                f"--data={NoPhotographs.__module__}.NoPhotographs",
                *where,
                *options,
            ]
        )
    (callback,) = (c for c in cli.trainer.callbacks if isinstance(c, CountSteps))  # type: ignore[attr-defined]
    return differences(callback.seen)
