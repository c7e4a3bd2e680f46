"""Gradients by layer and dead units, against what can be said beforehand."""

from __future__ import annotations

import csv
from pathlib import Path

import lightning.pytorch as pl
import pytest
import torch
from lightning.pytorch.loggers import CSVLogger
from torch import nn

from lightning_modules.callbacks.layer_statistics import (
    LayerStatistics,
    dead_share,
    slopes,
    steepest_slopes,
)
from lightning_modules.datamodules.digits import Digits
from lightning_modules.errors import BadInput
from lightning_modules.models.mlp import MLP
from lightning_modules.tasks.classification import Classification
from lightning_modules.visualisation.comparison import (
    first_values,
    plot_curves_of,
    plot_layers_of,
)


def test_slopes_are_derivatives() -> None:
    z = torch.tensor([[-2.0, 0.5, 30.0]])
    s = torch.sigmoid(z)
    torch.testing.assert_close(slopes(nn.Sigmoid(), z), s * (1 - s))
    assert slopes(nn.ReLU(inplace=True), z).tolist() == [[0, 1, 1]]
    assert z.tolist() == [[-2.0, 0.5, 30.0]]


def test_a_unit_is_dead_if_no_example_moves_it() -> None:
    z = torch.tensor([[-1.0, -1.0, 2.0], [-3.0, 4.0, 1.0]])
    assert dead_share(steepest_slopes(nn.ReLU(), z)) == pytest.approx(1 / 3)
    assert dead_share(steepest_slopes(nn.LeakyReLU(), z)) == 0
    maps = z[:, :, None, None].expand(2, 3, 4, 4).clone()
    maps[0, 0, 1, 1] = 1.0  # one position of the first channel is alive
    assert dead_share(steepest_slopes(nn.ReLU(), maps)) == 0


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two steps of four sigmoid layers whose second layer's units are saturated."""
    folder = tmp_path_factory.mktemp("statistics")
    task = Classification(MLP(hidden=[20] * 4, activation="sigmoid"), learning_rate=0.01)
    with torch.no_grad():
        task.model.layers[2].bias[:5] = 100.0  # type: ignore[index]
    trainer = pl.Trainer(
        accelerator="cpu",
        devices=1,
        max_epochs=1,
        limit_train_batches=2,
        num_sanity_val_steps=0,
        log_every_n_steps=1,
        logger=CSVLogger(folder, name="", version=""),
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=[LayerStatistics()],
    )
    trainer.fit(task, datamodule=Digits(train_size=200))
    return folder / "metrics.csv"


def test_the_gradient_vanishes_towards_the_input(run: Path) -> None:
    sizes = first_values(run, "gradient/")
    assert len(sizes) == 5
    assert sizes[0] < sizes[2] < sizes[4]
    assert first_values(run, "dead/") == pytest.approx([0, 0.25, 0, 0])
    with run.open() as file:
        assert sum(bool(row["train_loss_step"]) for row in csv.DictReader(file)) == 2


def test_figures_of_runs(run: Path, tmp_path: Path) -> None:
    runs = {"one": run, "the same": run}
    columns = {"train_loss_step": "loss", "gradient/model.layers.0.weight": "gradient"}
    paths = plot_layers_of(runs, "gradient/", "gradient", tmp_path / "layers")
    paths += plot_curves_of(runs, columns, tmp_path / "curves", log=True)
    assert [path.suffix for path in paths] == [".png", ".svg"] * 2
    assert all(path.stat().st_size > 1000 for path in paths)
    with pytest.raises(BadInput, match="no column nothing"):
        plot_curves_of(runs, {"nothing": ""}, tmp_path / "none")
    with pytest.raises(BadInput, match="LayerStatistics"):
        plot_layers_of(runs, "nothing/", "", tmp_path / "none")
