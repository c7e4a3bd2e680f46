"""Block diagrams drawn from the networks themselves: what runs, in which order, with which shapes.

`torch.fx` records the operations of a forward pass and an example gives their shapes, so that a
drawing cannot say what the code does not do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle
from torch import Tensor, fx, nn
from torch.fx.passes.shape_prop import ShapeProp

COLOURS = {
    "input": "#e5e5e5",
    "conv": "#9ecae1",
    "pool": "#a1d99b",
    "dense": "#fdd0a2",
    "join": "#dadaeb",
    "other": "#f5f5f5",
}
_SHORT = {"BatchNorm2d": "BN", "BatchNorm1d": "BN", "relu": "ReLU", "gelu": "GELU"}
_ATTACHED = ("BN", "ReLU", "LeakyReLU", "GELU", "Sigmoid", "Tanh", "Dropout")
_SAME = ("Identity", "Flatten", "flatten", "contiguous")


@dataclass
class Box:
    """One operation, with the elementwise ones that follow it.

    Attributes:
        label: for example `conv 3×3, BN, ReLU`.
        kind: a key of COLOURS.
        shape: of its output for one example, without the batch.
        parameters: numbers that it learns.
        multiplications: for one example, of its convolution or dense layer.
        inputs: positions of the boxes that it reads.
        row: number of boxes on the longest way from the input.
        lane: where it stands across the direction of flow.
    """

    label: str
    kind: str
    shape: tuple[int, ...]
    parameters: int = 0
    multiplications: int = 0
    inputs: list[int] = field(default_factory=list)
    row: int = 0
    lane: float = 0.0

    @property
    def size(self) -> str:
        return "×".join(str(side) for side in self.shape)


def boxes(model: nn.Module, example: Tensor) -> list[Box]:
    """The operations of a model in the order in which they run, the input first.

    Args:
        model: one that `torch.fx` can trace: no `if` that depends on values.
        example: a batch (N, ...) that it takes.
    """
    was_training = model.training
    traced = fx.symbolic_trace(model.eval())
    with torch.no_grad():
        ShapeProp(traced).propagate(example)
    model.train(was_training)
    found: list[Box] = []
    where: dict[fx.Node, int] = {}
    for node in traced.graph.nodes:
        if node.op in ("output", "get_attr"):
            continue
        shape = tuple(node.meta["tensor_meta"].shape[1:])
        sources = [where[source] for source in node.all_input_nodes if source in where]
        module = traced.get_submodule(node.target) if node.op == "call_module" else None
        name = _name(node, module)
        before = found[sources[0]] if sources else None
        idle = name in ("slice", "pad", "cat") and len(sources) == 1
        if before and (name in _SAME or (idle and shape == before.shape)):
            where[node] = sources[0]
            continue
        single = before and len(node.all_input_nodes[0].users) == 1 and before.kind != "input"
        if before and single and name in _ATTACHED:
            where[node] = sources[0]
            before.label += f", {name}"
            before.parameters += _parameters(module)
            continue
        where[node] = len(found)
        found.append(_box(name, module, shape, sources, found))
    _lanes(found)
    return found


def _name(node: fx.Node, module: nn.Module | None) -> str:
    if module is not None:
        name = type(module).__name__
    else:
        name = getattr(node.target, "__name__", str(node.target))
    name = "slice" if name == "getitem" else name
    return _SHORT.get(name, name)


def _parameters(module: nn.Module | None) -> int:
    return sum(p.numel() for p in module.parameters()) if module is not None else 0


def _box(
    name: str, module: nn.Module | None, shape: tuple[int, ...], inputs: list[int], old: list[Box]
) -> Box:
    label, kind, multiplications = name, "other", 0
    if not inputs:
        label, kind = "input", "input"
    elif isinstance(module, nn.Conv2d):
        label, kind = f"conv {_sides(module.kernel_size)}{_stride(module.stride)}", "conv"
        multiplications = module.weight.numel() * math.prod(shape[1:])
    elif isinstance(module, nn.Linear):
        label, kind, multiplications = "dense", "dense", module.weight.numel()
    elif isinstance(module, nn.MaxPool2d | nn.AvgPool2d):
        which = "max" if isinstance(module, nn.MaxPool2d) else "mean"
        label, kind = f"{which} pool {_sides(module.kernel_size)}{_stride(module.stride)}", "pool"
    elif name in ("max_pool2d", "avg_pool2d"):
        label, kind = {"max_pool2d": "max pool", "avg_pool2d": "mean pool"}[name], "pool"
    elif name in ("mean", "AdaptiveAvgPool2d"):
        label, kind = f"mean pool to {_sides(shape[1:] or 1)}", "pool"
    elif name in ("add", "cat"):
        label, kind = {"add": "+", "cat": "side by side"}[name], "join"
    row = 1 + max((old[source].row for source in inputs), default=-1)
    return Box(label, kind, shape, _parameters(module), multiplications, inputs, row)


def _sides(size: Any) -> str:
    pair = (size, size) if isinstance(size, int) else tuple(size)
    return "×".join(str(side) for side in (pair if len(pair) == 2 else pair * 2))


def _stride(stride: Any) -> str:
    step = stride if isinstance(stride, int) else stride[0]
    return f" /{step}" if step > 1 else ""


def _lanes(found: list[Box]) -> None:
    """A chain keeps its lane, a fork opens lanes, a join stands in the middle of what it joins."""
    continued: set[int] = set()
    last = 0.0
    for box in found[1:]:
        first = box.inputs[0]
        if len(box.inputs) > 1:
            box.lane = sum(found[source].lane for source in box.inputs) / len(box.inputs)
        elif first in continued:
            last += 1
            box.lane = last
        else:
            box.lane = found[first].lane
        continued.add(first)
    users = [box.lane for box in found[1:] if 0 in box.inputs and len(box.inputs) == 1]
    if users:
        found[0].lane = sum(users) / len(users)


def draw_graph(model: nn.Module, example: Tensor, ax: Axes, title: str = "") -> list[Box]:
    """Boxes and arrows from left to right; `/2` is a stride, below it the output's shape."""
    found = boxes(model, example)
    for box in found:
        x, y = 2.0 * box.row, -box.lane
        ax.add_patch(Rectangle((x - 0.75, y - 0.3), 1.5, 0.6, fc=COLOURS[box.kind], ec="0.3"))
        label = box.label.replace(", ", "\n", 1)
        ax.text(x, y, f"{label}\n{box.size}", ha="center", va="center", fontsize=7)
        for source in box.inputs:
            _arrow(ax, found[source], box)
    lanes = [-box.lane for box in found]
    below = 1.2 if len(set(lanes)) == 1 else 0.6  # room for arrows around boxes
    ax.set(xlim=(-1, 2 * found[-1].row + 1), ylim=(min(lanes) - below, max(lanes) + 0.6))
    ax.set_title(title, fontsize=9)
    ax.axis("off")
    return found


