"""Nothing goes from a step to the one before it.

task: rnn
says: nothing goes from a step to the one before it
"""

import numpy as np


def rnn_backward(dh, cache):
    caches, x_shape, _ = cache
    dx, total = np.zeros(x_shape), [0, 0, 0]
    for t in reversed(range(x_shape[1])):
        dx[:, t], dstate, *shares = rnn_step_backward(dh[:, t], caches[t])
        total = [a + b for a, b in zip(total, shares)]
    return dx, dstate, *total
