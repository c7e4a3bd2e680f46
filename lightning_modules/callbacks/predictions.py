"""What `dlcourse predict` writes: an answer for each example, in order, from any number of
processes."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, TextIO

import lightning.pytorch as pl
from lightning.fabric.utilities import move_data_to_device
from PIL import Image
from torch import Tensor

from lightning_modules.datamodules.batches import SharedBatches
from lightning_modules.distributed.gathering import gather_objects
from lightning_modules.errors import BadInput
from lightning_modules.tasks.answers import Answers, Numbers


class Table:
    """A CSV file that appears when it is whole.

    Args:
        path: the file, which is replaced where it exists.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._temporary = path.with_name(path.name + ".tmp")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: TextIO = self._temporary.open("w", newline="", encoding="utf-8")
        self._writer = csv.writer(self._file, lineterminator="\n")

    def write(self, row: list[Any]) -> None:
        """Numbers with a fraction are rounded to six digits."""
        self._writer.writerow([f"{x:.6g}" if isinstance(x, float) else x for x in row])

    def close(self) -> None:
        """Puts the file in its place, and says where."""
        self._file.close()
        self._temporary.replace(self.path)
        print(f"predictions: {self.path}")

    def discard(self) -> None:
        """Leaves nothing behind."""
        self._file.close()
        self._temporary.unlink(missing_ok=True)


class InOrder(pl.Callback):
    """Brings each batch's answers to the first process, in the order of the examples.

    A subclass writes them there.

    Raises:
        BadInput: several processes, and data of which nobody knows who has which row; or
            `predict_step` gives no answer for each example.
    """

    table: Table

    def begin(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Before the first batch: opens `table`."""
        raise NotImplementedError

    def add(self, answers: list[Any]) -> None:
        """The answers of the next examples, on the CPU."""
        raise NotImplementedError

    def on_predict_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if trainer.world_size > 1 and not isinstance(trainer.predict_dataloaders, SharedBatches):
            raise BadInput(
                "data: several processes can predict in order with the course's own data modules "
                "alone; set --trainer.devices 1"
            )
        if trainer.is_global_zero:
            self.begin(trainer, pl_module)

    def on_predict_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        if not isinstance(outputs, Tensor | list):
            raise BadInput(
                f"{type(pl_module).__name__}.predict_step gives {type(outputs).__name__}; "
                "give a tensor (N, ...) or a list of N answers"
            )
        own = list(move_data_to_device(outputs, "cpu"))
        # a row of a tensor would be sent with all the others
        own = [row.clone() if isinstance(row, Tensor) else row for row in own]
        answers = gather_objects(own)
        if trainer.is_global_zero:
            self.add(answers)

    def on_predict_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if trainer.is_global_zero:
            self.table.close()

    def on_exception(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException
    ) -> None:
        if hasattr(self, "table"):
            self.table.discard()


class Predictions(InOrder):
    """Writes `predictions.csv`: an `id`, and what the task says (its `answers`).

    The id is what the data module calls the example (`prediction_ids`), such as a file's name, or
    its number. Pictures go into folders named after their columns.

    Args:
        folder: of the run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._data = trainer.datamodule  # type: ignore[attr-defined]
        self._answers: Answers = getattr(pl_module, "answers", Numbers("value"))
        self._ids = getattr(self._data, "prediction_ids", None)
        self._done = 0
        self._columns: list[str] = []
        self.table = Table(self.folder / "predictions.csv")

    def add(self, answers: list[Any]) -> None:
        for answer in answers:
            if not self._columns:
                self._columns = self._answers.columns(answer, self._data)
                self.table.write(["id", *self._columns])
            example = str(self._ids[self._done] if self._ids else self._done)
            for row in self._answers.rows(answer, self._data):
                self.table.write([example, *self._saved(row, example)])
            self._done += 1

    def _saved(self, row: list[Any], example: str) -> list[Any]:
        """The row with pictures saved and replaced by their paths."""
        return [
            self._save(cell, f"{column}s/{example}") if isinstance(cell, Image.Image) else cell
            for column, cell in zip(self._columns, row, strict=True)
        ]

    def _save(self, picture: Image.Image, name: str) -> Path:
        path = Path(name).with_suffix(".png")
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        picture.save(self.folder / path)
        return path


class PredictionsCsv(InOrder):
    """Writes what the final project asks for: `id,label`, the most probable class of each image.

    Args:
        path: the file, which is replaced where it exists.
    """

    def __init__(self, path: str = "predictions.csv") -> None:
        self.path = Path(path)

    def begin(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._done = 0
        self.table = Table(self.path)
        self.table.write(["id", "label"])

    def add(self, answers: list[Tensor]) -> None:
        for number, scores in enumerate(answers, start=self._done):
            self.table.write([number, int(scores.argmax())])
        self._done += len(answers)
