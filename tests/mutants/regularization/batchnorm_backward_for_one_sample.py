"""N - 1 in the means over the batch.

task: batchnorm_backward
says: dx for x
"""


def batchnorm_backward(dout, cache):
    normalised, gamma, std = cache
    g = gamma * dout
    n = len(dout) - 1
    dx = (g - g.sum(axis=0) / n - normalised * (g * normalised).sum(axis=0) / n) / std
    return dx, (dout * normalised).sum(axis=0), dout.sum(axis=0)
