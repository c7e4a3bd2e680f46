"""The path through the variance is missing.

task: batchnorm_backward
says: the variance depends on x as well
"""


def batchnorm_backward(dout, cache):
    normalised, gamma, std = cache
    g = gamma * dout
    dx = (g - g.mean(axis=0)) / std
    return dx, (dout * normalised).sum(axis=0), dout.sum(axis=0)
