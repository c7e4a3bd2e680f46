"""The 1 / N of the mean and of the variance are forgotten on the way back.

task: batchnorm_backward
says: a plain sum stands there
"""


def batchnorm_backward(dout, cache):
    normalised, gamma, std = cache
    g = gamma * dout
    dx = (g - g.sum(axis=0) - normalised * (g * normalised).sum(axis=0)) / std
    return dx, (dout * normalised).sum(axis=0), dout.sum(axis=0)
