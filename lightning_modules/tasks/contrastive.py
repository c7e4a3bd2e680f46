"""Contrastive learning: two views of an image find each other among the views of all others."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics import MetricCollection

from lightning_modules.datamodules.batch_transform import BatchRng, BatchTransform
from lightning_modules.datamodules.batches import Batch
from lightning_modules.distributed.gathering import count_rows, gather_rows
from lightning_modules.errors import BadInput
from lightning_modules.seeding import mix, run_seed
from lightning_modules.tasks.answers import Numbers
from lightning_modules.tasks.base import Task

_STREAM = 2  # sets the numbers of the views apart from those of other draws


def nt_xent(first: Tensor, second: Tensor, temperature: float = 0.5) -> Tensor:
    """The normalised temperature-scaled cross-entropy (Chen et al. 2020, equation 1).

    Each of the 2N views is to pick its partner out of the 2N - 1 others, by the softmax of cosine
    similarities divided by the temperature. The mean over the views.

    Args:
        first: one view of each image, (N, D), rows of length 1.
        second: the other, (N, D), rows of length 1.
        temperature: below 1 the nearest strangers count most.
    """
    views = torch.cat([first, second])  # (2N, D)
    logits = views @ views.T / temperature  # (2N, 2N)
    logits.fill_diagonal_(-torch.inf)  # nobody is its own partner
    partner = torch.arange(len(views), device=views.device).roll(len(first))  # (2N,)
    return F.cross_entropy(logits, partner)


class Contrastive(Task):
    """Trains an encoder on `nt_xent`; labels are not looked at.

    Negatives come from the batches of all processes. `val_loss` and `test_loss` are the same loss
    of views that are drawn alike at every evaluation.

    Args:
        model: images (N, ...) to directions (N, D).
        views: changes that leave an image what it is; each view gets its own draw of them all.
        temperature: of the loss.
        optimization: optimizer, schedule and memory format, as `Task` takes them.
    """

    answers = Numbers("code")

    def __init__(
        self,
        model: nn.Module,
        views: list[BatchTransform],
        temperature: float = 0.5,
        **optimization: Any,
    ) -> None:
        super().__init__(model, **optimization)
        if not views:
            raise BadInput("model.init_args.views is empty: two equal views teach nothing")
        self.views, self.temperature = views, temperature

    def view(self, x: Tensor, seed: int, total: int) -> Tensor:
        """One view of each image; every process draws for all, `total`, and keeps its own rows."""
        rank, processes = self.trainer.global_rank, self.trainer.world_size
        for position, transform in enumerate(self.views):
            rng = BatchRng(mix(seed, position), total, rank, processes, device=x.device)
            x, _ = transform(x, None, rng)
        return x

    def batch_loss(self, batch: Batch) -> Tensor:
        x, _ = batch
        return self._loss(x, mix(run_seed(), self.global_step, _STREAM), count_rows(self, x))

    def share(self, batch: Batch) -> tuple[int, int]:
        """Each process has the loss of all rows, and the gradient of its own."""
        return 1, self.trainer.world_size

    def _loss(self, x: Tensor, seed: int, total: int) -> Tensor:
        # one pass over both views: batch normalisation sees them together
        views = self(torch.cat([self.view(x, mix(seed, number), total) for number in (0, 1)]))
        # gradients come back to where each row was made: their sum over processes is that of the
        # whole batch on one
        first, second = (gather_rows(self, part, total) for part in views.chunk(2))
        return nt_xent(first, second, self.temperature)

    def evaluate(self, metrics: MetricCollection, batch: Batch, batch_idx: int) -> None:
        x, _ = batch
        total = count_rows(self, x)
        metrics["loss"].update(self._loss(x, mix(batch_idx, _STREAM), total), total)

    def predict_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Representations (N, D)."""
        return self.model.encode(batch[0])  # type: ignore[operator]
