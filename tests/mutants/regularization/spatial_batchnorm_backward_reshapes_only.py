"""The gradient's channels are not moved to the end.

task: spatial_batchnorm
says: dx for x
"""


def spatial_batchnorm_backward(dout, cache):
    dx, dgamma, dbeta = batchnorm_backward(dout.reshape(-1, dout.shape[1]), cache)
    return dx.reshape(dout.shape), dgamma, dbeta
