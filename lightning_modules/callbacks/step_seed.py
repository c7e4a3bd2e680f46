"""Seeds torch before every training step."""

from __future__ import annotations

from typing import Any

import lightning.pytorch as pl

from lightning_modules.seeding import mix, run_seed, seed_device


class StepSeed(pl.Callback):
    """Makes dropout depend on (seed, step, process) alone, so that resuming changes nothing."""

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._seed = run_seed()

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Any, batch_idx: int
    ) -> None:
        seed = mix(self._seed, trainer.current_epoch, batch_idx, trainer.global_rank)
        seed_device(seed, pl_module.device)
