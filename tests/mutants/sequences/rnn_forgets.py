"""Every step begins with h0.

task: rnn
says: the state is not handed on
"""

import numpy as np


def rnn_forward(x, h0, Wx, Wh, b):
    steps = [rnn_step_forward(x[:, t], h0, Wx, Wh, b) for t in range(x.shape[1])]
    h, caches = zip(*steps)
    return np.stack(h, axis=1), (list(caches), x.shape, Wx.shape)
