"""Training curves from the CSV file that a run leaves."""

from __future__ import annotations

import csv
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lightning_modules.errors import BadInput

_COLOURS = {"train": "#4477aa", "val": "#cc6677"}  # told apart by colour-blind readers too

Curve = tuple[list[int], list[float]]


def read_curve(csv_path: Path, column: str) -> Curve:
    """Steps and values of the rows of `metrics.csv` that have one in `column`.

    Raises:
        BadInput: there is no such file.
    """
    try:
        with csv_path.open(newline="") as file:
            rows = [row for row in csv.DictReader(file) if row.get(column)]
    except OSError as error:
        raise BadInput(f"{csv_path}: {error.strerror}; train first with `dlcourse fit`") from error
    return [int(row["step"]) + 1 for row in rows], [float(row[column]) for row in rows]


def plot_curves(csv_path: Path, out_path: Path) -> list[Path]:
    """Draws loss and validation accuracy against steps, as PNG and as SVG.

    Args:
        csv_path: the `metrics.csv` of a run.
        out_path: where the figure goes; its suffix gives way to `.png` and `.svg`.

    Returns:
        The two files.

    Raises:
        BadInput: the file is missing or holds no curve.
    """
    batch, train, val, accuracy = (
        read_curve(csv_path, column)
        for column in ("train_loss_step", "train_loss", "val_loss", "val_acc")
    )
    if not val[0]:
        raise BadInput(f"{csv_path}: holds no val_loss yet; let the run finish an epoch")
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    loss_axes, accuracy_axes = figure.subplots(1, 2)
    loss_axes.plot(*batch, color=_COLOURS["train"], alpha=0.25, linewidth=1, label="one batch")
    loss_axes.plot(*train, color=_COLOURS["train"], marker="o", markersize=4, label="training")
    loss_axes.plot(*val, color=_COLOURS["val"], marker="o", markersize=4, label="validation")
    loss_axes.set(xlabel="step", ylabel="cross-entropy", yscale="log")
    loss_axes.legend(frameon=False)
    percent = [100 * value for value in accuracy[1]]
    accuracy_axes.plot(accuracy[0], percent, color=_COLOURS["val"], marker="o", markersize=4)
    accuracy_axes.set(xlabel="step", ylabel="validation accuracy, %")
    accuracy_axes.set_title(f"{percent[-1]:.1f} % at the end", fontsize="medium")
    for axes in (loss_axes, accuracy_axes):
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    out_path.parent.mkdir(parents=True, exist_ok=True)
    paths = [out_path.with_suffix(suffix) for suffix in (".png", ".svg")]
    for path in paths:
        figure.savefig(path, dpi=150)
    return paths
