"""Whitens the first layer of a network from the images that it is about to see."""

from __future__ import annotations

import lightning.pytorch as pl

from lightning_modules.datamodules.in_memory import InMemory
from lightning_modules.errors import BadInput
from lightning_modules.models.cifar_net import CifarNet, whiten

IMAGES = 5000  # enough for a covariance of 12 by 12


class Whiten(pl.Callback):
    """Sets the first convolution of a `CifarNet` from the first training images."""

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if trainer.ckpt_path is not None:  # a resumed run has it
            return
        if not isinstance(pl_module.model, CifarNet):
            raise BadInput(
                "Whiten: the model must be a lightning_modules.models.cifar_net.CifarNet"
            )
        data = trainer.datamodule  # type: ignore[attr-defined]
        assert isinstance(data, InMemory)
        whiten(pl_module.model.whiten, data.first_inputs(IMAGES))
