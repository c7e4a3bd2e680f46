"""Running values follow in test mode too.

task: batchnorm_forward
says: only training changes it
"""

import numpy as np


def batchnorm_forward(x, gamma, beta, bn_param):
    eps, momentum = bn_param["eps"], bn_param["momentum"]
    if True:
        mean, var = x.mean(axis=0), x.var(axis=0)
        old = bn_param["running_mean"], bn_param["running_var"]
        bn_param["running_mean"] = momentum * bn_param["running_mean"] + (1 - momentum) * mean
        bn_param["running_var"] = momentum * bn_param["running_var"] + (1 - momentum) * var
    if bn_param["mode"] == "test":
        mean, var = old
    std = np.sqrt(var + eps)
    normalised = (x - mean) / std
    return gamma * normalised + beta, (normalised, gamma, std)
