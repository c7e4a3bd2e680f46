"""dgamma uses the output in place of the normalised x.

task: batchnorm_backward
says: dgamma
"""


def batchnorm_backward(dout, cache):
    normalised, gamma, std = cache
    g = gamma * dout
    dx = (g - g.mean(axis=0) - normalised * (g * normalised).mean(axis=0)) / std
    return dx, (dout * normalised * gamma).sum(axis=0), dout.sum(axis=0)
