"""Only the slope is returned.

task: activations
says: dout is missing
"""


def sigmoid_backward(dout, cache):
    return cache * (1 - cache)
