"""The outputs are counted in place of the inputs.

task: initialization
says: 2 / fan_out
"""

import numpy as np


def he_init(fan_in, fan_out, rng):
    return rng.normal(0, np.sqrt(2 / fan_out), (fan_in, fan_out))
