"""dout is not multiplied by gamma.

task: batchnorm_backward
says: gamma is missing
"""


def batchnorm_backward(dout, cache):
    normalised, gamma, std = cache
    g = dout
    dx = (g - g.mean(axis=0) - normalised * (g * normalised).mean(axis=0)) / std
    return dx, (dout * normalised).sum(axis=0), dout.sum(axis=0)
