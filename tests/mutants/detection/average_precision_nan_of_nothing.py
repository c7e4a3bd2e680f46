"""A mean over no boxes.

task: average_precision
says: is NaN
"""

import numpy as np


def average_precision(scores, matches, num_objects):
    found = np.asarray(matches, dtype=bool)[np.argsort(-scores)]
    precision = np.cumsum(found) / np.arange(1, len(found) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best[found].mean() * found.sum() / num_objects)
