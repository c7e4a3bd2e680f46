"""The ways that optimizers take down an elongated valley."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.optim import Optimizer

from lightning_modules.optim import teaching

CURVATURES = (1.0, 25.0)  # along the valley and across it
START = (-1.08, 0.183)  # on the level line of height 1

# each at the best of twelve rates from starts all around: `dlcourse experiment run valley`
WAYS: dict[str, Callable[[list[nn.Parameter]], Optimizer]] = {
    "descent": lambda w: teaching.GradientDescent(w, lr=0.075),
    "momentum": lambda w: teaching.Momentum(w, lr=0.016, momentum=0.8),
    "Nesterov": lambda w: teaching.Nesterov(w, lr=0.045, momentum=0.8),
    "AdaGrad": lambda w: teaching.AdaGrad(w, lr=0.6),
    "RMSprop": lambda w: teaching.RMSprop(w, lr=0.04, alpha=0.9),
    "Adam": lambda w: teaching.Adam(w, lr=0.15),
}


def valley(w: Tensor) -> Tensor:
    """Half the sum of curvature times square: points (..., 2) to heights (...)."""
    return (torch.tensor(CURVATURES) * w.square()).sum(dim=-1) / 2


def descend(build: Callable[[list[nn.Parameter]], Optimizer], num_steps: int) -> Tensor:
    """Where an optimizer is at the start and after each step, (num_steps + 1, 2)."""
    w = nn.Parameter(torch.tensor(START))
    optimizer = build([w])
    points = [w.detach().clone()]
    for _ in range(num_steps):
        optimizer.zero_grad()
        valley(w).backward()
        optimizer.step()
        points.append(w.detach().clone())
    return torch.stack(points)


def plot_descent_paths(out_path: Path, num_steps: int = 30) -> None:
    """Draws each optimizer's first steps over the valley's level lines."""
    figure = Figure(figsize=(9, 5), layout="constrained")
    FigureCanvasAgg(figure)
    x, y = torch.meshgrid(
        torch.linspace(-1.2, 0.5, 141), torch.linspace(-0.27, 0.27, 89), indexing="xy"
    )
    heights = valley(torch.stack([x, y], dim=-1))  # (89, 141)
    for axes, (name, build) in zip(figure.subplots(3, 2).flat, WAYS.items(), strict=True):
        axes.contour(x, y, heights, levels=12, colors="#bbbbbb", linewidths=0.7)
        path = descend(build, num_steps)
        axes.plot(*path.T, color="#4477aa", marker="o", markersize=2.5, linewidth=1)
        axes.plot(0, 0, color="#cc6677", marker="x")
        height = valley(path[-1]).item()
        axes.set_title(f"{name}: height {height:.2g} after {num_steps} steps", fontsize="medium")
        axes.set(xlim=(-1.2, 0.5), ylim=(-0.27, 0.27), xticks=[], yticks=[])
    figure.savefig(out_path, dpi=110)
