"""The weights are moved in place.

task: sgd_momentum
says: w was changed
"""


def sgd_momentum(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    momentum = config.get("momentum", 0.9)
    config["velocity"] = momentum * config.get("velocity", 0) - rate * dw
    w += config["velocity"]
    return w, config
