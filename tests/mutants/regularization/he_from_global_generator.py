"""Numbers come from NumPy's global generator.

task: initialization
says: from the same rng
"""

import numpy as np


def he_init(fan_in, fan_out, rng):
    return np.random.randn(fan_in, fan_out) * np.sqrt(2 / fan_in)
