"""beta * t is taken for the power.

task: adam
says: a power, not a product
"""

import numpy as np


def adam(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-3)
    beta1, beta2 = config.get("beta1", 0.9), config.get("beta2", 0.999)
    epsilon = config.get("epsilon", 1e-8)
    config["t"] = t = config.get("t", 0) + 1
    config["m"] = beta1 * config.get("m", 0) + (1 - beta1) * dw
    config["v"] = beta2 * config.get("v", 0) + (1 - beta2) * dw**2
    m_hat = config["m"] / (1 - beta1 * t)
    v_hat = config["v"] / (1 - beta2 * t)
    return w - rate * m_hat / (np.sqrt(v_hat) + epsilon), config
