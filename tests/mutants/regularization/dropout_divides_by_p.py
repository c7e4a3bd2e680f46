"""What survives is divided by p.

task: dropout
says: 1 / p
"""

import numpy as np


def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param["mode"] == "test":
        return x, None
    rng = np.random.default_rng(dropout_param.get("seed"))
    factor = (rng.random(x.shape) >= p) / max(p, 1e-9)
    return x * factor, factor


def dropout_backward(dout, cache):
    return dout if cache is None else dout * cache
