"""What a network of lesson 12 says after each epoch: samples, attention maps, forecasts."""

from __future__ import annotations

import lightning.pytorch as pl
import torch
from matplotlib.figure import Figure

from lightning_modules.datamodules.names import encode
from lightning_modules.logging.pictures import log_figure
from lightning_modules.logging.texts import log_text
from lightning_modules.models.forecasters import naive, seasonal_naive
from lightning_modules.models.language_models import sample
from lightning_modules.seeding import mix, run_seed


class TextSamples(pl.Callback):
    """Draws texts after each validation, the same for the same seed and weights.

    Args:
        num_samples: texts.
        length: tokens of each.
        temperature: of the draw (see `sample`).
    """

    def __init__(self, num_samples: int = 10, length: int = 12, temperature: float = 1.0) -> None:
        self.num_samples, self.length, self.temperature = num_samples, length, temperature

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if not trainer.is_global_zero or not trainer.loggers:
            return
        data = trainer.datamodule  # type: ignore[attr-defined]
        seed = mix(run_seed(), trainer.current_epoch)
        tokens = sample(
            pl_module.model,  # type: ignore[arg-type]
            data.start(self.num_samples).to(pl_module.device),
            self.length,
            self.temperature,
            torch.Generator().manual_seed(seed),
        )
        texts = [data.decode(row) for row in tokens.cpu()]
        log_text(trainer.loggers, "samples", trainer.current_epoch, "\n".join(texts) + "\n")


class AttentionMaps(pl.Callback):
    """Draws how much each letter of some names takes of each other, one picture per name and head.

    Args:
        names: which.
    """

    def __init__(self, names: list[str]) -> None:
        self.names = names

    @torch.no_grad()
    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if not trainer.is_global_zero or not trainer.loggers:
            return
        weights = pl_module.model.attention(encode(self.names).to(pl_module.device))  # type: ignore
        heads = weights.shape[1]
        figure = Figure(figsize=(2.4 * heads, 2.6 * len(self.names)), layout="constrained")
        grid = figure.subplots(len(self.names), heads, squeeze=False)
        for row, (name, maps) in enumerate(zip(self.names, weights.float().cpu(), strict=True)):
            size, darkest = len(name), float(maps.max())  # the same for all heads of a name
            for head, axes in enumerate(grid[row]):
                shown = maps[head, :size, :size].numpy()
                axes.imshow(shown, vmin=0, vmax=darkest, cmap="Blues")
                axes.set_xticks(range(size), list(name))
                axes.set_yticks(range(size), list(name))
                if row == 0:
                    axes.set_title(f"head {head + 1}", fontsize="medium")
        log_figure(trainer.loggers, "attention", trainer.current_epoch, figure)


class ForecastFigure(pl.Callback):
    """Draws forecasts that follow on each other over the validation set, beside the truth.

    Args:
        period: of the seasonal forecast.
    """

    def __init__(self, period: int = 132) -> None:
        self.period = period

    @torch.no_grad()
    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if not trainer.is_global_zero or not trainer.loggers:
            return
        loader = trainer.datamodule.val_dataloader()  # type: ignore[attr-defined]
        horizon = loader.targets.shape[1]
        past, future = loader.inputs[::horizon], loader.targets[::horizon]
        curves = {
            "measured": (future, "black"),
            "naive": (naive(past, horizon), "#bbbbbb"),
            "a cycle ago": (seasonal_naive(past, horizon, self.period), "#ddaa33"),
            "network": (pl_module(past), "#4477aa"),
        }
        figure = Figure(figsize=(9, 3.6), layout="constrained")
        axes = figure.subplots()
        for label, (values, colour) in curves.items():
            # a gap between forecasts, so that each one's beginning shows
            for number, stretch in enumerate(values.float().cpu().numpy()):
                months = range(number * horizon, (number + 1) * horizon)
                axes.plot(
                    months, stretch, color=colour, linewidth=1.2, label=None if number else label
                )
        axes.set(xlabel="month of the validation set", ylabel="sunspot number")
        axes.legend(frameon=False, ncols=4)
        axes.spines[["top", "right"]].set_visible(False)
        log_figure(trainer.loggers, "forecasts", trainer.current_epoch, figure)
