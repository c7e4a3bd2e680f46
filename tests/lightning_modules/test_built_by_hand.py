"""A task that is built in Python, not from a config: its checkpoint loads, given the network."""

from __future__ import annotations

from pathlib import Path

import lightning.pytorch as pl
import pytest

from lightning_modules.datamodules.digits import Digits
from lightning_modules.errors import BadInput
from lightning_modules.models.mlp import MLP
from lightning_modules.tasks.classification import Classification
from tests.same import assert_same


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Classification, Path]:
    trainer = pl.Trainer(
        accelerator="cpu",
        max_steps=1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    task = Classification(MLP(hidden=[3]), learning_rate=0.07, label_smoothing=0.1)
    trainer.fit(task, datamodule=Digits(train_size=100))
    path = tmp_path_factory.mktemp("by_hand") / "task.ckpt"
    trainer.save_checkpoint(path)
    return task, path


def test_a_task_built_by_hand_is_loaded_into_its_network(
    trained: tuple[Classification, Path],
) -> None:
    task, path = trained
    loaded = Classification.load_from_checkpoint(path, model=MLP(hidden=[3]), weights_only=True)
    assert_same(dict(loaded.state_dict()), dict(task.state_dict()))
    assert (loaded.learning_rate, loaded.label_smoothing) == (0.07, 0.1)


def test_without_its_network_one_line_says_what_to_give(
    trained: tuple[Classification, Path],
) -> None:
    with pytest.raises(
        BadInput, match=r"task.ckpt: .*load_from_checkpoint\(PATH, model=...\)"
    ) as e:
        Classification.load_from_checkpoint(trained[1])
    assert "\n" not in str(e.value)


def test_another_mistake_stays_what_it_is(trained: tuple[Classification, Path]) -> None:
    with pytest.raises(TypeError, match="widht"):
        Classification.load_from_checkpoint(trained[1], model=MLP(hidden=[3]), widht=3)
