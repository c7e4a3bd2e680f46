"""The gradient is multiplied by 1 - momentum.

task: sgd_momentum
says: 1 - momentum
"""


def sgd_momentum(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    momentum = config.get("momentum", 0.9)
    config["velocity"] = momentum * config.get("velocity", 0) - (1 - momentum) * rate * dw
    return w + config["velocity"], config
