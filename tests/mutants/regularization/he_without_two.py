"""The factor 2 for the half that ReLU drops is missing.

task: initialization
says: the 2 is missing
"""

import numpy as np


def he_init(fan_in, fan_out, rng):
    return rng.normal(0, np.sqrt(1 / fan_in), (fan_in, fan_out))
