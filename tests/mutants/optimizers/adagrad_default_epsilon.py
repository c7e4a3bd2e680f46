"""Epsilon is 1e-7 where none is given.

task: adagrad
says: epsilon is 1e-07 where config has none
"""

import numpy as np


def adagrad(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    epsilon = config.get("epsilon", 1e-7)
    config["cache"] = config.get("cache", 0) + dw**2
    return w - rate * dw / (np.sqrt(config["cache"]) + epsilon), config
