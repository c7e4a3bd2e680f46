"""LightningCLI as the course uses it: one folder per run, loggers, checkpoints, one-line errors."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from argparse import ArgumentError
from contextlib import suppress
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import lightning.pytorch as pl
from lightning.pytorch.callbacks import LearningRateMonitor, ModelCheckpoint
from lightning.pytorch.cli import LightningArgumentParser, LightningCLI
from lightning.pytorch.loggers import Logger, WandbLogger
from lightning.pytorch.utilities import rank_zero_only
from lightning.pytorch.utilities.exceptions import MisconfigurationException

# configs may then say `class_path: Flip`, `class_path: L1`, `class_path: LayerStatistics`
import lightning_modules.callbacks
import lightning_modules.datamodules.augmentation
import lightning_modules.regularization  # noqa: F401
from course.config_errors import instantiation_line, misfit_line, one_line, unavailable
from lightning_modules.callbacks.guards import SaveOnInterrupt, StopOnNonFinite
from lightning_modules.callbacks.predictions import Predictions
from lightning_modules.callbacks.progress import TimedProgressBar
from lightning_modules.callbacks.step_seed import StepSeed
from lightning_modules.callbacks.wandb_report import WandbReport
from lightning_modules.distributed.peers import WatchPeers, lost_connection
from lightning_modules.distributed.sync_batchnorm import SyncBatchNorm
from lightning_modules.errors import BadInput
from lightning_modules.hot_path import NoProfiler
from lightning_modules.logging.loggers import csv_logger, finish_wandb, wandb_logger

RUNS = Path("runs")
_NOISE = (
    "Be aware that when using `ckpt_path`",  # testing needs no callbacks of the training run
    "You're using the WeightAveraging callback, but loading",  # averages are all that a test needs
    "Experiment logs directory",  # the run folder already holds config.yaml
    "isinstance\\(treespec, LeafSpec\\)",
    "The '\\w+_dataloader' does not have many workers",
)


class CourseCLI(LightningCLI):
    """One command of LightningCLI, with the loggers and callbacks that every run has."""

    def __init__(self, argv: list[str], peers: WatchPeers) -> None:
        self.command, self.argv, self.peers = argv[0], argv, peers
        super().__init__(
            pl.LightningModule,
            pl.LightningDataModule,
            subclass_mode_model=True,
            subclass_mode_data=True,
            auto_configure_optimizers=False,
            seed_everything_default=0,
            parser_kwargs={"exit_on_error": False, self.command: {"exit_on_error": False}},
            save_config_kwargs={"overwrite": True},
            trainer_defaults={
                "use_distributed_sampler": False,  # the data modules share batches out themselves
                "num_sanity_val_steps": 0,
                "log_every_n_steps": 10,
                "enable_model_summary": False,
            },
        )

    def subcommands(self) -> dict[str, set[str]]:  # type: ignore[override]
        """The one command asked for: the others' parsers would cost start-up time."""
        return {self.command: LightningCLI.subcommands()[self.command]}

    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        self.command_parser = parser
        parser.add_argument("--run_dir", type=str, default="", help="default: runs/LESSON/vN")

    def parse_arguments(self, parser: LightningArgumentParser, args: Any) -> None:
        try:
            super().parse_arguments(parser, args)
            # not part of what is saved: a test of this run must not write into its folder
            self.chosen_run_dir = self.config[self.command].pop("run_dir")
        except ArgumentError as error:
            known = list(self.command_parser.get_defaults().keys())
            raise BadInput(f"{self._config_name()}: {one_line(str(error), known)}") from error

    def _parse_ckpt_path(self) -> None:
        """The config decides what is built; a checkpoint only fills it."""
        path = self.config[self.command].get("ckpt_path")
        if path and path not in ("best", "last") and not Path(path).is_file():
            raise BadInput(f"{path}: no such checkpoint; they lie in runs/LESSON/vN/checkpoints")
        if path and path not in ("best", "last") and not is_zipfile(path):
            raise BadInput(f"{path}: not a checkpoint")

    def instantiate_classes(self) -> None:
        try:
            super().instantiate_classes()
        except ValueError as error:  # jsonargparse puts what a class raised into one of these
            refusal = self._refuse(instantiation_line(str(error)))
            raise unavailable(error) or refusal from error
        except (MisconfigurationException, ModuleNotFoundError) as error:
            raise self._refuse(" ".join(str(error).split())) from error
        cores = os.cpu_count() or 1
        devices = self.trainer.num_devices
        # Lightning checks the number of other devices; a few may share a core, to try it out
        if self.trainer.strategy.root_device.type == "cpu" and devices > max(8, cores):
            raise self._refuse(f"trainer.devices is {devices}; this machine has {cores} cores")
        self.peers.watch(self.trainer)

    def _refuse(self, why: str) -> BadInput:
        if hasattr(self, "run_dir"):
            with suppress(OSError):  # it is not empty where it was there before
                self.run_dir.rmdir()
        return BadInput(f"{self._config_name()}: {why}")

    def instantiate_trainer(self, **kwargs: Any) -> pl.Trainer:
        self.run_dir = self._claim_run_dir()
        fitting = self.command == "fit"
        loggers: list[Logger] = [csv_logger(self.run_dir)]
        callbacks: list[pl.Callback] = [self.peers]
        if self.given("trainer.enable_progress_bar") is not False:
            callbacks.append(TimedProgressBar())
        if fitting:
            loggers.append(wandb_logger(self.run_dir, "dlcourse", self._lesson()))
            checkpoints = self.run_dir / "checkpoints"
            callbacks += [
                StepSeed(),
                StopOnNonFinite(),
                SaveOnInterrupt(checkpoints / "interrupted.ckpt"),
                LearningRateMonitor("step"),
                WandbReport(),
                ModelCheckpoint(checkpoints, filename="best", monitor="val_loss"),
                # not `save_last` of the one above: that is written where the loss improved alone
                ModelCheckpoint(checkpoints, filename="last", enable_version_counter=False),
            ]
        if self.command == "predict":
            callbacks.append(Predictions(self.run_dir))
        self.trainer_defaults["callbacks"] = callbacks
        options: dict[str, Any] = {"logger": loggers, "profiler": NoProfiler()}
        if self.given("trainer.profiler"):
            del options["profiler"]
        if self.given("trainer.sync_batchnorm"):
            # ours, for theirs
            plugin = SyncBatchNorm(self.given("trainer.accelerator"))
            options |= {"plugins": [plugin], "sync_batchnorm": False}
        return super().instantiate_trainer(**options, **kwargs)

    def given(self, key: str) -> Any:
        """A value of the config, such as `trainer.profiler`."""
        return self.config[self.command].get(key)

    def before_fit(self) -> None:
        for logger in self.trainer.loggers:
            if isinstance(logger, WandbLogger):
                logger.log_hyperparams(self.config_dump)

    def _config_name(self) -> str:
        given = [
            b for a, b in zip(self.argv, self.argv[1:], strict=False) if a in ("--config", "-c")
        ]
        return given[-1] if given else f"dlcourse {self.command}"

    def _lesson(self) -> str:
        path = Path(self._config_name())
        # a saved config is called config.yaml in runs/LESSON/vN
        return path.parent.parent.name if path.name == "config.yaml" else path.stem

    @rank_zero_only
    def _make(self, path: Path, exist_ok: bool) -> None:
        path.mkdir(parents=True, exist_ok=exist_ok)

    def _claim_run_dir(self) -> Path:
        if self.chosen_run_dir:
            self._make(Path(self.chosen_run_dir), exist_ok=True)
            return Path(self.chosen_run_dir)
        prefix = "v" if self.command == "fit" else self.command
        number = 0
        while True:
            path = RUNS / self._lesson() / f"{prefix}{number}"
            try:
                if not path.exists():
                    self._make(path, exist_ok=False)
                    return path
            except FileExistsError:  # another run took it between the two lines above
                pass
            number += 1


def run(argv: list[str]) -> int:
    """Runs one command; `main` of `course.fit` says what it takes and gives."""
    # Lightning starts the processes of a multi-device run again from `sys.argv`
    sys.argv = [sys.argv[0], *argv]
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    logging.getLogger("lightning.fabric").setLevel(logging.WARNING)
    for pattern in _NOISE:
        warnings.filterwarnings("ignore", message=f".*{pattern}")
    peers = WatchPeers()
    try:
        cli = CourseCLI(argv, peers)
    except Exception as error:
        if lost_connection(error):
            raise peers.loss() from error
        if why := misfit_line(error):
            raise BadInput(why) from error
        raise
    finally:
        finish_wandb()
    if cli.trainer.is_global_zero and argv[0] == "fit":
        best = cli.run_dir / "checkpoints" / "best.ckpt"
        print(f"run: {cli.run_dir}\nbest checkpoint: {best}")
        print(f"test it: dlcourse test --config {cli.run_dir}/config.yaml --ckpt_path {best}")
    return 0
