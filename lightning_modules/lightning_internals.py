"""What the course uses of Lightning that is not in its documentation, each with the reason.

A test for each of these says which one a new version of Lightning has broken.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

import lightning.pytorch as pl
from lightning.pytorch.core.mixins.hparams_mixin import _given_hyperparameters
from lightning.pytorch.loggers import WandbLogger

# the attribute of a LightningModule in which each hook's name is noted: see `hot_path`
HOOK_NAME = "_current_fx_name"
# what a trainer calls of each callback in every training step
STEP_HOOKS = (
    *("on_train_batch_start", "on_before_zero_grad", "on_before_backward", "on_after_backward"),
    *("on_before_optimizer_step", "on_train_batch_end"),
)


def described_by_a_config() -> bool:
    """Whether the module under construction is built by LightningCLI.

    Its hyperparameters then are the config's plain values, from which a checkpoint is rebuilt.
    """
    return _given_hyperparameters.get() is not None


def leave_out_idle_hooks(callbacks: Iterable[pl.Callback]) -> None:
    """Spares each step the callbacks' hooks in which they do nothing.

    Lightning makes a name and enters a profiler for each of ten callbacks in each of six hooks, but
    passes over what cannot be called.
    """
    for callback in callbacks:
        for name in STEP_HOOKS:
            inherited = getattr(type(callback), name) is getattr(pl.Callback, name)
            if inherited and name not in vars(callback):  # some are given theirs when made
                setattr(callback, name, None)


def allow_unused_parameters(trainer: pl.Trainer) -> None:
    """Lets a model's parameters be left out of some steps under DDP.

    The documented way is an option of the strategy, which whoever writes a config would have to
    know.
    """
    options = getattr(trainer.strategy, "_ddp_kwargs", None)  # None: another strategy
    if options is not None:
        options["find_unused_parameters"] = True


def without_wandb_option(logger: WandbLogger, option: str) -> None:
    """Keeps a logger from handing an option to `wandb.init`.

    Lightning always hands on `anonymous`, which wandb has deprecated and warns of.
    """
    getattr(logger, "_wandb_init", {}).pop(option, None)


def dismiss_process_observer() -> None:
    """Stops the thread in which Lightning watches the processes that it started.

    It would SIGKILL this one without a word: see `distributed.peers`.
    """
    for thread in threading.enumerate():
        if thread.name == "child-process-observer":
            thread._child_processes = []  # type: ignore[attr-defined]
