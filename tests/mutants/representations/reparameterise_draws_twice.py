"""The eps that is returned is another one than made z.

task: reparameterise
says: z, given eps,
"""

import numpy as np


def reparameterise(mu, logvar, rng):
    z = mu + np.exp(logvar / 2) * rng.standard_normal(mu.shape)
    return z, rng.standard_normal(mu.shape)
