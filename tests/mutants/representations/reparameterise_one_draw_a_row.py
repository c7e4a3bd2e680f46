"""All numbers of a code share a draw.

task: reparameterise
says: some numbers share a draw
"""

import numpy as np


def reparameterise(mu, logvar, rng):
    eps = np.repeat(rng.standard_normal((len(mu), 1)), mu.shape[1], axis=1)
    return mu + np.exp(logvar / 2) * eps, eps
