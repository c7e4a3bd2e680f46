"""dh collects what comes from later steps.

task: rnn
says: the argument dh was changed
"""

import numpy as np


def rnn_backward(dh, cache):
    caches, x_shape, _ = cache
    dx, total = np.zeros(x_shape), [0, 0, 0]
    for t in reversed(range(x_shape[1])):
        dx[:, t], dstate, *shares = rnn_step_backward(dh[:, t], caches[t])
        if t:
            dh[:, t - 1] += dstate
        total = [a + b for a, b in zip(total, shares)]
    return dx, dstate, *total
