"""The mask holds the factor already, and the backward pass divides once more.

task: dropout
says: the factor is applied twice
"""

import numpy as np


def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param["mode"] == "test":
        return x, None
    rng = np.random.default_rng(dropout_param.get("seed"))
    mask = (rng.random(x.shape) >= p) / (1 - p)
    return x * mask, (mask, p)


def dropout_backward(dout, cache):
    return dout if cache is None else dout * cache[0] / (1 - cache[1])
