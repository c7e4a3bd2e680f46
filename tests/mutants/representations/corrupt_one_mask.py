"""All images miss the same pixels.

task: denoise_corrupt
says: dropped alike
"""

import numpy as np


def denoise_corrupt(x, sigma, drop, rng):
    noisy = x + sigma * rng.standard_normal(x.shape)
    return np.where(rng.random(x.shape[1]) < drop, 0.0, noisy)
