"""The velocity is kept under another name.

task: sgd_momentum
says: config["velocity"] is not taken up
"""


def sgd_momentum(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    momentum = config.get("momentum", 0.9)
    config["v"] = momentum * config.get("v", 0) - rate * dw
    return w + config["v"], config
