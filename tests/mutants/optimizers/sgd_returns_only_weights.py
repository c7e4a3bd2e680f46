"""config is not returned.

task: sgd
says: (next_w, config) was expected
"""


def sgd(w, dw, config=None):
    config = {} if config is None else config
    rate = config.get("learning_rate", 1e-2)
    return w - rate * dw
