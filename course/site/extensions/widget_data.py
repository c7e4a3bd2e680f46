"""What widgets know, as modules of JavaScript: numbers in base64, which `data.js` reads."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import torch

from lightning_modules.datamodules.store import load


def pictures() -> str:
    """Grey pictures for kernels: two digits, and the photograph of a cat at half its size."""
    digits = load("mnist_subset")["test_images"]
    cat = torch.from_numpy(load("photographs")["chelsea"]).float()  # (300, 451, 3)
    luma = (cat @ torch.tensor([0.299, 0.587, 0.114]))[:, :450]
    half = luma.reshape(150, 2, 225, 2).mean(dim=(1, 3)).round().byte().numpy()
    shown = {"a digit": digits[0], "another digit": digits[1], "a photograph": half}
    return constant("PICTURES", [{"name": name, **image(shown[name])} for name in shown])


def image(pixels: np.ndarray) -> dict[str, Any]:
    """Bytes (H, W), row by row."""
    height, width = pixels.shape
    return {"height": height, "width": width, "pixels": in_base64(pixels)}


def in_base64(array: np.ndarray) -> str:
    """The array's bytes, the lowest of each number first."""
    return base64.b64encode(array.astype(array.dtype.newbyteorder("<")).tobytes()).decode("ascii")


def constant(name: str, value: object) -> str:
    """A module that exports a constant."""
    return f"export const {name} = {json.dumps(value)};\n"
