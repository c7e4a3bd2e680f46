"""Ensembles: several trained networks, one answer."""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import lightning.pytorch as pl
import torch
from torch import Tensor, nn

from lightning_modules.errors import BadInput


def load_task(path: Path) -> pl.LightningModule:
    """The task that a run saved, rebuilt from its checkpoint alone, without unpickling.

    Args:
        path: a checkpoint, or the folder of a run, whose best checkpoint is meant.

    Raises:
        BadInput: there is none, or it does not say how its network is built.
    """
    file = path / "checkpoints" / "best.ckpt" if path.is_dir() else path
    if not file.is_file():
        raise BadInput(f"{file}: no such checkpoint; train with dlcourse fit --run_dir {path}")
    checkpoint = torch.load(file, map_location="cpu", weights_only=True)
    class_path = checkpoint.get("hyper_parameters", {}).get("_class_path")
    if class_path is None:
        raise BadInput(f"{file}: was not written by dlcourse fit; train it from a config")
    importlib.import_module(class_path.rpartition(".")[0])  # Lightning builds imported classes only
    return pl.LightningModule.load_from_checkpoint(file, map_location="cpu", weights_only=True)


class Ensemble(nn.Module):
    r"""The mean of its members' answers, for members trained on their own.

    $$p(y \mid x) = \frac{1}{M} \sum_m p_m(y \mid x)$$

    T. Dietterich, "Ensemble methods in machine learning" (2000). Helps as far as the members err on
    different examples: other initial weights are enough, other architectures are better. Does not
    help against errors that all members share; costs M times the time and memory of one.

    Args:
        members: folders of runs, or checkpoints, of any models for the same data.
        average: `probabilities` of classifiers, or `outputs` as they are (for regression).

    Raises:
        BadInput: a member is missing, or there is none.
    """

    def __init__(
        self,
        members: Sequence[str],
        average: Literal["probabilities", "outputs"] = "probabilities",
    ) -> None:
        super().__init__()
        if not members:
            raise BadInput("Ensemble.members: names no run; list folders such as runs/lenet/v0")
        self.members = nn.ModuleList(load_task(Path(member)) for member in members)
        self.requires_grad_(False)
        self.average = average

    def forward(self, x: Tensor) -> Tensor:
        """Inputs (N, ...) to log-probabilities (N, C), or to the members' mean output.

        Raises:
            BadInput: the ensemble is to be trained.
        """
        if self.training:
            raise BadInput("an ensemble is not trained: use dlcourse test, validate or predict")
        answers = [member(x) for member in self.members]
        if len({answer.shape for answer in answers}) > 1:
            shapes = ", ".join(str(tuple(answer.shape)) for answer in answers)
            raise BadInput(f"Ensemble.members answer in different shapes: {shapes}")
        outputs = torch.stack(answers)  # (M, N, C)
        if self.average == "outputs":
            return outputs.mean(dim=0)  # (N, C)
        # the logarithm of the mean probability, finite where all probabilities underflow
        return outputs.log_softmax(dim=-1).logsumexp(dim=0) - math.log(len(outputs))  # (N, C)
