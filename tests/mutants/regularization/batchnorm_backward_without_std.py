"""dx is not divided by the spread.

task: batchnorm_backward
says: the last division by sqrt(var + eps) is missing
"""


def batchnorm_backward(dout, cache):
    normalised, gamma, std = cache
    g = gamma * dout
    dx = g - g.mean(axis=0) - normalised * (g * normalised).mean(axis=0)
    return dx, (dout * normalised).sum(axis=0), dout.sum(axis=0)
