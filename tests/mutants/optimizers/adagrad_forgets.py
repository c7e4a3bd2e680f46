"""The cache is replaced, not added to.

task: adagrad
says: the cache is replaced
"""

import numpy as np


def adagrad(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    epsilon = config.get("epsilon", 1e-8)
    config["cache"] = dw**2
    return w - rate * dw / (np.sqrt(config["cache"]) + epsilon), config
