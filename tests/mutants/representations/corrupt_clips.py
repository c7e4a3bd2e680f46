"""Pixels are cut off at 0 and 1.

task: denoise_corrupt
says: pixels are cut off
"""

import numpy as np


def denoise_corrupt(x, sigma, drop, rng):
    noisy = x + sigma * rng.standard_normal(x.shape)
    return np.clip(np.where(rng.random(x.shape) < drop, 0.0, noisy), 0, 1)
