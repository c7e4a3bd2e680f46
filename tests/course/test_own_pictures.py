"""The walks of lesson 8 on one's own pictures, in small, run as a student runs them."""

from __future__ import annotations

import csv
import importlib.util
import sys
from multiprocessing import active_children
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from course.cli import main
from lightning_modules.datamodules.store import load

LESSON = Path(__file__).resolve().parents[2] / "course/08_transfer_learning"
SHORT = [
    *("--trainer.limit_train_batches", "2", "--trainer.max_epochs", "1"),
    *("--trainer.enable_progress_bar", "false", "--data.init_args.batch_size", "4"),
    *("--data.init_args.size", "32", "--model.init_args.model.init_args.size", "32"),
]


@pytest.fixture(autouse=True)
def _offline_and_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WANDB_MODE", "disabled")
    monkeypatch.setattr(sys, "argv", ["dlcourse"])
    monkeypatch.chdir(tmp_path)


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, LESSON / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_drivers_are_held_out_and_new_ones_predicted(capsys: pytest.CaptureFixture[str]) -> None:
    script("drivers").write(Path("pictures/drivers"), drivers=6, frames=2)
    config = str(LESSON / "drivers.yaml")
    assert main(["fit", "--config", config, "--run_dir", "run", *SHORT]) == 0
    assert active_children() == []  # the processes that decode have ended with the run
    said = capsys.readouterr().out
    assert "4 classes; pictures: 24 train, 8 val (p00" in said
    best = ["--ckpt_path", "run/checkpoints/best.ckpt", "--trainer.enable_progress_bar", "false"]
    assert main(["predict", "--config", "run/config.yaml", "--run_dir", "new", *best]) == 0
    with Path("new/predictions.csv").open() as file:
        rows = list(csv.DictReader(file))
    frames = sorted(Path("pictures/drivers/test").rglob("*.jpg"))
    assert sorted(row["id"] for row in rows) == [
        path.relative_to("pictures/drivers").as_posix() for path in frames
    ]
    for row in rows:
        scores = {name: float(row[f"probability_{name}"]) for name in ("c0", "c1", "c2", "c3")}
        assert row["label"] == max(scores, key=lambda name: scores[name])
        assert sum(scores.values()) == pytest.approx(1, abs=1e-4)


def test_cats_and_dogs_are_those_of_the_shipped_photographs() -> None:
    script("cats_and_dogs").write(Path("pictures/cats_and_dogs"))
    arrays = load("cifar10_subset")
    found = {"cat": 0, "dog": 0}
    for path in Path("pictures/cats_and_dogs").glob("*/*/*.png"):
        row, name = int(path.stem), path.parent.name
        found[name] += 1
        assert arrays["train_labels"][row] == {"cat": 3, "dog": 5}[name]
        assert np.array_equal(np.asarray(Image.open(path)), arrays["train_images"][row])
    assert list(found.values()) == [int((arrays["train_labels"] == n).sum()) for n in (3, 5)]
    config = str(LESSON / "cats_and_dogs.yaml")
    few = ["--trainer.limit_val_batches", "2"]
    assert main(["fit", "--config", config, "--run_dir", "run", *SHORT, *few]) == 0
