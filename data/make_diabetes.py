"""Makes `diabetes.csv` and its manifest entry from the table that scikit-learn ships.

Run as `python data/make_diabetes.py`; needs scikit-learn.
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_diabetes

from lightning_modules.datamodules.formats import read_csv
from lightning_modules.datamodules.manifest import DATA_DIR, record


def main() -> None:
    table = load_diabetes(scaled=False)
    rows = np.column_stack([table.data, table.target])
    path = DATA_DIR / "diabetes.csv"
    header = ",".join([*table.feature_names, "progression"])
    np.savetxt(path, rows, delimiter=",", header=header, comments="", fmt="%.6g")
    record(
        "diabetes",
        path,
        read_csv(path),
        title="442 diabetes patients, ten measurements and the disease's progress in a year",
        source="B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, Least angle regression, 2004; "
        "as scikit-learn ships it",
        licence="BSD-3-Clause (scikit-learn)",
    )


if __name__ == "__main__":
    main()
