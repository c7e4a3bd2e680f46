"""reshape(-1, C) without moving the channels to the end.

task: spatial_batchnorm
says: mixes the channels up
"""


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    out, cache = batchnorm_forward(x.reshape(-1, x.shape[1]), gamma, beta, bn_param)
    return out.reshape(x.shape), cache
