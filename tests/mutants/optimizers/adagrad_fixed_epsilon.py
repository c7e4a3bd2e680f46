"""Epsilon is written out, not read.

task: adagrad
says: epsilon in config is not heeded
"""

import numpy as np


def adagrad(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    config["cache"] = config.get("cache", 0) + dw**2
    return w - rate * dw / (np.sqrt(config["cache"]) + 1e-8), config
