"""A run's numbers at Weights & Biases: opened while training has begun, offline where need be."""

from __future__ import annotations

import os
import re
import sys
import threading
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lightning.pytorch.loggers import WandbLogger
from lightning.pytorch.loggers.logger import rank_zero_experiment
from lightning.pytorch.utilities import rank_zero_only

from lightning_modules.errors import Unavailable
from lightning_modules.lightning_internals import without_wandb_option
from lightning_modules.logging.wandb_dataset import use_dataset
from lightning_modules.logging.wandb_settings import (
    prepare_folders,
    wandb_mode,
    wandb_place,
)

_OPENING = "wandb-opening"
_RUN_FOLDER = re.compile(r"(?:offline-)?run-\d{8}_\d{6}-(\w+)")


class BackgroundWandbLogger(WandbLogger):
    """Opens its run in a thread while training has begun: importing and starting W&B takes seconds.

    What is logged until then waits. A failure to open is raised where the next values are logged.
    A run's config is what `log_config` is given, and not the task's hyperparameters, which are
    part of it under other names.

    Args:
        to_summary: what is logged describes the whole run, such as a test of it, and no step.
        options: of `WandbLogger`.
    """

    def __init__(self, to_summary: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self._to_summary = to_summary
        without_wandb_option(self, "anonymous")
        self._opening: threading.Thread | None = None
        self._failure: Exception | None = None
        self._run: Any = None
        self._config: dict[str, Any] = {}
        self._dataset: Mapping[str, Any] | None = None
        self._waiting: list[tuple[Mapping[str, float], int | None]] = []

    @property
    @rank_zero_experiment
    def experiment(self) -> Any:
        """The W&B run; before training nothing, though Lightning asks, to have it made early."""
        if self._opening is None:
            return None
        if threading.current_thread() is self._opening:
            return WandbLogger.experiment.fget(self)  # type: ignore[attr-defined]
        self._opening.join()
        self._flush()
        return self._run

    def log_config(self, config: dict[str, Any], dataset: Mapping[str, Any] | None = None) -> None:
        """Says before training what the run's config is, and what is known of its data set."""
        self._config, self._dataset = config, dataset

    @rank_zero_only
    def log_hyperparams(self, params: dict[str, Any] | Namespace) -> None:
        """Nothing: see `log_config`."""

    @rank_zero_only
    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        self._waiting.append((metrics, step))
        if self._opening is None:
            self._opening = threading.Thread(target=self._open, name=_OPENING, daemon=True)
            self._opening.start()
        elif not self._opening.is_alive():
            self._flush()

    @rank_zero_only
    def finalize(self, status: str) -> None:
        if status == "success" and self._opening is not None:
            self._opening.join()
            self._flush()
        super().finalize(status)

    def _open(self) -> None:
        try:
            self._run = self.experiment
            super().log_hyperparams(self._config)
            if self._dataset is not None:
                use_dataset(self._run, self._dataset)
        except Exception as error:  # told in the thread that trains
            self._failure = error

    def _flush(self) -> None:
        if self._failure is not None:
            raise Unavailable(
                f"W&B did not start ({self._failure}); WANDB_MODE=offline goes without its server"
            )
        waiting, self._waiting = self._waiting, []
        for metrics, step in waiting:
            if self._to_summary:
                self._run.summary.update({k: v for k, v in metrics.items() if k != "epoch"})
            else:
                super().log_metrics(metrics, step)


def wandb_logger(
    run_dir: Path,
    name: str | None = None,
    run_id: str | None = None,
    log_model: bool = False,
    to_summary: bool = False,
) -> BackgroundWandbLogger:
    """A logger that never asks, never waits for a network that is not there.

    Args:
        run_dir: W&B's own folder is made in it.
        name: of a new run, where `WANDB_NAME` says no other.
        run_id: of a run that goes on.
        log_model: sends the checkpoints once training is done.
        to_summary: see `BackgroundWandbLogger`.

    Raises:
        BadInput: `WANDB_MODE` is none of W&B's, or the class's file cannot be read.
    """
    mode = wandb_mode()
    if mode != "disabled":
        prepare_folders(run_dir)
    return BackgroundWandbLogger(
        name=os.environ.get("WANDB_NAME") or name,
        **wandb_place().options(),
        save_dir=run_dir,
        mode=mode,
        id=run_id,
        log_model=log_model,
        to_summary=to_summary,
    )


def run_id(run_dir: Path) -> str | None:
    """The id of the newest W&B run in a folder; None where there is none."""
    folders = sorted((run_dir / "wandb").glob("*run-*-*"), key=lambda path: path.stat().st_mtime)
    found = [match[1] for path in folders if (match := _RUN_FOLDER.fullmatch(path.name))]
    return found[-1] if found else None


def finish_wandb() -> None:
    """Closes the W&B run of this process, if there is one: a next run must not write into it."""
    for thread in threading.enumerate():
        if thread.name == _OPENING:
            thread.join()
    if "wandb" in sys.modules:
        import wandb

        wandb.finish()
