"""Makes `mnist_subset.npz` and its manifest entry from full MNIST (`dlcourse data get mnist`).

Images are drawn uniformly without replacement, train from the published train split and test from
the published test split, with `numpy.random.default_rng(SEED)`; `*_index` says which they are.
"""

from __future__ import annotations

import numpy as np

from lightning_modules.datamodules.manifest import DATA_DIR, Arrays, record
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
    record(
        "mnist_subset",
        path,
        subset,
        title="MNIST, 10,000 + 2,000 digits drawn from the real splits",
        source=f"drawn from `mnist` by make_mnist_subset.py, seed {SEED}",
        licence="CC BY-SA 3.0",
    )


if __name__ == "__main__":
    main()
