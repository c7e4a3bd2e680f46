"""Several runs in one figure, from the CSV files they leave."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lightning_modules.errors import BadInput
from lightning_modules.visualisation.curves import read_curve

# after Paul Tol's bright scheme, told apart by colour-blind readers too
COLOURS = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb"]


def plot_curves_of(
    runs: Mapping[str, Path], columns: Mapping[str, str], out_path: Path, log: bool = False
) -> list[Path]:
    """One panel per column, one line per run.

    Args:
        runs: label of each run, and its `metrics.csv`.
        columns: what to draw against steps, and the name of its axis.
        out_path: where the figure goes; its suffix gives way to `.png` and `.svg`.
        log: logarithmic axes.

    Returns:
        The two files.

    Raises:
        BadInput: a file is missing, or has no such column.
    """
    figure = Figure(figsize=(4.2 * len(columns) + 1.6, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, (column, name) in zip(
        figure.subplots(1, len(columns), squeeze=False)[0], columns.items(), strict=True
    ):
        for (label, path), colour in zip(runs.items(), COLOURS, strict=False):
            steps, values = read_curve(path, column)
            if not steps:
                raise BadInput(f"{path}: has no column {column}")
            axes.plot(steps, values, color=colour, label=label)
        axes.set(xlabel="step", ylabel=name, yscale="log" if log else "linear")
    return _finish(figure, out_path)


def plot_layers_of(
    runs: Mapping[str, Path], prefix: str, name: str, out_path: Path, log: bool = True
) -> list[Path]:
    """One line per run: a quantity of each layer, from the first to the last, at the first step.

    Args:
        runs: label of each run, and the `metrics.csv` that `LayerStatistics` wrote into.
        prefix: of its columns, `gradient/` or `dead/`.
        name: of the axis.
        out_path: where the figure goes; its suffix gives way to `.png` and `.svg`.
        log: logarithmic axis.

    Returns:
        The two files.

    Raises:
        BadInput: a file has no such columns.
    """
    figure = Figure(figsize=(5.8, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for (label, path), colour in zip(runs.items(), COLOURS, strict=False):
        values = first_values(path, prefix)
        axes.plot(
            range(1, len(values) + 1), values, color=colour, marker="o", markersize=4, label=label
        )
    axes.set(xlabel="layer", ylabel=name, yscale="log" if log else "linear")
    return _finish(figure, out_path)


def first_values(path: Path, prefix: str) -> list[float]:
    """The first value logged in each column that begins with `prefix`, in the network's order.

    Raises:
        BadInput: there is no such column.
    """
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    columns = [column for column in rows[0] if column.startswith(prefix)]
    if not columns:
        raise BadInput(f"{path}: no column {prefix}…; add the callback LayerStatistics to the run")
    columns.sort(key=_position)
    return [next(float(row[column]) for row in rows if row[column]) for column in columns]


def _position(column: str) -> list[int]:
    """`gradient/model.layers.10.weight` comes after `….2.weight`."""
    return [int(part) for part in column.split(".") if part.isdigit()]


def _finish(figure: Figure, out_path: Path) -> list[Path]:
    for axes in figure.axes:
        assert isinstance(axes, Axes)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    lines, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(lines, labels, loc="outside right upper", frameon=False)
    out_path.parent.mkdir(parents=True, exist_ok=True)
    paths = [out_path.with_suffix(suffix) for suffix in (".png", ".svg")]
    for path in paths:
        figure.savefig(path, dpi=150)
    return paths
