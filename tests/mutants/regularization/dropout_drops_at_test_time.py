"""The mode is not looked at.

task: dropout
says: with p=0.5 in mode "test"
"""

import numpy as np


def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if p == 0:
        return x, None
    rng = np.random.default_rng(dropout_param.get("seed"))
    factor = (rng.random(x.shape) >= p) / (1 - p)
    return x * factor, factor


def dropout_backward(dout, cache):
    return dout if cache is None else dout * cache