def _arrow(ax: Axes, source: Box, target: Box) -> None:
    start, end = (2.0 * source.row + 0.75, -source.lane), (2.0 * target.row - 0.75, -target.lane)
    style = "arc3"
    far = target.row - source.row > 1
    if far and source.lane == target.lane:  # below the boxes between them
        start, end = (2.0 * source.row, -source.lane - 0.3), (2.0 * target.row, -target.lane - 0.3)
        style = f"arc3,rad={0.5 / (target.row - source.row) + 0.1:.2f}"
    elif far:  # along its own lane first
        corner = 2.0 * (target.row - 1) + 0.75
        ax.plot([start[0], corner], [start[1], start[1]], color="0.3", lw=1)
        start = (corner, start[1])
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            connectionstyle=style,
            arrowstyle="-|>",
            mutation_scale=9,
            color="0.3",
            shrinkA=0,
            shrinkB=0,
        )
    )


def draw_pyramid(model: nn.Module, example: Tensor, ax: Axes, title: str = "") -> list[Box]:
    """A chain as bars: as high as the maps, as wide as (the root of) the number of channels."""
    found = boxes(model, example)
    sides = [box.shape[-1] if len(box.shape) == 3 else 1 for box in found]
    widest = max(box.shape[0] for box in found)
    widths = [0.25 + 0.5 * math.sqrt(box.shape[0] / widest) for box in found]
    x = 0.0
    for box, side, width in zip(found, sides, widths, strict=True):
        height = max(side / max(sides), 0.02)
        ax.add_patch(Rectangle((x, -height / 2), width, height, fc=COLOURS[box.kind], ec="0.3"))
        ax.text(x + width / 2, -0.54, box.label, rotation=60, ha="right", va="top", fontsize=7)
        ax.text(x + width / 2, 0.52, box.size, rotation=60, ha="left", va="bottom", fontsize=7)
        x += width + 0.25
    ax.set(xlim=(-0.2, x + 0.3), ylim=(-1.15, 0.95))
    ax.set_title(title, fontsize=9)
    ax.axis("off")
    return found
