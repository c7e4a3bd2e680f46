"""The gradient of a plain ReLU.

task: leaky_relu
says: multiply by the slope
"""


def leaky_relu_backward(dout, cache):
    return dout * (cache[0] == 1)
