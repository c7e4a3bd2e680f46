"""Reconstruction: images through a code and back, and the squared error of what comes out."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics import MetricCollection

from lightning_modules.datamodules.batches import Batch
from lightning_modules.models.pca import PCA
from lightning_modules.tasks.answers import Numbers
from lightning_modules.tasks.base import Task


class Reconstruction(Task):
    """Trains an autoencoder on the squared error of a pixel; labels are not looked at.

    The losses are means over pixels of the normalised images; an answer of nothing but the mean of
    all pixels would bring them to 1, of nothing but the mean image to 0.7 on MNIST.

    With `noise` the encoder sees `x + noise * e`, e standard normal, and the decoder is to give x:
    a denoising autoencoder (Vincent et al. 2008). Validation and test see x itself.

    A `PCA` is set to its principal components before the first step.

    Args:
        model: images (N, ...) to images (N, ...).
        noise: standard deviation of what is added in training.
        optimization: optimizer, schedule and memory format, as `Task` takes them.
    """

    answers = Numbers("code")

    def __init__(self, model: nn.Module, noise: float = 0.0, **optimization: Any) -> None:
        super().__init__(model, **optimization)
        self.noise = noise

    def on_fit_start(self) -> None:
        super().on_fit_start()
        if isinstance(self.model, PCA) and self.trainer.ckpt_path is None:
            self.model.fit(self.trainer.datamodule.train_dataloader().inputs)  # type: ignore[attr-defined]

    def corrupt(self, x: Tensor) -> Tensor:
        """What the encoder sees of x in training."""
        return x + self.noise * torch.randn_like(x) if self.noise else x

    def batch_loss(self, batch: Batch) -> Tensor:
        x, _ = batch
        return F.mse_loss(self(self.corrupt(x)), x)

    def evaluate(self, metrics: MetricCollection, batch: Batch, batch_idx: int) -> None:
        x, _ = batch
        metrics["loss"].update((self(x) - x) ** 2)

    def predict_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Codes (N, K)."""
        return self.model.encode(batch[0])  # type: ignore[operator]
