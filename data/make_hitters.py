"""Makes `hitters.csv` and its manifest entry from the PyPI package `islp` 0.6.0.

    pip download --no-deps islp==0.6.0 && unzip islp-0.6.0-*.whl ISLP/data/Hitters.csv
    python data/make_hitters.py ISLP/data/Hitters.csv

The table is shipped as it is, players without a salary included.
"""

from __future__ import annotations

import sys
from pathlib import Path

from lightning_modules.datamodules.formats import read_csv
from lightning_modules.datamodules.manifest import DATA_DIR, record


def main(source: Path) -> None:
    path = DATA_DIR / "hitters.csv"
    path.write_bytes(source.read_bytes())
    record(
        "hitters",
        path,
        read_csv(path),
        title="322 baseball players of 1986 and 1987: figures of their play, and salaries",
        source="G. James, D. Witten, T. Hastie, R. Tibshirani, J. Taylor, An Introduction to "
        "Statistical Learning; PyPI islp 0.6.0",
        licence="BSD-3-Clause (islp)",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
