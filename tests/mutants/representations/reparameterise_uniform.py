"""Uniform draws.

task: reparameterise
says: is it uniform
"""

import numpy as np


def reparameterise(mu, logvar, rng):
    eps = rng.uniform(-np.sqrt(3), np.sqrt(3), mu.shape)
    return mu + np.exp(logvar / 2) * eps, eps
