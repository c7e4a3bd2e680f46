"""The variance is handed to rng.normal, which takes the standard deviation.

task: initialization
says: takes the standard deviation
"""


def xavier_init(fan_in, fan_out, rng):
    return rng.normal(0, 2 / (fan_in + fan_out), (fan_in, fan_out))
