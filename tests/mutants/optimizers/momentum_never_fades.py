"""The old velocity is not multiplied by momentum.

task: sgd_momentum
says: never fades
"""


def sgd_momentum(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    momentum = config.get("momentum", 0.9)
    config["velocity"] = config.get("velocity", 0) - rate * dw
    return w + config["velocity"], config
