"""Capsule networks: the margin loss of each class, and a reconstruction of the image."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from lightning_modules.datamodules.batches import Batch
from lightning_modules.datamodules.targets import as_targets
from lightning_modules.errors import BadInput
from lightning_modules.models.capsules import CapsuleNet
from lightning_modules.tasks.answers import ClassScores
from lightning_modules.tasks.classification import Scoring


def margin_loss(lengths: Tensor, shown: Tensor) -> Tensor:
    """Asks for lengths (N, J) above 0.9 of classes that are shown, 1 of 0 or 1 in (N, J), and below
    0.1 of the others (Sabour et al. 2017, equation 4); any number of them may be shown.

    Returns:
        One loss per example (N,).
    """
    present = (0.9 - lengths).clamp(min=0).square()
    absent = (lengths - 0.1).clamp(min=0).square()
    return (shown * present + 0.5 * (1 - shown) * absent).sum(dim=1)


class Capsules(Scoring):
    """Trains a capsule network on labels (N,), or on images of several classes, (N, J) of 0 and 1.

    Args:
        model: images to class capsules.
        reconstruction_weight: of the squared error summed over the pixels. The paper has 0.0005 for
            pixels from 0 to 1; the pixels of our data modules have variance 1, ten times as much.
        optimization: optimizer, schedule and memory format, as `Task` takes them.

    Raises:
        BadInput: the weight is negative, or 0 with a decoder that would then learn nothing, or
            above 0 without one.
    """

    model: CapsuleNet

    answers = ClassScores("length")

    def __init__(
        self, model: CapsuleNet, reconstruction_weight: float = 5e-5, **optimization: Any
    ) -> None:
        super().__init__(model, **optimization)
        if reconstruction_weight < 0:
            raise BadInput(
                f"reconstruction_weight is {reconstruction_weight}; it must be at least 0"
            )
        if (reconstruction_weight > 0) != (model.decoder is not None):
            raise BadInput(
                f"reconstruction_weight is {reconstruction_weight}: above 0 the model needs a "
                "decoder, and at 0 it must have none (decoder: [])"
            )
        self.reconstruction_weight = reconstruction_weight

    def losses_and_scores(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """The loss of each example (N,), and as scores the lengths of its capsules (N, J)."""
        x, y = batch
        capsules = self(x)  # (N, J, class_dim)
        lengths = capsules.norm(dim=2)  # (N, J)
        shown = as_targets(y, lengths.shape[1])  # (N, J)
        loss = margin_loss(lengths, shown)  # (N,)
        if self.reconstruction_weight:
            error = (self.model.reconstruct(capsules, shown) - x).square().flatten(1).sum(dim=1)
            loss = loss + self.reconstruction_weight * error
        return loss, lengths

    def predict_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Lengths (N, J), each from 0 to 1."""
        return self(batch[0]).norm(dim=2)
