"""The factor 2 of the square is forgotten.

task: penalties
says: factor 2 of the square
"""

import numpy as np


def l2_penalty(w, lam):
    return lam * np.sum(w * w), lam * w
