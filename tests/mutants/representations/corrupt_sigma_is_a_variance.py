"""The square root of sigma.

task: denoise_corrupt
says: sigma is the standard deviation, not the variance
"""

import numpy as np


def denoise_corrupt(x, sigma, drop, rng):
    noisy = x + np.sqrt(sigma) * rng.standard_normal(x.shape)
    return np.where(rng.random(x.shape) < drop, 0.0, noisy)
