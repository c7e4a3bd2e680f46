"""The velocity is added up uphill and subtracted.

task: sgd_momentum
says: the other sign
"""


def sgd_momentum(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    momentum = config.get("momentum", 0.9)
    config["velocity"] = momentum * config.get("velocity", 0) + rate * dw
    return w - config["velocity"], config
