"""Stops a run that cannot go on, and one that its owner stops, without losing work."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import lightning.pytorch as pl
import torch

from lightning_modules.errors import Diverged, Interrupted


class StopOnNonFinite(pl.Callback):
    """Ends the run at the first loss that is NaN or infinite.

    On an accelerator the loss is looked at every `log_every_n_steps` steps: reading it makes the
    processor wait for the device.
    """

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        loss = outputs["loss"]
        on_cpu = loss.device.type == "cpu"
        if not on_cpu and batch_idx % trainer.log_every_n_steps:  # type: ignore[attr-defined]
            return
        if not torch.isfinite(loss):
            raise Diverged(
                f"the loss is {loss.item()} at step {trainer.global_step} of epoch "
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
            asked = trainer.strategy.reduce_boolean_decision(asked, all=False)
        # after an epoch's last step its validation is still due: stop after the next step instead
        if asked and not trainer.is_last_batch:
            trainer.save_checkpoint(self.path)
            raise Interrupted(
                f"stopped after step {trainer.global_step}; go on with --ckpt_path {self.path}"
            )

    def teardown(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)
            self._previous = None
