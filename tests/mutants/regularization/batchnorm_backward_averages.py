"""dgamma and dbeta are means over the batch.

task: batchnorm_backward
says: do not average
"""


def batchnorm_backward(dout, cache):
    normalised, gamma, std = cache
    g = gamma * dout
    dx = (g - g.mean(axis=0) - normalised * (g * normalised).mean(axis=0)) / std
    return dx, (dout * normalised).mean(axis=0), dout.mean(axis=0)
