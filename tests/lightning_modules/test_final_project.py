"""The final project's data, and the file that `dlcourse predict` writes for it."""

from __future__ import annotations

import csv
from pathlib import Path

import lightning.pytorch as pl
import numpy as np
import pytest
import torch
from torch import nn

from lightning_modules.callbacks.predictions import PredictionsCsv
from lightning_modules.datamodules.cifar import CifarSubset, normalise
from lightning_modules.datamodules.manifest import find
from lightning_modules.datamodules.store import load, verify
from lightning_modules.errors import BadInput
from lightning_modules.tasks.classification import Classification


@pytest.fixture(scope="module")
def data() -> CifarSubset:
    data = CifarSubset(batch_size=100)
    data.trainer = pl.Trainer(accelerator="cpu", logger=False, enable_checkpointing=False)
    data.setup("fit")
    return data


def test_the_file_is_what_the_manifest_says() -> None:
    assert verify("cifar10_subset") == []
    assert "test_labels" not in find("cifar10_subset").arrays


def test_channels_are_normalised() -> None:
    images = torch.from_numpy(load("cifar10_subset")["train_images"])
    x = normalise(images)
    assert x.shape == (4000, 3, 32, 32)
    torch.testing.assert_close(x.mean(dim=(0, 2, 3)), torch.zeros(3), atol=0.02, rtol=0)
    torch.testing.assert_close(x.std(dim=(0, 2, 3)), torch.ones(3), atol=0.02, rtol=0)
    red = (images[7, 3, 5, 0] / 255 - 0.4914) / 0.2470
    assert x[7, 0, 3, 5] == pytest.approx(float(red), abs=1e-5)


def test_training_and_validation_share_no_image(data: CifarSubset) -> None:
    train = torch.cat([x for x, _ in data.train_dataloader()])
    val = torch.cat([x for x, _ in data.val_dataloader()])
    assert (len(train), len(val)) == (3200, 800)
    seen = {image.numpy().tobytes() for image in torch.cat([train, val])}
    assert len(seen) == 4000


def test_there_are_no_test_labels_to_test_with(data: CifarSubset) -> None:
    with pytest.raises(BadInput, match="dlcourse leaderboard"):
        data.test_dataloader()


class BlueOrNot(nn.Module):
    """Class 8 where the picture is bluer than red, else class 3."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        bluer = (x[:, 2] - x[:, 0]).mean(dim=(1, 2))  # (N,)
        logits = torch.zeros(len(x), 10)
        logits[:, 8], logits[:, 3] = bluer, -bluer
        return logits


def test_predict_writes_a_label_for_every_image_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    trainer = pl.Trainer(
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        callbacks=[PredictionsCsv(str(path))],
    )
    task = Classification(BlueOrNot())
    trainer.predict(task, datamodule=CifarSubset(batch_size=64), return_predictions=False)
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["id", "label"]
    assert [int(number) for number, _ in rows[1:]] == list(range(1000))
    x = normalise(torch.from_numpy(load("cifar10_subset")["test_images"])).numpy()
    expected = np.where((x[:, 2] - x[:, 0]).mean(axis=(1, 2)) > 0, 8, 3)
    assert [int(label) for _, label in rows[1:]] == expected.tolist()
