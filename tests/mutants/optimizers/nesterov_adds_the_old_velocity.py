"""The term with the old velocity has the wrong sign.

task: nesterov_momentum
says: has a minus
"""


def nesterov_momentum(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    momentum = config.get("momentum", 0.9)
    v_prev = config.get("velocity", 0)
    v = config["velocity"] = momentum * v_prev - rate * dw
    return w + momentum * v_prev + (1 + momentum) * v, config
