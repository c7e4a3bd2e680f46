"""Compiles what a training step does, where there is a CUDA device."""

from __future__ import annotations

from collections.abc import Iterable

import lightning.pytorch as pl
import torch
from lightning.pytorch.utilities import rank_zero_warn
from torch import nn
from torch.optim import Optimizer

from lightning_modules.optim.muon import Muon


def compile_in_place(model: nn.Module, optimizers: Iterable[Optimizer]) -> None:
    """Compiles a network, at its next call, and the matrix products of Muon.

    The network stays the module that it is: checkpoints name its weights as before.
    """
    model.compile()
    for optimizer in optimizers:
        if isinstance(optimizer, Muon):
            # for each shape of filter bank its own: there are few
            optimizer.orthogonalise = torch.compile(optimizer.orthogonalise, dynamic=False)


class Compile(pl.Callback):
    """Compiles the network and Muon with `torch.compile`: fewer kernels, each of which does more.

    The first step and the first validation then take long. Where there is no CUDA device, nothing
    is compiled: there it needs a C++ compiler, which few have.
    """

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if pl_module.device.type != "cuda":
            rank_zero_warn("Compile: no CUDA device, so the network runs uncompiled")
            return
        assert isinstance(pl_module.model, nn.Module)
        compile_in_place(pl_module.model, trainer.optimizers)
