"""Classification: logits to cross-entropy, and accuracy to see by."""

from __future__ import annotations

from typing import Any

import lightning.pytorch as pl
import torch
from lightning.pytorch.core.mixins.hparams_mixin import _given_hyperparameters
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics import MeanMetric
from torchmetrics.classification import MulticlassAccuracy

from lightning_modules.datamodules.batches import Batch
from lightning_modules.tasks.optimizers import (
    OptimizerName,
    ScheduleName,
    build_optimizer,
    build_schedule,
    check_options,
)


class Classification(pl.LightningModule):
    """Trains any network that maps inputs to logits.

    Logs `train_loss`, `val_loss`, `val_acc`, `test_loss` and `test_acc`, each once an epoch as a
    torchmetrics object, so that the value is exact on any number of processes, and every few steps
    `train_loss_step`, the loss of one batch.

    Args:
        model: inputs (N, ...) to logits (N, C).
        num_classes: C.
        optimizer: a class of `torch.optim`.
        learning_rate: its rate, or the peak of the schedule.
        optimizer_args: its other options, such as `weight_decay`.
        schedule: how the rate changes from step to step.
        schedule_args: its options (see `build_schedule`).
        label_smoothing: weight taken from the true class and spread over all of them (Szegedy et
            al. 2016, section 7).
        channels_last: keeps images with the channel as the innermost index, which convolutions on
            a CPU and tensor cores prefer.
    """

    def __init__(
        self,
        model: nn.Module,
        num_classes: int = 10,
        optimizer: OptimizerName = "SGD",
        learning_rate: float = 0.1,
        optimizer_args: dict[str, Any] | None = None,
        schedule: ScheduleName = "constant",
        schedule_args: dict[str, Any] | None = None,
        label_smoothing: float = 0.0,
        channels_last: bool = False,
    ) -> None:
        super().__init__()
        # built from a config file, the hyperparameters describe the model in plain values, and a
        # checkpoint can rebuild it; built by hand, they would hold the module itself
        self.save_hyperparameters(ignore=[] if _given_hyperparameters.get() else ["model"])
        self.optimizer_args = optimizer_args or {}
        self.schedule_args = schedule_args or {}
        check_options(optimizer, self.optimizer_args, schedule, self.schedule_args)
        self.optimizer, self.learning_rate, self.schedule = optimizer, learning_rate, schedule
        self.label_smoothing = label_smoothing
        self.memory_format = torch.channels_last if channels_last else torch.contiguous_format
        self.model = model.to(memory_format=self.memory_format)
        # persistent: a run resumed in mid-epoch then logs the same mean as the whole run
        self.train_loss = MeanMetric(nan_strategy="disable")
        self.train_loss.persistent(True)
        self.val_loss = MeanMetric(nan_strategy="disable")
        self.test_loss = MeanMetric(nan_strategy="disable")
        self.val_acc = MulticlassAccuracy(num_classes, average="micro", validate_args=False)
        self.test_acc = MulticlassAccuracy(num_classes, average="micro", validate_args=False)

    def forward(self, x: Tensor) -> Tensor:
        """Inputs (N, ...) to logits (N, C)."""
        if x.ndim == 4:
            x = x.contiguous(memory_format=self.memory_format)
        return self.model(x)

    def on_train_epoch_start(self) -> None:
        # a checkpoint of an epoch's end holds that epoch's mean, which must not leak into the next
        self.train_loss.reset()

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        x, y = batch
        loss = F.cross_entropy(self(x), y, label_smoothing=self.label_smoothing)
        self.train_loss.update(loss.detach(), len(y))
        if (self.global_step + 1) % self.trainer.log_every_n_steps == 0:  # type: ignore[attr-defined]
            self.log("train_loss_step", loss, prog_bar=True)
        return loss

    def on_train_epoch_end(self) -> None:
        self.log("train_loss", self.train_loss)

    def validation_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Returns the logits (N, C), for callbacks that look at mistakes."""
        x, y = batch
        logits = self(x)
        self.val_loss.update(F.cross_entropy(logits, y, reduction="none"))
        self.val_acc.update(logits, y)
        return logits

    def on_validation_epoch_end(self) -> None:
        self.log("val_loss", self.val_loss, prog_bar=True)
        self.log("val_acc", self.val_acc, prog_bar=True)

    def test_step(self, batch: Batch, batch_idx: int) -> None:
        x, y = batch
        logits = self(x)
        self.test_loss.update(F.cross_entropy(logits, y, reduction="none"))
        self.test_acc.update(logits, y)

    def on_test_epoch_end(self) -> None:
        self.log("test_loss", self.test_loss)
        self.log("test_acc", self.test_acc)

    def predict_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Probabilities (N, C)."""
        return self(batch[0]).softmax(dim=1)

    def configure_optimizers(self) -> OptimizerLRScheduler:
        optimizer = build_optimizer(
            self.optimizer, self.parameters(), self.learning_rate, **self.optimizer_args
        )
        total_steps = int(self.trainer.estimated_stepping_batches)
        schedule = build_schedule(self.schedule, optimizer, total_steps, **self.schedule_args)
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }
