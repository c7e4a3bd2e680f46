"""Puts a run's figures where its numbers are: in the run's folder and in W&B."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from lightning.pytorch.loggers import CSVLogger, Logger, WandbLogger
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image


def log_figure(loggers: Iterable[Logger], name: str, epoch: int, figure: Figure) -> None:
    """Writes `pictures/NAME_EPOCH.png` beside `metrics.csv` and sends the picture to W&B as `name`.

    Call it on the first process alone.

    Args:
        loggers: those of the trainer; kinds other than CSV and W&B get nothing.
        name: such as `val_masks`.
        epoch: from 0; the file's name counts from 1.
        figure: what to draw.
    """
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[:, :, :3]  # (height, width, 3), bytes
    for logger in loggers:
        if isinstance(logger, CSVLogger):
            path = Path(logger.log_dir) / "pictures" / f"{name}_{epoch + 1:03d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(path)
        elif isinstance(logger, WandbLogger):
            logger.log_image(name, [pixels])
