"""w / |w|, which is not a number where a weight is 0.

task: penalties
says: NaN
"""

import numpy as np


def l1_penalty(w, lam):
    with np.errstate(invalid="ignore"):
        return lam * np.abs(w).sum(), lam * w / np.abs(w)
