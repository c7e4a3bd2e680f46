"""Write ``sunspots.npz`` from the monthly table in the PyPI package ``statsmodels``.

Run as ``python data/make_sunspots.py UNPACKED_WHEEL``: monthly mean sunspot numbers, 1749 on. Only
years whose twelve months are all measured are kept.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

OUT = Path(__file__).with_name("sunspots.npz")
FIRST_YEAR = 1749


def read_months(text: str) -> np.ndarray:
    """Monthly means (12 * years,) from lines of a year and its twelve values."""
    months: list[float] = []
    for line in text.splitlines():
        fields = line.split()
        if len(fields) == 13 and fields[0].isdigit():
            if int(fields[0]) != FIRST_YEAR + len(months) // 12:
                raise ValueError(f"{fields[0]} does not follow on the year before it")
            months.extend(float(field) for field in fields[1:])
    return np.array(months, dtype=np.float32)


def main(folder: Path) -> None:
    path = folder / "statsmodels" / "datasets" / "sunspots" / "src" / "sunspots_monthly.dat"
    months = read_months(path.read_text(encoding="ascii"))
    np.savez_compressed(OUT, months=months)
    print(f"{OUT.name}: {len(months)} months, {FIRST_YEAR} to {FIRST_YEAR + len(months) // 12 - 1}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
