"""A new config comes back, and the settings are gone.

task: sgd
says: has lost the learning rate
"""


def sgd(w, dw, config=None):
    config = {} if config is None else config
    return w - config.get("learning_rate", 1e-2) * dw, {}
