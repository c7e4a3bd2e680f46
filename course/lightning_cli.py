"""LightningCLI as the course uses it: one run folder, loggers, checkpoints, one-line errors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
from lightning.pytorch.callbacks import LearningRateMonitor, ModelCheckpoint
from lightning.pytorch.cli import LightningArgumentParser, LightningCLI

from lightning_modules.callbacks.step_seed import StepSeed
from lightning_modules.loggers import build_loggers


class CourseCLI(LightningCLI):
    """Adds `--run_dir`; builds loggers and callbacks that every run of the course has."""

    def __init__(self, argv: list[str]) -> None:
        self.command = argv[0]
        super().__init__(
            pl.LightningModule,
            pl.LightningDataModule,
            subclass_mode_model=True,
            subclass_mode_data=True,
            auto_configure_optimizers=False,
            seed_everything_default=0,
            save_config_kwargs={"overwrite": True},
            trainer_defaults={
                "use_distributed_sampler": False,  # the data modules share batches out themselves
                "num_sanity_val_steps": 0,
                "log_every_n_steps": 10,
            },
            args=argv,
        )

    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        parser.add_argument("--run_dir", type=str, default="", help="default: runs/LESSON/vN")

    def instantiate_trainer(self, **kwargs: Any) -> pl.Trainer:
        run_dir = Path(self._get(self.config, "run_dir") or "runs/x/v0")
        kwargs["logger"] = build_loggers(run_dir, "dlcourse", run_dir.name)
        return super().instantiate_trainer(**kwargs)


def run(argv: list[str]) -> int:
    sys.argv = sys.argv[:1]
    CourseCLI(argv)
    return 0
