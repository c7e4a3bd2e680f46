"""Whether a run can go on from a checkpoint, said in one line and before any work."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from lightning_modules.errors import BadInput

# what the state of optimizer and schedule belongs to, and is not changed by a config
FIXED = ("optimizer", "optimizer_args", "learning_rate", "schedule", "schedule_args")


@dataclass(frozen=True)
class Start:
    """Where a run goes on from.

    Args:
        path: the checkpoint.
        step: optimizer steps done.
        epoch: epochs begun.
        hyperparameters: of the task that was trained.
    """

    path: Path
    step: int
    epoch: int
    hyperparameters: dict[str, Any]

    @property
    def run_dir(self) -> Path:
        """The folder of the run that wrote it."""
        return self.path.resolve().parent.parent

    def lies_in(self, run_dir: Path) -> bool:
        """Whether the folder's own run goes on."""
        return self.run_dir == run_dir.resolve()


def read_start(path: Path) -> Start:
    """Reads what a checkpoint says of itself; its tensors stay on the disk.

    Raises:
        BadInput: it was not written by a training run.
    """
    try:
        saved = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        hyperparameters = dict(saved.get("hyper_parameters", {}))
        return Start(path, int(saved["global_step"]), int(saved["epoch"]), hyperparameters)
    except (RuntimeError, pickle.UnpicklingError, AttributeError, KeyError, TypeError) as error:
        raise BadInput(f"{path}: not a checkpoint of a training run") from error


def why_not(start: Start, hyperparameters: dict[str, Any], any_rate: bool) -> str | None:
    """Why a run cannot go on: the network is another, or what trains it; None where it can.

    A network of the same class and another size is noticed when the weights are loaded.

    Args:
        start: the checkpoint.
        hyperparameters: of the task that is to be trained.
        any_rate: the learning rate may be another: it was found, not given.
    """
    before, now = (_class(given) for given in (start.hyperparameters, hyperparameters))
    if before and now and before != now:
        return f"{start.path} is of another model than the config's: of {before}, not of {now}"
    for key in FIXED:
        if key not in start.hyperparameters or (any_rate and key == "learning_rate"):
            continue
        trained, given = start.hyperparameters[key], hyperparameters.get(key)
        if (trained or None) != (given or None):  # {} and None say the same
            return (
                f"model.init_args.{key} is {given}, but {start.path} was trained with {trained}, "
                "to which its state belongs: leave it, or begin a new run"
            )
    return None


def _class(hyperparameters: dict[str, Any]) -> str:
    """The network's class path, where a config says it."""
    model = hyperparameters.get("model")
    return str(model.get("class_path", "")) if isinstance(model, dict) else ""
