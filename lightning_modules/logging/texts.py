"""Puts a run's texts where its numbers are: in the run's folder and in W&B."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lightning.pytorch.loggers import CSVLogger, Logger, WandbLogger


def log_text(loggers: Iterable[Logger], name: str, epoch: int, text: str) -> None:
    """Writes `NAME_EPOCH.txt` into `texts/` beside `metrics.csv` and sends it to W&B as `name`.

    Call it on the first process alone.

    Args:
        loggers: those of the trainer; kinds other than CSV and W&B get nothing.
        name: such as `samples`.
        epoch: from 0; the file's name counts from 1.
        text: what to write.
    """
    for logger in loggers:
        if isinstance(logger, CSVLogger):
            path = Path(logger.log_dir) / "texts" / f"{name}_{epoch + 1:03d}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif isinstance(logger, WandbLogger):
            logger.log_text(name, columns=["epoch", name], data=[[str(epoch + 1), text]])
