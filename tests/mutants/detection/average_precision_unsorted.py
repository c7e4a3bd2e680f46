"""The list is taken as it comes.

task: average_precision
says: sort by falling score first
"""

import numpy as np


def average_precision(scores, matches, num_objects):
    found = np.asarray(matches, dtype=bool)
    precision = np.cumsum(found) / np.arange(1, len(found) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best[found].sum() / num_objects)
