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

import lightning.pytorch as pl
import yaml
from lightning.pytorch.callbacks import LearningRateFinder
from lightning.pytorch.cli import LightningArgumentParser, LightningCLI
from lightning.pytorch.loggers import Logger

# configs may then say `class_path: Flip`, `class_path: L1`, `class_path: LayerStatistics`
import lightning_modules.callbacks
import lightning_modules.datamodules.augmentation
import lightning_modules.regularization  # noqa: F401
from course import run_folder, run_parts
from course.closing import closing_lines
from course.config_errors import instantiation_line, misfit_line, one_line, unavailable
from course.jsonargparse_internals import counts_before_shares
from course.resuming import Start, read_start, why_not
from course.trainer_options import refused_by_lightning, unworkable
from lightning_modules.distributed.peers import WatchPeers, lost_connection
from lightning_modules.errors import BadInput
from lightning_modules.lightning_internals import leave_out_idle_hooks
from lightning_modules.logging.wandb_logger import (
    BackgroundWandbLogger,
    finish_wandb,
)

_NOISE = (
    "Be aware that when using `ckpt_path`",  # testing needs no callbacks of the training run
    "You're using the WeightAveraging callback, but loading",  # averages are all that a test needs
    "Experiment logs directory",  # the run folder already holds config.yaml
    "isinstance\\(treespec, LeafSpec\\)",
    "The '\\w+_dataloader' does not have many workers",
    "Checkpoint directory .* exists and is not empty",  # a run goes on where it was
    "The dirpath has changed",  # or elsewhere
    "`ModelCheckpoint\\(monitor='val_loss'\\)` could not find",  # the closing lines say it
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
        counts_before_shares(parser)
        parser.add_argument("--run_dir", type=str, default="", help="default: runs/LESSON/vN")
        parser.add_argument("--log_model", type=bool, default=False, help="checkpoints go to W&B")

    def parse_arguments(self, parser: LightningArgumentParser, args: Any) -> None:
        try:
            super().parse_arguments(parser, args)
            # not part of what is saved: a test of this run must not write into its folder
            self.chosen_run_dir = self.config[self.command].pop("run_dir")
            self.log_model = self.config[self.command].pop("log_model")
        except ArgumentError as error:
            known = list(self.command_parser.get_defaults().keys())
            raise BadInput(f"{self._config_name()}: {one_line(str(error), known)}") from error

    def _parse_ckpt_path(self) -> None:
        """The config decides what is built; a checkpoint only fills it."""
        options = self.config[self.command]
        if options.get("ckpt_path"):
            config = Path(self._config_name())
            folders = [Path(self.chosen_run_dir)] if self.chosen_run_dir else []
            folders += [config.parent] if config.name == run_folder.SAVED_CONFIG else []
            options["ckpt_path"] = str(run_folder.find_checkpoint(options["ckpt_path"], folders))

    def _dump_config(self) -> None:
        """As Lightning's, which checks anew all that was checked when it was read."""
        if not hasattr(self, "config_dump"):
            keep = {"skip_link_targets": False, "skip_none": False}
            text = self.parser.dump(self.config, format="yaml", skip_validation=True, **keep)
            self.config_dump = yaml.safe_load(text)[self.command]

    def instantiate_classes(self) -> None:
        path = self.config[self.command].get("ckpt_path")
        self.start: Start | None = read_start(Path(path)) if path else None
        if why := unworkable(self.config[self.command].trainer):
            raise self._refuse(why)
        try:
            super().instantiate_classes()
        except Exception as error:
            self._leave_nothing()
            why = refused_by_lightning(error)
            # jsonargparse puts what a class raised into a ValueError
            if why is None and not isinstance(error, ValueError | ModuleNotFoundError):
                raise
            refusal = self._refuse(why or instantiation_line(str(error)))
            raise unavailable(error) or refusal from error
        cores = os.cpu_count() or 1
        devices = self.trainer.num_devices
        # Lightning checks the number of other devices; a few may share a core, to try it out
        if self.trainer.strategy.root_device.type == "cpu" and devices > max(8, cores):
            raise self._refuse(f"trainer.devices is {devices}; this machine has {cores} cores")
        self.peers.watch(self.trainer)
        leave_out_idle_hooks(self.trainer.callbacks)  # type: ignore[attr-defined]

    def _refuse(self, why: str) -> BadInput:
        self._leave_nothing()
        return BadInput(f"{self._config_name()}: {why}")

    def _leave_nothing(self) -> None:
        if hasattr(self, "run_dir"):
            with suppress(OSError):  # it is not empty where it was there before
                self.run_dir.rmdir()

    def instantiate_trainer(self, **kwargs: Any) -> pl.Trainer:
        lesson = run_folder.lesson(self._config_name())
        self.run_dir = run_folder.claim(self.chosen_run_dir, lesson, self.command)
        self.written = run_folder.watch_checkpoints(self.run_dir)
        given = self.config_init[self.command].trainer
        loggers: list[Logger] = []
        if given.logger is not False:
            loggers = run_parts.loggers(
                self.command, self.run_dir, lesson, self.start, self.log_model, given.logger
            )
        self.trainer_defaults["callbacks"] = [
            self.peers,
            *run_parts.callbacks(self.command, self.run_dir, bool(loggers), given),
        ]
        options = run_parts.options(self.command, self.run_dir, given)
        return super().instantiate_trainer(logger=loggers, **options, **kwargs)

    def before_fit(self) -> None:
        if self.start is not None:
            found = any(isinstance(c, LearningRateFinder) for c in self.trainer.callbacks)  # type: ignore[attr-defined]
            if why := why_not(self.start, dict(self.model.hparams), any_rate=found):
                raise self._refuse(why)
        for logger in self.trainer.loggers:
            if isinstance(logger, BackgroundWandbLogger):
                logger.log_config(self.config_dump, run_parts.dataset(self.datamodule))

    def _config_name(self) -> str:
        given = [
            b for a, b in zip(self.argv, self.argv[1:], strict=False) if a in ("--config", "-c")
        ]
        return given[-1] if given else f"dlcourse {self.command}"


def execute(argv: list[str]) -> CourseCLI:
    """Runs one command of LightningCLI, `fit` and its options, and gives back all that it built.

    Raises:
        BadInput, Unavailable, Diverged, Interrupted, PeerLost: one line for the person who ran it.
    """
    # Lightning starts the processes of a multi-device run again from `sys.argv`
    sys.argv = [sys.argv[0], *argv]
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    logging.getLogger("lightning.fabric").setLevel(logging.WARNING)
    logging.getLogger("lightning.pytorch.profilers").setLevel(logging.INFO)  # their reports
    for pattern in _NOISE:
        warnings.filterwarnings("ignore", message=f".*{pattern}")
    peers = WatchPeers()
    try:
        return CourseCLI(argv, peers)
    except Exception as error:
        if lost_connection(error):
            raise peers.loss() from error
        if why := refused_by_lightning(error) or misfit_line(error):
            raise BadInput(why) from error
        raise
    finally:
        finish_wandb()


def run(argv: list[str]) -> int:
    """Runs one command; `main` of `course.fit` says what it takes and gives."""
    cli = execute(argv)
    if cli.trainer.is_global_zero and cli.command == "fit":
        lines = closing_lines(cli.run_dir, cli.written(), cli.start, cli.trainer.global_step)
        print("\n".join(lines))
    return 0
