"""Epsilon is written out, not read.

task: rmsprop
says: epsilon in config is not heeded
"""

import numpy as np


def rmsprop(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    decay = config.get("decay_rate", 0.99)
    config["cache"] = decay * config.get("cache", 0) + (1 - decay) * dw**2
    return w - rate * dw / (np.sqrt(config["cache"]) + 1e-7), config
