"""The result is reshaped, not transposed back.

task: spatial_batchnorm
says: entries differ
"""


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    rows = x.transpose(0, 2, 3, 1)
    out, cache = batchnorm_forward(rows.reshape(-1, x.shape[1]), gamma, beta, bn_param)
    return out.reshape(x.shape), cache
