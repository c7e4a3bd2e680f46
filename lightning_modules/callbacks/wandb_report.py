"""What W&B shows beyond curves: the confusion matrix and images that the model gets wrong."""

from __future__ import annotations

from typing import Any

import lightning.pytorch as pl
import torch
from lightning.pytorch.loggers import WandbLogger
from lightning.pytorch.utilities import rank_zero_warn
from torch import Tensor
from torchmetrics.classification import MulticlassConfusionMatrix

from lightning_modules.datamodules.batches import Batch

MAX_IMAGES = 16


class WandbReport(pl.Callback):
    """Sends the last validation's confusion matrix and up to 16 of the images that it took
    for another class, at the run's end.

    For tasks whose `validation_step` returns logits (N, C).
    """

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._confusion: MulticlassConfusionMatrix | None = None
        self._mistakes: list[tuple[Tensor, int, int]] = []

    def on_validation_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._forget()

    def on_validation_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Batch,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        if not isinstance(outputs, Tensor):
            return
        inputs, targets = batch
        if self._confusion is None:
            self._confusion = MulticlassConfusionMatrix(outputs.shape[1], validate_args=False)
            self._confusion.to(outputs.device)
        predicted = outputs.argmax(dim=1)  # (N,)
        self._confusion.update(predicted, targets)
        if inputs.ndim != 4:
            return  # no images
        wrong = (predicted != targets).nonzero().flatten()
        for row in wrong[: MAX_IMAGES - len(self._mistakes)].tolist():
            pair = int(targets[row]), int(predicted[row])
            self._mistakes.append((inputs[row].detach().cpu(), *pair))

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if self._confusion is None:
            return
        counts = self._confusion.compute()  # (C, C), rows true, columns predicted; over processes
        for logger in trainer.loggers:
            if isinstance(logger, WandbLogger) and trainer.is_global_zero:
                try:
                    self._send(logger, counts.cpu())
                except OSError as error:  # the run is done: what it learned is on the disk
                    rank_zero_warn(f"W&B did not get the confusion matrix and mistakes: {error}")

    def _send(self, logger: WandbLogger, counts: Tensor) -> None:
        import wandb

        rows = [
            [str(true), str(predicted), int(counts[true, predicted])]
            for true in range(len(counts))
            for predicted in range(len(counts))
        ]
        table = wandb.Table(columns=["Actual", "Predicted", "nPredictions"], data=rows)
        fields = {name: name for name in ("Actual", "Predicted", "nPredictions")}
        chart = wandb.plot_table("wandb/confusion_matrix/v1", table, fields)
        images = [
            wandb.Image(_to_bytes(image), caption=f"{true}, taken for {predicted}")
            for image, true, predicted in self._mistakes
        ]
        mistakes = {"val_mistakes": images} if images else {}
        logger.experiment.log({"val_confusion": chart, **mistakes})


def _to_bytes(image: Tensor) -> Any:
    """A normalised image (C, H, W) as bytes (H, W, C), its own range stretched over 0 to 255."""
    low, high = image.min(), image.max()
    scaled = (image - low) / (high - low).clamp(min=1e-6)
    return (scaled * 255).to(torch.uint8).permute(1, 2, 0).numpy()
