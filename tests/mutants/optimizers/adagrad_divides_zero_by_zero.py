"""There is no epsilon.

task: adagrad
says: 0 is divided by 0
"""

import numpy as np


def adagrad(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    epsilon = config.get("epsilon", 1e-8)
    config["cache"] = config.get("cache", 0) + dw**2
    return w - rate * dw / np.sqrt(config["cache"]), config
