"""What a network computes on the way: outputs of its layers, and how far back a unit sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from torch import Tensor, nn

from lightning_modules.errors import BadInput


def find_layer(model: nn.Module, name: str) -> nn.Module:
    """The module called `name`, as `features.6`.

    Raises:
        BadInput: there is none.
    """
    modules = dict(model.named_modules())
    if name not in modules or not name:
        raise BadInput(f"layer '{name}': {_kind(model)} has {', '.join(filter(None, modules))}")
    return modules[name]


def _kind(model: nn.Module) -> str:
    return type(model).__name__


@contextmanager
def recording(model: nn.Module, *names: str) -> Iterator[dict[str, Tensor]]:
    """Keeps the outputs of the layers `names` of whatever passes inside the `with`.

    They stay part of the graph: their gradients can be asked for.
    """
    kept: dict[str, Tensor] = {}

    def keep(name: str, layer: nn.Module) -> None:
        handles.append(layer.register_forward_hook(lambda *passed: kept.update({name: passed[2]})))

    handles: list = []
    try:
        for name in names:
            keep(name, find_layer(model, name))
        yield kept
    finally:
        for handle in handles:
            handle.remove()


def check_channels(channels: Iterable[int], maps: Tensor, layer: str) -> None:
    """Refuses channels that feature maps (N, K, h, w) do not have.

    Raises:
        BadInput: with the number that they have.
    """
    for channel in channels:
        if not 0 <= channel < maps.shape[1]:
            raise BadInput(f"channel {channel}: {layer} has {maps.shape[1]}, counted from 0")


class _Reached(Exception):
    """Ends a forward pass at the layer of interest."""


def output_of(model: nn.Module, name: str, x: Tensor) -> Tensor:
    """The output of the layer `name` for inputs x; layers after it do not run, so images may have
    a size that the head would not take.

    Raises:
        BadInput: there is no such layer.
    """
    kept: list[Tensor] = []

    def stop(layer: nn.Module, inputs: tuple, output: Tensor) -> None:
        kept.append(output)
        raise _Reached

    handle = find_layer(model, name).register_forward_hook(stop)
    try:
        model(x)
    except _Reached:
        return kept[0]
    finally:
        handle.remove()
    raise BadInput(f"layer '{name}' takes no part in the forward pass of {_kind(model)}")


@dataclass(frozen=True)
class ReceptiveField:
    """Which pixels reach a unit: along each axis, unit i sees `size` of them from
    `first + stride * i`, some of which may lie in the padding."""

    size: int
    stride: int
    first: int

    def box(self, row: int, column: int, height: int, width: int) -> tuple[int, int, int, int]:
        """Top, left, bottom and right (exclusive) of what unit (row, column) sees of an image."""
        top, left = (self.first + self.stride * index for index in (row, column))
        return max(0, top), max(0, left), min(height, top + self.size), min(width, left + self.size)


def receptive_field(layers: nn.Module) -> ReceptiveField:
    """Of a unit of the last of `layers`, which are passed in order, or side by side with the
    same stride, the last of them seeing the most, as in a fire module.

    With k, s and p the kernel, stride and padding of a layer, and j the stride so far, the size
    grows by (k - 1) j, the first pixel moves by -p j, and j becomes j s.
    """
    size, stride, first = 1, 1, 0
    for layer in layers.modules():
        if isinstance(layer, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
            kernel, step, padding = (
                int(value[0] if isinstance(value, tuple) else value)
                for value in (layer.kernel_size, layer.stride, layer.padding)
            )
            size += (kernel - 1) * stride
            first -= padding * stride
            stride *= step
    return ReceptiveField(size, stride, first)
