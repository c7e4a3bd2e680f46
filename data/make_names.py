"""Write ``names.npz`` from the census lists in the sdist of the PyPI package ``names`` 0.3.0.

Run as ``python data/make_names.py UNPACKED_SDIST``. A line of a list is a name, the percentage of
people of that sex who had it in 1990, the running sum of these, and the rank.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

OUT = Path(__file__).with_name("names.npz")
TEST_SIZE = 500
SEED = 0


def read_percentages(path: Path) -> dict[str, float]:
    rows = [line.split() for line in path.read_text(encoding="ascii").splitlines()]
    return {name.capitalize(): float(percent) for name, percent, _, _ in rows}


def draw_splits(female: dict[str, float], male: dict[str, float]) -> dict[str, np.ndarray]:
    """Every name once, a test set drawn uniformly; label 1 where more women than men have it.

    A name that both have in equal shares belongs to neither and is left out.
    """
    names = sorted(name for name in female | male if female.get(name, 0.0) != male.get(name, 0.0))
    labels = [int(female.get(name, 0.0) > male.get(name, 0.0)) for name in names]
    order = np.random.default_rng(SEED).permutation(len(names))
    arrays = {}
    for split, rows in (("test", order[:TEST_SIZE]), ("train", order[TEST_SIZE:])):
        arrays[f"{split}_names"] = np.array([names[row] for row in rows], dtype="S")
        arrays[f"{split}_labels"] = np.array([labels[row] for row in rows], dtype=np.uint8)
    return arrays


def main(folder: Path) -> None:
    lists = [read_percentages(folder / "names" / f"dist.{sex}.first") for sex in ("female", "male")]
    arrays = draw_splits(*lists)
    np.savez_compressed(OUT, **arrays)
    print(f"{OUT.name}: {len(arrays['train_names'])} + {len(arrays['test_names'])} names")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
