"""The velocity holds gradients, and the learning rate multiplies the step.

task: sgd_momentum
says: belongs into the velocity
"""


def sgd_momentum(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    momentum = config.get("momentum", 0.9)
    config["velocity"] = momentum * config.get("velocity", 0) + dw
    return w - rate * config["velocity"], config
