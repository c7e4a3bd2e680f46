"""The rule of PASCAL VOC before 2010.

task: average_precision
says: it is read at 11 recalls
"""

import numpy as np


def average_precision(scores, matches, num_objects):
    found = np.asarray(matches, dtype=bool)[np.argsort(-scores)]
    precision = np.cumsum(found) / np.arange(1, len(found) + 1)
    recall = np.cumsum(found) / num_objects
    at = [precision[recall >= r - 1e-9].max(initial=0) for r in np.linspace(0, 1, 11)]
    return float(np.mean(at))
