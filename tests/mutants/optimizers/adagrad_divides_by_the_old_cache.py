"""The cache is brought up to date after the step.

task: adagrad
says: as it was before
"""

import numpy as np


def adagrad(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    epsilon = config.get("epsilon", 1e-8)
    cache = config.get("cache", 0)
    config["cache"] = cache + dw**2
    return w - rate * dw / (np.sqrt(cache) + epsilon), config
