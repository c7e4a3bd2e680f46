"""The term with the old velocity is left out.

task: nesterov_momentum
says: old velocity is missing
"""


def nesterov_momentum(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    momentum = config.get("momentum", 0.9)
    config["velocity"] = momentum * config.get("velocity", 0) - rate * dw
    return w + (1 + momentum) * config["velocity"], config
