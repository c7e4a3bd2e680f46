"""A new dictionary comes back, without the settings.

task: sgd_momentum
says: has lost the settings
"""


def sgd_momentum(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    momentum = config.get("momentum", 0.9)
    velocity = momentum * config.get("velocity", 0) - rate * dw
    return w + velocity, {"velocity": velocity}
