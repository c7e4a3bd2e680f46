"""The defaults of all runs are one dictionary, which also keeps the cache.

task: adagrad
says: one dictionary
"""

import numpy as np

DEFAULTS = {"learning_rate": 1e-2, "epsilon": 1e-8, "cache": 0.0}


def adagrad(w, dw, config=None):
    config = DEFAULTS if config is None else {**DEFAULTS, **config}
    config["cache"] = config["cache"] + dw**2
    return w - config["learning_rate"] * dw / (np.sqrt(config["cache"]) + config["epsilon"]), config
