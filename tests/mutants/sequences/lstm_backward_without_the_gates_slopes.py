"""The sigmoids' slopes are forgotten.

task: lstm_step
says: the slopes of the gates are missing
"""

import numpy as np


def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, shown = cache
    dc = dnext_c + dnext_h * o * (1 - shown**2)
    da = np.concatenate([dc * g, dc * prev_c, dnext_h * shown, dc * i], axis=1)
    return da @ Wx.T, da @ Wh.T, dc * f, x.T @ da, prev_h.T @ da, da.sum(axis=0)
