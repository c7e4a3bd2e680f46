"""The weights keep the share of the step that was worked out last.

task: rnn
says: only the first step's share is kept
"""

import numpy as np


def rnn_backward(dh, cache):
    caches, x_shape, _ = cache
    dx, dstate = np.zeros(x_shape), 0
    for t in reversed(range(x_shape[1])):
        dx[:, t], dstate, dWx, dWh, db = rnn_step_backward(dh[:, t] + dstate, caches[t])
    return dx, dstate, dWx, dWh, db
