"""v_prev is an alias of the array that the update changes.

task: nesterov_momentum
says: after the update
"""

import numpy as np


def nesterov_momentum(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    momentum = config.get("momentum", 0.9)
    v = config.setdefault("velocity", np.zeros_like(w))
    v_prev = v
    v *= momentum
    v -= rate * dw
    return w - momentum * v_prev + (1 + momentum) * v, config
