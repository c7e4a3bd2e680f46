"""What an autoencoder of lesson 11 makes of images after each epoch."""

from __future__ import annotations

import lightning.pytorch as pl
import torch
from matplotlib.figure import Figure
from torch import Tensor
from torchvision.utils import make_grid

from lightning_modules.logging.pictures import log_figure
from lightning_modules.tasks.reconstruction import Reconstruction
from lightning_modules.tasks.variational import Variational


class Reconstructions(pl.Callback):
    """Draws validation images, what the encoder is given in training, and what the decoder gives.

    Args:
        num_images: how many.
    """

    def __init__(self, num_images: int = 12) -> None:
        self.num_images = num_images

    @torch.no_grad()
    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if not trainer.is_global_zero or not trainer.loggers:
            return
        images = validation_images(trainer)[: self.num_images]
        rows = {"image": images}
        if isinstance(pl_module, Variational):
            rows["decoded"] = pl_module.vae.decode(pl_module.vae.encode(images)).sigmoid()
        elif isinstance(pl_module, Reconstruction):
            with torch.random.fork_rng():
                torch.manual_seed(0)
                seen = pl_module.corrupt(images)
            rows |= {"seen": seen} if pl_module.noise else {}
            rows["decoded"] = pl_module(seen)
        figure = draw_rows(rows)
        log_figure(trainer.loggers, "reconstructions", trainer.current_epoch, figure)


class CodeSpace(pl.Callback):
    """Draws images of random codes, and of codes on the way from one validation image to another.

    For the task `Variational`.

    Args:
        num_images: in each row.
    """

    def __init__(self, num_images: int = 12) -> None:
        self.num_images = num_images

    @torch.no_grad()
    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if not trainer.is_global_zero or not trainer.loggers:
            return
        assert isinstance(pl_module, Variational)
        model, count = pl_module.vae, self.num_images
        generator = torch.Generator().manual_seed(0)
        random = torch.randn(2, count, model.code_size, generator=generator)
        rows = {
            f"sample {number + 1}": model.decode(codes.to(pl_module.device)).sigmoid()
            for number, codes in enumerate(random)
        }
        starts, ends = model.encode(validation_images(trainer)[:6]).chunk(2)
        share = torch.linspace(0, 1, count, device=pl_module.device).unsqueeze(1)  # (count, 1)
        for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
            way = (1 - share) * start + share * end  # (count, K)
            rows[f"way {number + 1}"] = model.decode(way).sigmoid()
        log_figure(trainer.loggers, "codes", trainer.current_epoch, draw_rows(rows))


def validation_images(trainer: pl.Trainer) -> Tensor:
    """(N, C, H, W), on the device."""
    return trainer.datamodule.val_dataloader().inputs  # type: ignore[attr-defined]


def draw_rows(rows: dict[str, Tensor]) -> Figure:
    """One row of images (n, C, H, W) per name, each row on its own scale from black to white."""
    count = max(len(images) for images in rows.values())
    figure = Figure(figsize=(0.6 * count + 0.9, 0.68 * len(rows)), layout="constrained")
    grid = figure.subplots(len(rows), 1, squeeze=False)
    for axes, (name, images) in zip(grid[:, 0], rows.items(), strict=True):
        low, high = images.min(), images.max()
        scaled = (images.float().cpu() - low.cpu()) / (high - low).cpu().clamp(min=1e-6)
        axes.imshow(make_grid(scaled, nrow=count, padding=1).permute(1, 2, 0).numpy())
        axes.set_ylabel(name, rotation=0, ha="right", va="center")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    return figure
