"""The step is taken in the caller's array.

task: sgd
says: w was changed
"""


def sgd(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    w -= rate * dw
    return w, config
