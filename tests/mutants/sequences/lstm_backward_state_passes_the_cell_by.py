"""What comes from the state reaches the output gate alone.

task: lstm_step
says: what comes from next_h does not reach the cell
"""

import numpy as np


def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, shown = cache
    dc = dnext_c
    parts = [dc * g * i * (1 - i), dc * prev_c * f * (1 - f)]
    parts += [dnext_h * shown * o * (1 - o), dc * i * (1 - g**2)]
    da = np.concatenate(parts, axis=1)
    return da @ Wx.T, da @ Wh.T, dc * f, x.T @ da, prev_h.T @ da, da.sum(axis=0)
