"""One figure an experiment: a curve for each arm, or a dot for each run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, PercentFormatter, StrMethodFormatter
from PIL import Image

from lightning_modules.experiments.records import Record
from lightning_modules.experiments.statistics import estimate
from lightning_modules.experiments.verdicts import Verdict, values_by_seed
from lightning_modules.visualisation.comparison import COLOURS

MARKERS = "os^Dv"  # another for each round of the colours
LEGEND_WIDTH = 66  # in letters


def draw(verdict: Verdict, path: Path) -> None:
    """Draws what the experiment's file asks for, with 95 % intervals over seeds, as a PNG."""
    arms = verdict.experiment.arms
    runs = {arm: [r for r in verdict.runs if r.arm == arm and not r.error] for arm in arms}
    figure = Figure(figsize=(6.4, 3.4), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.subplots()
    if verdict.experiment.figure.curve:
        _curves(axes, verdict, runs)
        if len(arms) > 1:
            lines, labels = axes.get_legend_handles_labels()
            columns = max(1, min(3, LEGEND_WIDTH // max(map(len, labels), default=1)))
            figure.legend(lines, labels, loc="outside lower center", ncols=columns, frameon=False)
    else:
        _dots(axes, verdict, runs)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    figure.set_dpi(110)
    canvas.draw()
    path.parent.mkdir(parents=True, exist_ok=True)
    # lines and flat areas: 64 colours take a third of the space
    Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").quantize(64).save(
        path, optimize=True
    )


def _curves(axes: Axes, verdict: Verdict, runs: dict[str, list[Record]]) -> None:
    """The mean over the seeds at each x, and its interval as a band."""
    wanted = verdict.experiment.figure
    for index, (arm, records) in enumerate(runs.items()):
        curves = [r.curves[wanted.curve] for r in records if wanted.curve in r.curves]
        curves = [(x, y) for x, y in curves if x]
        if not curves:
            continue
        # as far as all seeds go: a run may stop early
        at = min((x for x, _ in curves), key=lambda x: x[-1])
        columns = zip(*(np.interp(at, x, y) for x, y in curves), strict=True)
        found = [estimate(list(column)) for column in columns]
        colour, marker = COLOURS[index % len(COLOURS)], MARKERS[index // len(COLOURS)]
        mean = [e.mean for e in found]
        axes.plot(at, mean, color=colour, marker=marker, markersize=3.5, label=arm)
        if len(curves) > 1:
            low, high = [e.low for e in found], [e.high for e in found]
            if "y" in wanted.log:  # an interval may reach below 0, which no logarithm does
                low = [max(a, m / 10) for a, m in zip(low, mean, strict=True)]
            axes.fill_between(at, low, high, color=colour, alpha=0.2, linewidth=0)
    axes.set(xlabel=wanted.x, ylabel=wanted.y)
    if "acc" in wanted.y:
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
    if "x" in wanted.log:
        axes.set_xscale("log")
        _label_log(axes.xaxis, *axes.get_xlim())
    if "y" in wanted.log:
        axes.set_yscale("log")
        _label_log(axes.yaxis, *axes.get_ylim())


def _label_log(axis: Axis, low: float, high: float) -> None:
    """Powers of ten alone; 1, 2 and 5 of each where there are hardly two of them."""
    if high < 100 * low:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(StrMethodFormatter("{x:,.4g}"))
    axis.set_minor_formatter(NullFormatter())


def _dots(axes: Axes, verdict: Verdict, runs: dict[str, list[Record]]) -> None:
    """Every run at the first metric of the bar, and below each arm's its mean and interval."""
    condition = verdict.experiment.bar[0]
    names = list(runs)
    for row, arm in enumerate(names):
        values = values_by_seed(runs[arm], arm, condition.metric.name)
        if not isinstance(values, dict) or not values:
            continue
        y, colour = len(names) - 1 - row, COLOURS[row % len(COLOURS)]
        x = list(values.values())
        axes.plot(x, [y] * len(x), "o", color=colour, alpha=0.45, markersize=5)
        found = estimate(x)
        if found.n > 1:
            axes.plot([found.low, found.high], [y - 0.25] * 2, color=colour, linewidth=2)
        axes.plot([found.mean], [y - 0.25], "D", color=colour, markersize=5)
    axes.set_yticks(range(len(names)), names[::-1])
    axes.set_ylim(-0.75, len(names) - 0.5)
    axes.set_xlabel(condition.metric.label)
    if condition.scale == "ratio":
        axes.set_xscale("log")
        _label_log(axes.xaxis, *axes.get_xlim())
    if condition.metric.unit == "%":
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
