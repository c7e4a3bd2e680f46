"""Examples are normalised in place of features.

task: batchnorm_forward
says: take axis 0
"""

import numpy as np


def batchnorm_forward(x, gamma, beta, bn_param):
    eps, momentum = bn_param["eps"], bn_param["momentum"]
    if bn_param["mode"] == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        bn_param["running_mean"] = momentum * bn_param["running_mean"] + (1 - momentum) * mean
        bn_param["running_var"] = momentum * bn_param["running_var"] + (1 - momentum) * var
    else:
        mean, var = bn_param["running_mean"], bn_param["running_var"]
    std = np.sqrt(var + eps)
    normalised = (x - mean) / std
    if bn_param["mode"] == "train":
        normalised = (x - x.mean(axis=1)[:, None]) / np.sqrt(x.var(axis=1) + eps)[:, None]
    return gamma * normalised + beta, (normalised, gamma, std)
