"""What `dlcourse predict` writes for each kind of answer (on three processes: test_registry.py)."""

from __future__ import annotations

import csv
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import lightning.pytorch as pl
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader

from lightning_modules.callbacks.predictions import Predictions, Table
from lightning_modules.datamodules.in_memory import InMemory, Splits
from lightning_modules.datamodules.names import Names
from lightning_modules.errors import BadInput
from lightning_modules.tasks.answers import Boxes, ClassScores, Masks
from lightning_modules.tasks.classification import Classification
from lightning_modules.tasks.language import LanguageModelling


class Animals(InMemory):
    """1,000 rows of two numbers, in two batches, with names for classes and rows."""

    classes = ("cat", "dog")
    prediction_ids = [f"{number:03}.jpg" for number in range(1000)]

    def _load(self) -> Splits:
        x = torch.linspace(-1, 1, 1000)[:, None] * torch.tensor([1.0, -1.0])  # (1000, 2)
        return dict.fromkeys(("train", "val", "test"), (x, torch.zeros(1000, dtype=torch.long)))


def predict(folder: Path, task: pl.LightningModule, data: Any) -> list[list[str]]:
    trainer = pl.Trainer(
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        callbacks=[Predictions(folder)],
    )
    trainer.predict(task, data)
    with (folder / "predictions.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_classes_and_rows_have_their_names(tmp_path: Path) -> None:
    header, *rows = predict(tmp_path / "run", Classification(nn.Identity()), Animals())
    assert header == ["id", "label", "probability_cat", "probability_dog"]
    assert [row[0] for row in rows] == Animals.prediction_ids
    assert [row[1] for row in rows] == ["dog"] * 500 + ["cat"] * 500
    cat = torch.tensor([float(row[2]) for row in rows])
    torch.testing.assert_close(cat, torch.linspace(-2, 2, 1000).sigmoid(), rtol=1e-5, atol=0)
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["predictions.csv"]


def test_a_box_is_a_row() -> None:
    found = {
        "boxes": torch.tensor([[1.0, 2.0, 3.0, 4.5], [0.0, 0.0, 9.0, 9.0]]),
        "labels": torch.tensor([1, 0]),
        "scores": torch.tensor([0.75, 0.5]),
    }
    assert Boxes().columns(found, Animals) == ["label", "score", "x1", "y1", "x2", "y2"]
    assert Boxes().rows(found, Animals) == [
        ["dog", 0.75, 1.0, 2.0, 3.0, 4.5],
        ["cat", 0.5, 0.0, 0.0, 9.0, 9.0],
    ]
    nothing = {name: value[:0] for name, value in found.items()}
    assert Boxes().rows(nothing, Animals) == []


def test_classes_without_a_name_have_a_number() -> None:
    assert ClassScores("score").columns(torch.zeros(3), Animals) == [
        *("label", "score_cat", "score_dog", "score_2")
    ]


def test_a_mask_is_a_picture_whose_values_are_classes(tmp_path: Path) -> None:
    mask = torch.arange(12).view(3, 4)
    ((picture,),) = Masks().rows(mask, None)
    picture.save(tmp_path / "mask.png")
    read = Image.open(tmp_path / "mask.png")
    assert list(read.getdata()) == list(range(12))
    assert read.convert("RGB").getpixel((0, 0)) == (0, 0, 0)
    colours = {read.convert("RGB").getpixel((x, y)) for y in range(3) for x in range(4)}
    assert len(colours) >= 11


class AlwaysA(nn.Module):
    """Expects the letter a, whatever it read, and carries no state."""

    def forward(self, tokens: Tensor, state: Any) -> tuple[Tensor, tuple]:
        logits = torch.zeros(*tokens.shape, Names.num_tokens)
        logits[..., 2] = 1
        return logits, ()


def test_texts_are_spelled(tmp_path: Path) -> None:
    data = Names(predict="next")
    header, *rows = predict(tmp_path, LanguageModelling(AlwaysA(), ignore=0), data)
    assert header == ["id", "text", "next"]
    tokens = data._splits["test"][0]
    assert [row[1].strip(".").capitalize() for row in rows] == [data.decode(t) for t in tokens]
    assert all(row[1].startswith(".") for row in rows)
    assert all(set(row[2]) == {"a"} and len(row[2]) == len(row[1]) for row in rows)


class Sum(pl.LightningModule):
    def predict_step(self, batch: Tensor, batch_idx: int) -> Tensor:
        return batch.sum(dim=1)


class Everything(pl.LightningModule):
    def predict_step(self, batch: Tensor, batch_idx: int) -> dict[str, Tensor]:
        return {"rows": batch}


def test_ones_own_module_answers_with_a_tensor_or_a_list(tmp_path: Path) -> None:
    loader = DataLoader([torch.full((2,), float(n)) for n in range(5)], batch_size=2)
    with pytest.raises(BadInput, match=r"Everything.predict_step gives dict; give a tensor"):
        predict(tmp_path, Everything(), loader)
    assert list(tmp_path.iterdir()) == []
    rows = predict(tmp_path, Sum(), loader)
    assert rows == [["id", "value"], *([str(n), f"{2 * n}"] for n in range(5))]


def test_several_processes_cannot_put_unknown_data_in_order(tmp_path: Path) -> None:
    trainer: Any = SimpleNamespace(world_size=2, predict_dataloaders=DataLoader([1.0]))
    with pytest.raises(BadInput, match=r"set --trainer.devices 1"):
        Predictions(tmp_path).on_predict_start(trainer, Sum())


def test_a_table_appears_when_it_is_whole(tmp_path: Path) -> None:
    table = Table(tmp_path / "new" / "table.csv")
    table.write(["a", 1, 1 / 3, 1e-9, "b,c"])
    assert not table.path.exists()
    table.close()
    assert table.path.read_text() == 'a,1,0.333333,1e-09,"b,c"\n'
