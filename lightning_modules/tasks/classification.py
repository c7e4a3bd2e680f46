"""Classification: scores of the classes to a loss, and accuracy to see by."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torchmetrics import MetricCollection

from lightning_modules.datamodules.batches import Batch
from lightning_modules.errors import BadInput
from lightning_modules.tasks.answers import ClassScores
from lightning_modules.tasks.base import Task
from lightning_modules.tasks.losses import LOSSES, LossName, correct, cross_entropy
from lightning_modules.tasks.means import Mean


class Scoring(Task):
    """Trains a network that scores classes, by the loss that a subclass defines.

    Logs, beside the losses, `val_acc` and `test_acc`. Targets are labels (N,), or (N, C) of 0 and 1
    where an image shows several classes; one of k classes counts as right where the k highest
    scores are theirs.

    Args:
        model: the network.
        optimization: optimizer, schedule and memory format, as `Task` takes them.
    """

    def __init__(self, model: nn.Module, **optimization: Any) -> None:
        super().__init__(model, **optimization)
        self.measure(acc=Mean())

    def losses_and_scores(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """The loss of each example (N,) and its scores (N, C)."""
        raise NotImplementedError

    def batch_loss(self, batch: Batch) -> Tensor:
        return self.losses_and_scores(batch)[0].mean()

    def evaluate(self, metrics: MetricCollection, batch: Batch, batch_idx: int) -> Tensor | None:
        """Returns the scores (N, C), for callbacks that look at mistakes of single labels."""
        losses, scores = self.losses_and_scores(batch)
        metrics["loss"].update(losses)
        metrics["acc"].update(correct(scores, batch[1]).float())
        return scores if batch[1].ndim == 1 else None


class Classification(Scoring):
    """Trains any network that maps inputs to scores of classes.

    Args:
        model: inputs (N, ...) to logits (N, C).
        loss: a function of `tasks.losses`.
        label_smoothing: weight taken from the true class and spread over all of them (Szegedy et
            al. 2016, section 7), in training, with cross-entropy.
        optimization: optimizer, schedule and memory format, as `Task` takes them.

    Raises:
        BadInput: label smoothing out of range, or with a loss that has no probabilities.
    """

    answers = ClassScores("probability")

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

    def losses_and_scores(self, batch: Batch) -> tuple[Tensor, Tensor]:
        logits = self(batch[0])  # (N, C)
        return self.loss(logits, batch[1]), logits

    def batch_loss(self, batch: Batch) -> Tensor:
        if self.label_smoothing:
            return cross_entropy(self(batch[0]), batch[1], self.label_smoothing).mean()
        return super().batch_loss(batch)

    def predict_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Probabilities (N, C); after training by another loss only their order has a meaning."""
        return self(batch[0]).softmax(dim=1)
