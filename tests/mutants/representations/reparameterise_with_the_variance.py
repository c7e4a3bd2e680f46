"""The variance in place of the standard deviation.

task: reparameterise
says: this is the variance
"""

import numpy as np


def reparameterise(mu, logvar, rng):
    eps = rng.standard_normal(mu.shape)
    return mu + np.exp(logvar) * eps, eps
