"""Stops a run that cannot go on, and one that its owner stops, without losing work."""

from __future__ import annotations

import math
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import lightning.pytorch as pl
import torch

from lightning_modules.errors import Diverged, Interrupted
from lightning_modules.steps import completes_step

_NEVER = 2**62  # a step that no run reaches


def all_meet(trainer: pl.Trainer, batch_idx: int) -> bool:
    """Whether the processes compare notes after this batch: each time costs them a round trip."""
    return trainer.world_size == 1 or _is_due(trainer, batch_idx) or trainer.is_last_batch


def _is_due(trainer: pl.Trainer, batch_idx: int) -> bool:
    every = trainer.log_every_n_steps  # type: ignore[attr-defined]
    return every > 0 and (batch_idx + 1) % every == 0


class StopOnNonFinite(pl.Callback):
    """Ends the run at the first loss that is NaN or infinite, on whichever process.

    On an accelerator the loss is looked at every `log_every_n_steps` steps: reading it makes the
    processor wait for the device.
    """

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._first: tuple[int, float] | None = None

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        loss = outputs["loss"]
        meet = all_meet(trainer, batch_idx)
        if loss.device.type == "cpu" or _is_due(trainer, batch_idx):
            value = loss.item()
            if self._first is None and not math.isfinite(value):
                self._first = trainer.global_step, value
        if trainer.world_size > 1 and meet:
            step = torch.tensor(self._first[0] if self._first else _NEVER)
            step = trainer.strategy.reduce(step.to(loss.device), reduce_op="min")
            if int(step) != _NEVER:
                self._first = int(step), self._first[1] if self._first else math.nan
        if self._first is not None and meet:
            raise Diverged(
                f"the loss is {self._first[1]} at step {self._first[0]} of epoch "
                f"{trainer.current_epoch}; try a smaller model.init_args.learning_rate, "
                "a warm-up schedule, or --trainer.gradient_clip_val 1.0"
            )


class SaveOnInterrupt(pl.Callback):
    """Ctrl-C ends the run after the step under way, with a checkpoint to go on from exactly.

    A second Ctrl-C ends it at once.

    Args:
        path: where the checkpoint goes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._asked = False
        self._previous: Any = None

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if threading.current_thread() is threading.main_thread():
            self._previous = signal.signal(signal.SIGINT, self._ask)

    def _ask(self, signum: int, frame: FrameType | None) -> None:
        self._asked = True
        signal.signal(signal.SIGINT, self._previous)

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        asked = self._asked
        if trainer.world_size > 1:
            if not all_meet(trainer, batch_idx):
                return
            asked = trainer.strategy.reduce_boolean_decision(asked, all=False)
        # after an epoch's last step its validation is still due: stop after the next step instead;
        # and no checkpoint holds gradients of half a step
        if asked and not trainer.is_last_batch and completes_step(trainer, batch_idx):
            trainer.save_checkpoint(self.path)
            raise Interrupted(
                f"stopped after step {trainer.global_step}; go on with --ckpt_path {self.path}"
            )

    def teardown(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)
            self._previous = None
