"""Short runs of a registry case, built from its plain values as a config file builds a run."""

from __future__ import annotations

import copy
import json
import logging
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import torch
from jsonargparse import ArgumentParser, Namespace
from lightning.pytorch.core.mixins.hparams_mixin import _given_hyperparameters_context
from registry import BATCH_SIZE, HELD_OUT, TRAIN, Case, Spec

from lightning_modules.callbacks.predictions import Predictions
from lightning_modules.callbacks.step_seed import StepSeed
from lightning_modules.datamodules.batch_transform import BatchTransform
from lightning_modules.datamodules.in_memory import InMemory
from lightning_modules.distributed.sharding import FullySharded
from lightning_modules.distributed.sync_batchnorm import SyncBatchNorm

SEED = 0
# for each kind of answer a case that predicts, too
PREDICTED = (
    *("lenet", "linear regression", "forecaster", "autoencoder"),
    *("unet", "localiser", "detector", "attention language model"),
)


class Tiny(InMemory):
    """The examples of a case in the course's own data module."""

    def __init__(self, case: Case, train: int = TRAIN, batch_size: int = BATCH_SIZE) -> None:
        super().__init__(
            batch_size=batch_size, augment=build_list(list[BatchTransform], case.augment)
        )
        self.case, self.sizes = case, {"train": train, "val": HELD_OUT, "test": HELD_OUT}

    def _load(self) -> dict[str, Any]:
        return {split: self.case.examples(size) for split, size in self.sizes.items()}


def quiet() -> None:
    """Leaves out what Lightning says of every trainer."""
    for name in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning.*")


def build(case: Case, **changed: Any) -> pl.LightningModule:
    """The case's task, the same at every call.

    Args:
        case: whose.
        changed: options of the task that differ from the case's.
    """
    options = {**case.model["init_args"], **changed}
    hparams = {"_class_path": case.model["class_path"], **options}
    pl.seed_everything(SEED, verbose=False)
    parser, config = read(case.model["class_path"], json.dumps(options))
    # as LightningCLI does, so that the checkpoint holds the same
    with _given_hyperparameters_context(hparams, "lightning.pytorch.cli.instantiate_module"):
        # a copy: jsonargparse turns the dicts inside of lists into its own
        return parser.instantiate(copy.deepcopy(config)).module


@cache  # to read a task's options takes longer than two steps of it
def read(class_path: str, options: str) -> tuple[ArgumentParser, Namespace]:
    """A task's options, in JSON, as Lightning's `instantiate_module` reads them."""
    parser = ArgumentParser(exit_on_error=False)
    parser.add_subclass_arguments(pl.LightningModule, "module", fail_untyped=False)
    module = {"class_path": class_path, "dict_kwargs": json.loads(options)}
    return parser, parser.parse_object({"module": module})


def build_list(kind: Any, specs: list[Spec]) -> list[Any]:
    """What a config file's list of class paths gives where `kind` is asked for."""
    if not specs:
        return []
    parser = ArgumentParser(exit_on_error=False)
    parser.add_argument("--objects", type=kind)
    config = parser.parse_object({"objects": copy.deepcopy(specs)})
    return list(parser.instantiate_classes(config).objects)


def trainer(case: Case, *callbacks: pl.Callback, **options: Any) -> pl.Trainer:
    """A trainer with the case's callbacks and nothing that would slow a test."""
    return pl.Trainer(
        **{
            "accelerator": "cpu",
            "devices": 1,
            "max_epochs": 2,
            "logger": False,
            "enable_checkpointing": any(isinstance(c, pl.callbacks.Checkpoint) for c in callbacks),
            "enable_progress_bar": False,
            "enable_model_summary": False,
            "num_sanity_val_steps": 0,
            "log_every_n_steps": 1,
            "use_distributed_sampler": False,
            "plugins": [SyncBatchNorm("cpu")],
            "callbacks": [StepSeed(), *build_list(list[pl.Callback], case.callbacks), *callbacks],
            **options,
        }
    )


def processes() -> int:
    """How many this run is of."""
    # not `WORLD_SIZE`: Lightning deletes it at the end of a process's first run
    return torch.distributed.get_world_size() if torch.distributed.is_initialized() else 1


def two_steps(case: Case) -> dict[str, Any]:
    """Two steps and a validation on as many processes as there are: what they come to.

    In double precision, since sums in another order differ by their rounding, and a rectifier or a
    maximum can make much of little.

    Returns:
        How many processes there were, the state dict, the metrics, the files of predictions where
        the case is one of `PREDICTED`, and by how much parameters differ between processes.
    """
    task = build(case)
    many = {"devices": processes(), "strategy": "ddp"} if processes() > 1 else {}
    with tempfile.TemporaryDirectory() as folder:
        writing = Predictions(Path(folder))
        run = trainer(case, writing, max_epochs=1, precision="64-true", **many)
        run.fit(task, datamodule=Tiny(case))
        if case.name in PREDICTED:
            run.predict(task, datamodule=Tiny(case))
        predicted = {
            str(path.relative_to(folder)): path.read_bytes().decode("latin-1")
            for path in Path(folder).rglob("*.*")
        }
    return {
        "processes": run.world_size,
        "state": {name: value.clone() for name, value in task.state_dict().items()},
        "metrics": {name: value.clone() for name, value in run.callback_metrics.items()},
        "predicted": predicted,
        "apart": _apart(task) if many else 0.0,
    }


def train_sharded(case: Case, folder: Path) -> None:
    """Two steps with parameters cut over all processes; a checkpoint of them."""
    saving = pl.callbacks.ModelCheckpoint(folder, filename="{epoch}", save_top_k=-1)
    run = trainer(case, saving, max_epochs=1, devices=processes(), strategy=FullySharded())
    task = build(case)
    run.fit(task, datamodule=Tiny(case))
    parameters = list(task.parameters())
    local = sum(part.to_local().numel() for part in parameters)  # type: ignore[attr-defined]
    assert local < 0.7 * sum(parameter.numel() for parameter in parameters)


def _apart(task: pl.LightningModule) -> float:
    """The largest difference of a parameter between the first process and another."""
    largest = torch.zeros(())
    for parameter in task.parameters():
        first = parameter.detach().clone()
        torch.distributed.broadcast(first, src=0)
        largest = torch.maximum(largest, (first - parameter.detach()).abs().max())
    torch.distributed.all_reduce(largest, op=torch.distributed.ReduceOp.MAX)
    return float(largest)
