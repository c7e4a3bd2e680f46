"""Column by column, with Python's own sums."""

import numpy as np


def standardise(x):
    z = np.zeros(x.shape)
    for j in range(x.shape[1]):
        column = [float(value) for value in x[:, j]]
        mean = sum(column) / len(column)
        spread = (sum((value - mean) ** 2 for value in column) / len(column)) ** 0.5
        for i, value in enumerate(column):
            z[i, j] = (value - mean) / spread if spread else 0.0
    return z
