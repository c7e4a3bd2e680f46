"""Makes `mnist_subset.npz` and its manifest entry from full MNIST (`dlcourse data get mnist`).

Images are drawn uniformly without replacement, train from the published train split and test from
the published test split, with `numpy.random.default_rng(SEED)`; `*_index` says which they are.
"""

from __future__ import annotations

import hashlib
import json

import numpy as np

from lightning_modules.datamodules.sources import DATA_DIR, Arrays, array_sha256
from lightning_modules.datamodules.store import load, write_atomically

SEED = 0
SIZES = {"train": 10_000, "test": 2_000}


def draw_subset(mnist: Arrays, seed: int = SEED) -> Arrays:
    """A subset of each split, in the published order.

    Args:
        mnist: `train_images` (60000, 28, 28), `train_labels` (60000,) and the same for `test`.
        seed: of the draw.
    """
    rng = np.random.default_rng(seed)
    subset: Arrays = {}
    for split, size in SIZES.items():
        chosen = np.sort(rng.choice(len(mnist[f"{split}_labels"]), size, replace=False))
        subset[f"{split}_images"] = mnist[f"{split}_images"][chosen]  # (size, 28, 28)
        subset[f"{split}_labels"] = mnist[f"{split}_labels"][chosen]  # (size,)
        subset[f"{split}_index"] = chosen.astype(np.int32)  # (size,)
    return subset


def main() -> None:
    subset = draw_subset(load("mnist"))
    path = DATA_DIR / "mnist_subset.npz"
    write_atomically(path, subset, compress=True)
    manifest_path = DATA_DIR / "manifest.json"
    manifest = json.loads(manifest_path.read_text())
    entry = manifest["datasets"]["mnist_subset"]
    entry["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    entry["arrays"] = {
        key: {"shape": list(array.shape), "dtype": str(array.dtype), "sha256": array_sha256(array)}
        for key, array in subset.items()
    }
    manifest_path.write_text(json.dumps(manifest, indent=2) + "\n")
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
