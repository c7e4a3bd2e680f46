"""Figures of what `scale.py` measures, as small SVG files that read in light and in dark."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

if TYPE_CHECKING:  # what measured is what draws, and no figure needs the others' imports
    from tests.benchmarks.scale_classes import Class
    from tests.benchmarks.scale_models import Trained
    from tests.benchmarks.scale_workers import Handed

BLUE, ORANGE, GREEN, PURPLE = "#3b75af", "#d97b29", "#3f8f4f", "#8a5fb0"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE)
MARKS = "osD^"
STYLE = {
    "svg.hashsalt": "scale",  # the same numbers give the same file
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "legend.frameon": False,
}


def draw_classes(found: Sequence[Class], out: Path) -> None:
    """Processor time of a submission, and memory, against the number of submissions."""
    sizes = [one.size for one in found]
    with mpl.rc_context(STYLE):
        figure, (left, right) = _panels(2)
        for what, of, colour, mark in (
            ("workers and sandboxes", "workers", BLUE, "o"),
            ("the command", "command", ORANGE, "s"),
        ):
            time = [getattr(one, of) / one.size * 1000 for one in found]
            memory = [getattr(one, f"{of}_mib") for one in found]
            left.plot(sizes, time, mark + "-", color=colour, label=what)
            right.plot(sizes, memory, mark + "-", color=colour, label=what)
        for axes, title in ((left, "ms of processor a submission"), (right, "MiB at the peak")):
            axes.set(title=title, xlabel="submissions", ylim=(0, None))
        left.set_xscale("log")
        _counts(left.xaxis, sizes)
        left.legend()
        right.legend()
        _save(figure, out)


def draw_workers(found: Sequence[Handed], out: Path) -> None:
    """Submissions a second of each kind against workers, a line for each latency."""
    kinds = list(dict.fromkeys(one.kind for one in found))
    latencies = sorted({one.latency for one in found})
    counts = sorted({one.workers for one in found})
    with mpl.rc_context(STYLE):
        figure, panels = _panels(len(kinds))
        for axes, kind in zip(panels, kinds, strict=False):
            of_kind = [one for one in found if one.kind == kind]
            top = 1.15 * max(one.rate for one in of_kind)
            perfect = [of_kind[0].rate * count / counts[0] for count in counts]
            axes.plot(counts, perfect, ":", color="#888888", label="in proportion")
            for latency, colour, mark in zip(latencies, COLOURS, MARKS, strict=False):
                at = [one for one in of_kind if one.latency == latency]
                workers, rates = [one.workers for one in at], [one.rate for one in at]
                label = f"{latency * 1000:.0f} ms away"
                axes.plot(workers, rates, mark + "-", color=colour, label=label)
            axes.set(title=f"a submission {kind}", xlabel="workers", xscale="log", ylim=(0, top))
            axes.set_ylabel("submissions a second")
            _counts(axes.xaxis, counts)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
        _save(figure, out)


def draw_models(found: Sequence[Trained], out: Path) -> None:
    """Memory and time of a step against parameters, a line for each arm."""
    with mpl.rc_context(STYLE):
        figure, (left, right) = _panels(2)
        for number, arm in enumerate(dict.fromkeys(one.arm for one in found)):
            of_arm = [one for one in found if one.arm == arm]
            sizes = [one.parameters / 1e6 for one in of_arm]
            look: dict[str, Any] = {"color": COLOURS[number], "label": arm}
            left.plot(sizes, [one.peak / 2**20 for one in of_arm], MARKS[number] + "-", **look)
            right.plot(sizes, [one.wall for one in of_arm], MARKS[number] + "-", **look)
        for axes, title in ((left, "MiB of each process, in a step"), (right, "seconds a step")):
            axes.set(title=title, xlabel="million parameters", xscale="log", yscale="log")
        left.legend()
        _save(figure, out)


def _panels(count: int) -> tuple[Figure, list[Axes]]:
    """At most two beside each other: a page is as wide as that."""
    rows, columns = -(-count // 2), min(count, 2)
    figure = Figure(figsize=(3.6 * columns, 2.7 * rows + 0.4), layout="constrained")
    panels = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axes in panels[count:]:
        axes.remove()
    return figure, panels[:count]


def _counts(axis: Any, counts: Sequence[int]) -> None:
    """Ticks at what was measured, and nowhere else."""
    axis.set_ticks(counts, [f"{count:,}" for count in counts])
    axis.set_ticks([], minor=True)


def _save(figure: Figure, out: Path) -> None:
    """White behind it: the site's pages may be dark."""
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, format="svg", metadata={"Date": None})
