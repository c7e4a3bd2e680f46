"""eps is written into the code.

task: batchnorm_forward
says: eps is always 1e-5
"""

import numpy as np


def batchnorm_forward(x, gamma, beta, bn_param):
    eps, momentum = 1e-5, bn_param["momentum"]
    if bn_param["mode"] == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        bn_param["running_mean"] = momentum * bn_param["running_mean"] + (1 - momentum) * mean
        bn_param["running_var"] = momentum * bn_param["running_var"] + (1 - momentum) * var
    else:
        mean, var = bn_param["running_mean"], bn_param["running_var"]
    std = np.sqrt(var + eps)
    normalised = (x - mean) / std
    return gamma * normalised + beta, (normalised, gamma, std)
