"""Glorot's other recipe: uniform weights of the same variance.

task: initialization
says: not normal
"""

import numpy as np


def xavier_init(fan_in, fan_out, rng):
    limit = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, (fan_in, fan_out))
