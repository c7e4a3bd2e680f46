"""The seed is not used.

task: dropout
says: the same seed gives another mask
"""

import numpy as np


def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param["mode"] == "test":
        return x, None
    rng = np.random.default_rng()
    factor = (rng.random(x.shape) >= p) / (1 - p)
    return x * factor, factor


def dropout_backward(dout, cache):
    return dout if cache is None else dout * cache
