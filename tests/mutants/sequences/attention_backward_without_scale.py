"""The division by sqrt(D) is forgotten on the way back.

task: attention
says: the gradient is not divided by sqrt(D)
"""

import numpy as np


def attention_backward(dout, cache):
    q, k, v, p = cache
    dp = dout @ v.transpose(0, 2, 1)
    ds = p * (dp - np.sum(p * dp, axis=2, keepdims=True))
    return ds @ k, ds.transpose(0, 2, 1) @ q, p.transpose(0, 2, 1) @ dout
