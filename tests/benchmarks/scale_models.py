"""Memory and time of a training step against the size of the network, in one process and in two.

Networks of four hidden layers of one width, Adam, under the trainer and the strategies that
`dlcourse fit` has. A step takes the same examples in all, however many processes share them.
Processes are forked after the imports, each arm and width in its own.
"""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import os
import resource
import statistics
import sys
import time
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import torch
import torch.distributed
from lightning.pytorch.strategies import Strategy

from lightning_modules.callbacks.step_seed import StepSeed
from lightning_modules.datamodules.in_memory import InMemory
from lightning_modules.distributed.sharding import FullySharded
from lightning_modules.models.mlp import MLP
from lightning_modules.tasks.classification import Classification
from tests.benchmarks.scale_network import free_ports

DEPTH, PIXELS, CLASSES = 4, 784, 10
BATCH, WARM, STEPS = 128, 2, 5
M_MMAP_THRESHOLD = -3  # of mallopt(3)
PATIENCE = timedelta(minutes=10)  # of a process for the others
ARMS = {"one process": 1, "ddp on two": 2, "FullySharded on two": 2}


@dataclass(frozen=True)
class Trained:
    """What a step of a network takes of each process: bytes, seconds; `built` before the first."""

    arm: str
    width: int
    parameters: int
    built: int
    held: int
    peak: int
    wall: float
    processor: float


HEAD = (
    f"{'':19}  {'':>11}  {'MiB of each process':>28}  {'bytes more':>11}  {'a step':>16}\n"
    f"{'':19}  {'parameters':>11}  {'building':>9} {'between':>9} {'in a step':>8}"
    f"  {'a parameter':>11}  {'s':>7} {'of core':>8}"
)


def line(found: Trained, smaller: Trained | None) -> str:
    """What a parameter adds is told against the smaller network of the same arm."""
    mib = (f"{number / 2**20:9.0f}" for number in (found.built, found.held, found.peak))
    more = ""
    if smaller:
        more = f"{(found.peak - smaller.peak) / (found.parameters - smaller.parameters):.1f}"
    return (
        f"{found.arm:>19}  {found.parameters:11,}  {' '.join(mib)}  {more:>11}"
        f"  {found.wall:7.3f} {found.processor:8.3f}"
    )


class Noise(InMemory):
    """As many examples as the steps take."""

    def _load(self) -> dict[str, Any]:
        count = BATCH * (WARM + STEPS)
        examples = torch.randn(count, PIXELS), torch.randint(CLASSES, (count,))
        return dict.fromkeys(("train", "val", "test"), examples)


class Steps(pl.Callback):
    """Takes the time of each step after the first ones, and the memory of the process."""

    def __init__(self) -> None:
        self.times: list[tuple[float, float]] = []
        self.built = self.held = 0

    def on_train_batch_start(self, trainer: pl.Trainer, *_: Any) -> None:
        if trainer.global_step == 0:
            self.built = most_memory()
        if trainer.global_step == WARM:
            forget_most_memory()
            self._now()

    def on_train_batch_end(self, trainer: pl.Trainer, *_: Any) -> None:
        if trainer.global_step > WARM:
            self._now()
            self.held = max(self.held, memory("VmRSS"))

    def _now(self) -> None:
        own = resource.getrusage(resource.RUSAGE_SELF)
        self.times.append((time.perf_counter(), own.ru_utime + own.ru_stime))

    def median(self, which: int) -> float:
        at = [times[which] for times in self.times]
        return statistics.median(b - a for a, b in pairwise(at))


def memory(what: str) -> int:
    """Bytes of this process: `VmRSS` now, `VmHWM` at most."""
    return int(Path("/proc/self/status").read_text().split(f"{what}:")[1].split()[0]) * 1024


def most_memory() -> int:
    return memory("VmHWM")


def forget_most_memory() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def train(rank: int, arm: str, width: int, port: int, say: Any) -> None:
    """One process of a run, which tells what it took."""
    processes = ARMS[arm]
    torch.set_num_threads(1)
    # what is freed goes back at once, so that memory is what is used and not what may be used again
    ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 1 << 17)
    strategy: str | Strategy = "auto"
    if processes > 1:
        os.environ |= {
            "RANK": str(rank),
            "LOCAL_RANK": str(rank),
            "WORLD_SIZE": str(processes),
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": str(port),
        }
        torch.distributed.init_process_group(
            "gloo", rank=rank, world_size=processes, timeout=PATIENCE
        )
        strategy = "ddp" if arm.startswith("ddp") else FullySharded()
    data = Noise(batch_size=BATCH)
    data.setup("fit")
    forget_most_memory()
    before = memory("VmRSS")
    network = MLP(PIXELS, [width] * DEPTH, CLASSES)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    steps = Steps()
    pl.Trainer(
        max_epochs=1,
        accelerator="cpu",
        devices=processes,
        strategy=strategy,
        **dict.fromkeys(("logger", "enable_checkpointing", "enable_model_summary"), False),
        enable_progress_bar=False,
        use_distributed_sampler=False,
        limit_val_batches=0,
        callbacks=[StepSeed(), steps],
    ).fit(Classification(network, optimizer="Adam", learning_rate=1e-4), datamodule=data)
    took = (steps.built - before, steps.held - before, most_memory() - before)
    say.put(Trained(arm, width, parameters, *took, steps.median(0), steps.median(1)))
    if processes > 1:
        torch.distributed.destroy_process_group()


def trained(arm: str, width: int) -> Trained:
    """Of the process that took most memory in a step."""
    context = multiprocessing.get_context("fork")
    said = context.SimpleQueue()
    (port,) = free_ports(1)
    processes = [
        context.Process(target=train, args=(rank, arm, width, port, said))
        for rank in range(ARMS[arm])
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert not any(process.exitcode for process in processes), arm
    return max((said.get() for _ in processes), key=lambda one: one.peak)


def run(widths: Iterable[int]) -> list[Trained]:
    """Prints a line for each width and arm."""
    for name in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning.*")
    found: list[Trained] = []
    print(f"{BATCH} examples a step, Adam, float32, one thread a process\n{HEAD}", flush=True)
    for width in sorted(widths):
        for arm in ARMS:
            print(f"width {width}, {arm}", file=sys.stderr, flush=True)
            smaller = next((one for one in reversed(found) if one.arm == arm), None)
            found.append(trained(arm, width))
            print(line(found[-1], smaller), flush=True)
    return found
