"""The variational autoencoder's bound, term by term."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torchmetrics import MetricCollection

from lightning_modules.datamodules.batches import Batch
from lightning_modules.datamodules.digits import MEAN, STD
from lightning_modules.models.autoencoder import VAE
from lightning_modules.tasks.answers import Numbers
from lightning_modules.tasks.base import Task
from lightning_modules.tasks.means import Mean


def elbo_terms(
    logits: Tensor, pixels: Tensor, mean: Tensor, log_variance: Tensor
) -> tuple[Tensor, Tensor]:
    """`-log p(x | z)` and `KL(q(z | x) || p(z))` of each image in nats; minus both is the ELBO.

    The first is the cross-entropy of pixels taken as probabilities, the second has the closed form
    `0.5 sum(mean^2 + variance - log variance - 1)` (Kingma and Welling 2014, appendix B).

    Args:
        logits: (N, ...).
        pixels: (N, ...), from 0 to 1.
        mean: of the code, (N, K).
        log_variance: of the code, (N, K).

    Returns:
        Both terms, each (N,).
    """
    per_pixel = F.binary_cross_entropy_with_logits(logits, pixels, reduction="none")
    kl = 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).sum(dim=1)  # (N,)
    return per_pixel.flatten(1).sum(dim=1), kl


class Variational(Task):
    """Trains a variational autoencoder on minus the ELBO.

    Logs, in nats per image, `val_reconstruction` and `val_kl`, their sum `val_loss`, and the same
    of testing.

    Args:
        model: the network.
        beta: weight of the KL term in training (Higgins et al. 2017); 1 is the bound itself.
        pixel_mean: what was subtracted from the pixels when they were normalised.
        pixel_std: what they were divided by.
        optimization: optimizer, schedule and memory format, as `Task` takes them.
    """

    answers = Numbers("code")

    def __init__(
        self,
        model: VAE,
        beta: float = 1.0,
        pixel_mean: float = MEAN,
        pixel_std: float = STD,
        **optimization: Any,
    ) -> None:
        super().__init__(model, **optimization)
        self.beta = beta
        self.pixel_mean, self.pixel_std = pixel_mean, pixel_std
        self.measure(reconstruction=Mean(), kl=Mean())

    @property
    def vae(self) -> VAE:
        assert isinstance(self.model, VAE)
        return self.model

    def pixels(self, x: Tensor) -> Tensor:
        """Normalised images back to the scale from 0 to 1."""
        return (x * self.pixel_std + self.pixel_mean).clamp(0, 1)

    def terms(self, x: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        logits, mean, log_variance = self.vae(x, noise)
        return elbo_terms(logits.float(), self.pixels(x), mean.float(), log_variance.float())

    def batch_loss(self, batch: Batch) -> Tensor:
        x, _ = batch
        noise = torch.randn(len(x), self.vae.code_size, device=x.device)
        reconstruction, kl = self.terms(x, noise)
        return (reconstruction + self.beta * kl).mean()

    def evaluate(self, metrics: MetricCollection, batch: Batch, batch_idx: int) -> None:
        x, _ = batch
        # the same draw at every evaluation, so that epochs compare
        generator = torch.Generator().manual_seed(batch_idx)
        noise = torch.randn(len(x), self.vae.code_size, generator=generator)
        reconstruction, kl = self.terms(x, noise.to(x.device))
        metrics["loss"].update(reconstruction + kl)
        metrics["reconstruction"].update(reconstruction)
        metrics["kl"].update(kl)

    def predict_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Means of the codes (N, K)."""
        return self.vae.encode(batch[0])
