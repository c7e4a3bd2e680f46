"""What every run has beside what its config says: callbacks, loggers, options of the trainer."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
from jsonargparse import Namespace
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import Logger, WandbLogger

from course import run_folder
from course.resuming import Start
from lightning_modules.callbacks.guards import SaveOnInterrupt, StopOnNonFinite
from lightning_modules.callbacks.learning_rate import StepRates
from lightning_modules.callbacks.predictions import Predictions
from lightning_modules.callbacks.progress import TimedProgressBar
from lightning_modules.callbacks.step_seed import StepSeed
from lightning_modules.callbacks.wandb_report import WandbReport
from lightning_modules.datamodules.manifest import datasets
from lightning_modules.distributed.sync_batchnorm import SyncBatchNorm
from lightning_modules.hot_path import NoProfiler
from lightning_modules.logging.csv_logger import RunCsvLogger
from lightning_modules.logging.wandb_logger import run_id, wandb_logger


def callbacks(command: str, run_dir: Path, logged: bool, given: Namespace) -> list[pl.Callback]:
    """What acts in every run of a command.

    Args:
        command: `fit`, `validate`, `test` or `predict`.
        run_dir: the run's folder.
        logged: whether there is a logger.
        given: the config's `trainer`.
    """
    found: list[pl.Callback] = []
    if given.enable_progress_bar is not False:
        found.append(TimedProgressBar())
    if command == "predict":
        found.append(Predictions(run_dir))
    if command != "fit":
        return found
    folder = run_folder.checkpoints(run_dir)
    found += [StepSeed(), StopOnNonFinite(), SaveOnInterrupt(folder / "interrupted.ckpt")]
    if logged:
        found += [StepRates(), WandbReport()]
    if given.enable_checkpointing is not False:
        best = ModelCheckpoint(folder, "best", monitor="val_loss", enable_version_counter=False)
        # not `save_last` of that: it is written where the loss improved alone
        last = ModelCheckpoint(folder, "last", enable_version_counter=False)
        found += [best, last]
    return found


def loggers(
    command: str,
    run_dir: Path,
    lesson: str,
    start: Start | None,
    log_model: bool,
    given: bool | Logger | list[Logger] | None,
) -> list[Logger]:
    """A CSV file; W&B for training, and for a test of what was trained; the config's own.

    Args:
        command: `fit`, `validate`, `test` or `predict`.
        run_dir: the run's folder.
        lesson: what its W&B run is named after, beside its folder.
        start: the checkpoint that it begins with.
        log_model: whether checkpoints go to W&B.
        given: the config's `trainer.logger`, but for `false`.
    """
    own = given if isinstance(given, list) else [given] if isinstance(given, Logger) else []
    in_place = start is not None and start.lies_in(run_dir)
    rows = RunCsvLogger(run_dir, resumed_at=start.step if start and in_place else None)
    if any(isinstance(logger, WandbLogger) for logger in own):
        return [rows, *own]
    if command == "fit":
        known = run_id(run_dir) if in_place else None
        name = f"{lesson}/{run_dir.name}"
        return [rows, wandb_logger(run_dir, name, known, log_model), *own]
    if command == "test" and start and (known := run_id(start.run_dir)):
        return [rows, wandb_logger(run_dir, run_id=known, to_summary=True), *own]
    return [rows, *own]


def dataset(data: pl.LightningDataModule | None) -> dict[str, Any] | None:
    """What the manifest says of the data set that is trained on; nothing of one's own."""
    name = getattr(data, "dataset", None)
    if not isinstance(name, str) or name not in datasets():
        return None
    about = asdict(datasets()[name])
    del about["mirrors"]  # from where it came says nothing of what it is
    return about


def options(command: str, run_dir: Path, given: Namespace) -> dict[str, Any]:
    """Options of the trainer that differ from what the config says.

    Args:
        command: `fit`, `validate`, `test` or `predict`.
        run_dir: the run's folder.
        given: the config's `trainer`.
    """
    changed: dict[str, Any] = {}
    if not given.profiler:
        changed["profiler"] = NoProfiler()
    if given.default_root_dir is None:
        changed["default_root_dir"] = run_dir
    if command != "fit":
        changed["enable_checkpointing"] = False
    if given.sync_batchnorm:  # ours, for theirs
        changed |= {"plugins": [SyncBatchNorm(given.accelerator)], "sync_batchnorm": False}
    return changed
