"""`dlcourse predict` with this callback writes what the final project asks for."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import torch
from torch import Tensor

from lightning_modules.errors import BadInput


class PredictionsCsv(pl.Callback):
    """Writes the most probable class of each image as `id,label`, the id being its place.

    Args:
        path: the file, which is replaced where it exists.
    """

    def __init__(self, path: str = "predictions.csv") -> None:
        self.path = Path(path)
        self.probabilities: list[Tensor] = []

    def on_predict_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if trainer.world_size > 1:
            raise BadInput("predictions.csv comes from one process: set --trainer.devices 1")
        self.probabilities = []

    def on_predict_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        self.probabilities.append(outputs)

    def on_predict_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        write_predictions(self.path, torch.cat(self.probabilities))
        print(f"predictions: {self.path}")


def write_predictions(path: Path, probabilities: Tensor) -> None:
    """Writes `id,label` for probabilities or logits (N, C), atomically."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "label"])
        writer.writerows(enumerate(probabilities.argmax(dim=1).tolist()))
    temporary.replace(path)
