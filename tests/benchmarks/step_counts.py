"""What a training step of lesson 7's fast network asks of a device, counted without one.

`python tests/benchmarks/step_counts.py`. Operations (a kernel or more each), those that need new
memory, that memory, and values that the host reads, for which it waits: of a run of `dlcourse fit`
on torch's device "meta", which knows shapes and no values, so that it goes the ways that it goes on
a GPU. Calls of functions tell what the host does meanwhile; they are counted on a CPU. The step is
none of those that are logged, and is not compiled; the plain loop is that of `plain_cifar.py`.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from dataclasses import astuple, replace
from pathlib import Path

from lightning_modules.models.cifar_net import CifarNet
from tests.benchmarks.plain_cifar import CONFIG, PlainLoop, recipe
from tests.counted_steps import (
    STEPS,
    Calls,
    Counts,
    Operations,
    differences,
    noise,
    steps_of_a_run,
)

QUIET = "--trainer.log_every_n_steps=1000"
ONE_BATCH = "--trainer.accumulate_grad_batches=1"


def of_plain_loop(counter: Operations | Calls) -> Counts:
    """Of a step that is not the first: operations on "meta", calls on a CPU with batches of 8."""
    how = replace(recipe(CONFIG), epochs=1)
    device = "meta"
    if isinstance(counter, Calls):
        how, device = replace(how, batch_size=8), "cpu"
    loop = PlainLoop(how, CifarNet(), *noise(STEPS * how.batch_size, device))
    with counter:
        seen = [counter.counts for _ in loop.steps()]
    return differences(seen)[-1]


def of_ours(config: Path, counter: Operations | Calls, *options: str) -> Counts:
    with tempfile.TemporaryDirectory() as folder:
        return steps_of_a_run(config, Path(folder), counter, QUIET, *options)[-1]


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    os.environ["WANDB_MODE"] = "disabled"
    fast = CONFIG.with_name("cifar10_fast.yaml")
    whole = "--data.init_args.batch_size=2000"
    rows = {
        "cifar10_fast.yaml, four batches": (of_ours(fast, Operations()), of_ours(fast, Calls())),
        "the same, one batch": (
            of_ours(fast, Operations(), ONE_BATCH, whole),
            of_ours(fast, Calls(), ONE_BATCH),
        ),
        "cifar10_gpu.yaml": (of_ours(CONFIG, Operations()), of_ours(CONFIG, Calls())),
        "plain loop": (of_plain_loop(Operations()), of_plain_loop(Calls())),
    }
    print(f"{'a step of 2,000 images':32} operations  allocations  megabytes  reads  host's calls")
    for name, (asked, calls) in rows.items():
        operations, allocations, megabytes, reads, _ = astuple(asked)
        print(
            f"{name:32} {operations:10} {allocations:12} {megabytes:10,.0f} {reads:6} "
            f"{calls.calls:13,}"
        )


if __name__ == "__main__":
    main()
