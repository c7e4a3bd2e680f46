"""The mask applies to the gradient, its factor does not.

task: dropout
says: the factor 1 / (1 - p) is missing
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
    return dout if cache is None else dout * (cache > 0)
