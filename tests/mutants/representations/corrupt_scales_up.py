"""As dropout does.

task: denoise_corrupt
says: the other pixels are scaled up
"""

import numpy as np


def denoise_corrupt(x, sigma, drop, rng):
    noisy = x + sigma * rng.standard_normal(x.shape)
    return np.where(rng.random(x.shape) < drop, 0.0, noisy / max(1e-9, 1 - drop))
