"""The rule of a plain gradient.

task: guided_relu
says: this is the gradient
"""


def guided_relu_backward(dout, cache):
    return dout * cache
