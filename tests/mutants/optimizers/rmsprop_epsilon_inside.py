"""Epsilon is added under the square root.

task: rmsprop
says: outside the square root
"""

import numpy as np


def rmsprop(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    epsilon = config.get("epsilon", 1e-8)
    decay = config.get("decay_rate", 0.99)
    config["cache"] = decay * config.get("cache", 0) + (1 - decay) * dw**2
    return w - rate * dw / np.sqrt(config["cache"] + epsilon), config
