"""Whether two checkpoints, or parts of them, are the same bit by bit."""

from __future__ import annotations

from typing import Any

import torch


def assert_same(one: Any, other: Any, where: str = "") -> None:
    """Fails at the first difference, and names its place."""
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other), where
    elif isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key in one:
            assert_same(one[key], other[key], f"{where}.{key}")
    elif isinstance(one, list | tuple):
        assert len(one) == len(other), where
        for index, (a, b) in enumerate(zip(one, other, strict=True)):
            assert_same(a, b, f"{where}[{index}]")
    else:
        assert one == other, where
