"""Cats and dogs as files: python course/08_transfer_learning/cats_and_dogs.py [FOLDER]

The shipped photographs of CIFAR-10 that show one, 32 by 32 pixels, sorted into `train/`, `valid/`
and `test/`, each with `cat/` and `dog/`: the layout that one's own photographs would have.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from lightning_modules.datamodules.store import load

LABELS = {"cat": 3, "dog": 5}
HELD_OUT = {"valid": 100, "test": 100}  # of each animal


def write(folder: Path) -> None:
    """Writes the pictures, the same ones every time."""
    arrays = load("cifar10_subset")
    for name, label in LABELS.items():
        (rows,) = np.nonzero(arrays["train_labels"] == label)
        start = 0
        for split, count in {**HELD_OUT, "train": len(rows) - sum(HELD_OUT.values())}.items():
            place = folder / split / name
            place.mkdir(parents=True, exist_ok=True)
            for row in rows[start : start + count]:
                Image.fromarray(arrays["train_images"][row]).save(place / f"{row:04}.png")
            start += count
            print(f"{place}: {count} pictures")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "pictures/cats_and_dogs"))
