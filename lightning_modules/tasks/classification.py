"""Classification: scores of the classes to a loss, and accuracy to see by."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torchmetrics import MeanMetric

from lightning_modules.datamodules.batches import Batch
from lightning_modules.errors import BadInput
from lightning_modules.tasks.base import Task
from lightning_modules.tasks.losses import LOSSES, LossName, correct, cross_entropy


class Classification(Task):
    """Trains any network that maps inputs to scores of classes.

    Logs `val_loss`, `val_acc`, `test_loss` and `test_acc`, each once an epoch as a torchmetrics
    object, so that the value is exact on any number of processes; beside those `train_loss` (see
    `Task`).

    Args:
        model: inputs (N, ...) to logits (N, C).
        loss: a function of `tasks.losses`.
        label_smoothing: weight taken from the true class and spread over all of them (Szegedy et
            al. 2016, section 7), in training, with cross-entropy.
        optimization: optimizer, schedule and memory format, as `Task` takes them.

    Raises:
        BadInput: label smoothing with a loss that has no probabilities.
    """

    def __init__(
        self,
        model: nn.Module,
        loss: LossName = "cross_entropy",
        label_smoothing: float = 0.0,
        **optimization: Any,
    ) -> None:
        super().__init__(model, **optimization)
        if loss not in LOSSES:
            raise BadInput(f"loss '{loss}': choose one of {', '.join(LOSSES)}")
        if label_smoothing and loss != "cross_entropy":
            raise BadInput(f"label_smoothing goes with loss cross_entropy, not with {loss}")
        if not 0 <= label_smoothing <= 1:
            raise BadInput(f"label_smoothing is {label_smoothing}; it must be from 0 to 1")
        self.loss = LOSSES[loss]
        self.label_smoothing = label_smoothing
        self.val_loss = MeanMetric(nan_strategy="disable")
        self.val_acc = MeanMetric(nan_strategy="disable")
        self.test_loss = MeanMetric(nan_strategy="disable")
        self.test_acc = MeanMetric(nan_strategy="disable")

    def batch_loss(self, batch: Batch) -> Tensor:
        x, y = batch
        if self.label_smoothing:
            return cross_entropy(self(x), y, self.label_smoothing).mean()
        return self.loss(self(x), y).mean()

    def validation_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Returns the logits (N, C), for callbacks that look at mistakes."""
        x, y = batch
        logits = self(x)
        self.val_loss.update(self.loss(logits, y))
        self.val_acc.update(correct(logits, y).float())
        return logits

    def on_validation_epoch_end(self) -> None:
        self.log("val_loss", self.val_loss, prog_bar=True)
        self.log("val_acc", self.val_acc, prog_bar=True)

    def test_step(self, batch: Batch, batch_idx: int) -> None:
        x, y = batch
        logits = self(x)
        self.test_loss.update(self.loss(logits, y))
        self.test_acc.update(correct(logits, y).float())

    def on_test_epoch_end(self) -> None:
        self.log("test_loss", self.test_loss)
        self.log("test_acc", self.test_acc)

    def predict_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Probabilities (N, C); after training by another loss only their order has a meaning."""
        return self(batch[0]).softmax(dim=1)
