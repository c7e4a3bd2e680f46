"""A reference solution as a module, and what its tests against torch share."""

from __future__ import annotations

import importlib.util
from types import ModuleType
from typing import Any

import numpy as np
import torch

from graders.engine.catalogue import source_path


def load_reference(name: str) -> ModuleType:
    """The reference solution of the assignment ``name``."""
    spec = importlib.util.spec_from_file_location(f"reference_{name}", source_path(name))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tensors(seed: int, *shapes: tuple[int, ...]) -> list[torch.Tensor]:
    """Standard normal leaves in double precision, the same for the same seed."""
    generator = torch.Generator().manual_seed(seed)
    return [
        torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True)
        for shape in shapes
    ]


def array(value: torch.Tensor) -> np.ndarray:
    return value.detach().numpy().copy()


def arrays(*values: torch.Tensor) -> list[np.ndarray]:
    return [array(value) for value in values]


def check(actual: Any, expected: torch.Tensor | None, tolerance: float = 1e-9) -> None:
    """Values agree; ``None``, a gradient that autograd never filled, is no agreement."""
    assert expected is not None
    np.testing.assert_allclose(actual, expected.detach().numpy(), rtol=tolerance, atol=tolerance)
