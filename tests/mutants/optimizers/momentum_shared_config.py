"""The default config is one dictionary, so a second run goes on with the first one's velocity.

task: sgd_momentum
says: one dictionary
"""


def sgd_momentum(w, dw, config={}):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    momentum = config.get("momentum", 0.9)
    config["velocity"] = momentum * config.get("velocity", 0) - rate * dw
    return w + config["velocity"], config
