"""Which steps are logged, and which batches end one: all, unless gradients are accumulated."""

from __future__ import annotations

import lightning.pytorch as pl


def is_logged(trainer: pl.Trainer) -> bool:
    """Whether the step under way is one of those that `log_every_n_steps` asks for; 0: none is."""
    every = trainer.log_every_n_steps  # type: ignore[attr-defined]
    return every > 0 and (trainer.global_step + 1) % every == 0


def begins_step(trainer: pl.Trainer, batch_idx: int) -> bool:
    """Whether a batch is the first of those whose gradients make a step."""
    return batch_idx % trainer.accumulate_grad_batches == 0


def completes_step(trainer: pl.Trainer, batch_idx: int) -> bool:
    """Whether it is the last of them; an epoch's last batch always is."""
    return begins_step(trainer, batch_idx + 1) or trainer.is_last_batch
