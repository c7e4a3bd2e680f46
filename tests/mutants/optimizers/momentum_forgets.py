"""The velocity is never stored.

task: sgd_momentum
says: does not reach the next one
"""


def sgd_momentum(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    momentum = config.get("momentum", 0.9)
    v = momentum * config.get("velocity", 0) - rate * dw
    return w + v, config
