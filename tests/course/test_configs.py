"""Every lesson's config makes a step: by lying in `course/` it is tested.

The command is the one that the config's first lines print. Networks are as large as the config
says; there is less data, and what would be fetched is noise of the same form.
"""

from __future__ import annotations

import importlib
import inspect
import re
import runpy
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from course.cli import main
from lightning_modules.datamodules.manifest import Dataset, datasets

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = sorted(ROOT.glob("course/*/*.yaml"))
EXAMPLES = 1000  # of noise
# options of data modules, of those that have them
SMALL = {
    "batch_size": 8,
    "val_size": 16,
    "train_scenes": 64,
    "val_scenes": 16,
    "test_scenes": 16,
    "size": 32,
}
MEMBERS = 5  # of the ensemble, which the lesson trains first


def noise(dataset: Dataset) -> dict[str, np.ndarray]:
    """Arrays of a data set's names, types and shapes, but of fewer examples."""
    rng = np.random.default_rng(0)
    return {
        name: rng.integers(0, 10, (min(spec.shape[0], EXAMPLES), *spec.shape[1:]), spec.dtype)
        for name, spec in dataset.arrays.items()
    }


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cache of data, and with the runs and pictures that a config is built from."""
    folder = tmp_path_factory.mktemp("configs")
    for dataset in datasets().values():
        if not dataset.ships:
            np.savez(folder / f"{dataset.name}.npz", **noise(dataset))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WANDB_MODE", "disabled")
        patch.setattr(sys, "argv", ["dlcourse"])
        mlp = str(ROOT / "course/04_neural_networks/mlp.yaml")
        brief = ["--trainer.max_epochs", "1", "--trainer.limit_train_batches", "1"]
        assert (
            main(["fit", "--config", mlp, "--run_dir", str(folder / "runs/member/0"), *brief]) == 0
        )
        patch.chdir(folder)
        for script in before():
            patch.setattr(sys, "argv", [script])
            runpy.run_path(str(ROOT / script), run_name="__main__")
    for number in range(1, MEMBERS):
        shutil.copytree(folder / "runs/member/0", folder / f"runs/member/{number}")
    return folder


def before() -> list[str]:
    """The scripts that the comments on top of configs say to run first."""
    found = (re.findall(r"python (course/\S+\.py), then$", p.read_text(), re.M) for p in CONFIGS)
    return sorted({script for scripts in found for script in scripts})


def command(path: Path) -> list[str]:
    """The words behind `dlcourse` in the comment on top of a config."""
    comment = path.read_text().partition("\nseed_everything")[0]
    found = re.search(r"dlcourse (fit|test) --config (\S+)$", comment, flags=re.MULTILINE)
    assert found, f"{path} does not begin with the command that runs it"
    assert ROOT / found[2] == path
    return [found[1], "--config", str(path)]


def smaller(path: Path) -> list[str]:
    """Options that leave the data module of a config less to do."""
    module, _, name = yaml.safe_load(path.read_text())["data"]["class_path"].rpartition(".")
    known = inspect.signature(getattr(importlib.import_module(module), name)).parameters
    return [f"--data.init_args.{key}={value}" for key, value in SMALL.items() if key in known]


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_config_makes_a_step(path: Path, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_MODE", "disabled")
    monkeypatch.setenv("DLCOURSE_DATA", str(here))
    monkeypatch.setattr(sys, "argv", ["dlcourse"])
    monkeypatch.chdir(here)
    brief = ["--trainer.fast_dev_run=true", "--trainer.accelerator=cpu", "--run_dir=brief"]
    assert main([*command(path), *brief, *smaller(path)]) == 0


def test_there_are_configs() -> None:
    assert (
        len({path.parent for path in CONFIGS}) >= 11
    )  # lessons; 9 looks at the networks of others
