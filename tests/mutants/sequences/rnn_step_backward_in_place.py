"""dnext_h is multiplied where it stands.

task: rnn_step
says: the argument dnext_h was changed
"""


def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    da = dnext_h
    da *= 1 - next_h**2
    return da @ Wx.T, da @ Wh.T, x.T @ da, prev_h.T @ da, da.sum(axis=0)
