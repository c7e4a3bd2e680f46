"""The configs of lessons 1 to 7 build what they name, and the network fits the data's examples."""

from __future__ import annotations

from pathlib import Path

import lightning.pytorch as pl
import pytest
import torch
import yaml
from jsonargparse import ArgumentParser

from lightning_modules.datamodules.cifar import Cifar
from lightning_modules.datamodules.digits import Digits
from lightning_modules.datamodules.tabular import Tabular

COURSE = Path(__file__).resolve().parents[2] / "course"
CONFIGS = sorted(COURSE.glob("0[12457]_*/*.yaml"))
SHAPES = {Digits: (1, 28, 28), Cifar: (3, 32, 32), Tabular: (10,)}  # of one example


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_config_builds_a_network_that_takes_its_data(path: Path) -> None:
    parser = ArgumentParser(exit_on_error=False)
    parser.add_subclass_arguments(pl.LightningModule, "model")
    parser.add_subclass_arguments(pl.LightningDataModule, "data")
    config = yaml.safe_load(path.read_text())
    parsed = parser.parse_object({key: config[key] for key in ("model", "data")})
    built = parser.instantiate_classes(parsed)
    task = built.model.eval()
    with torch.no_grad():
        outputs = task(torch.zeros(2, *SHAPES[type(built.data)]))
    assert len(outputs) == 2
    assert torch.isfinite(outputs).all()
    assert path.read_text().startswith("#")
    assert str(path.relative_to(COURSE.parent)) in path.read_text()  # the command to run it
