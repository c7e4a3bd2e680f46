"""Write ``diabetes.csv`` from the table that scikit-learn ships.

Run as ``python data/make_diabetes.py``; needs scikit-learn.
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_diabetes

OUT = Path(__file__).with_name("diabetes.csv")


def main() -> None:
    table = load_diabetes(scaled=False)
    rows = np.column_stack([table.data, table.target])
    header = ",".join([*table.feature_names, "progression"])
    np.savetxt(OUT, rows, delimiter=",", header=header, comments="", fmt="%.6g")
    print(f"{OUT.name}: {rows.shape[0]} patients, {rows.shape[1]} columns")


if __name__ == "__main__":
    main()
