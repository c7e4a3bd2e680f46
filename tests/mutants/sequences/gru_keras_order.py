"""The update gate's block comes first, as in Keras.

task: gru_step
says: the order z, r, n
"""

import numpy as np


def gru_step_forward(x, prev_h, Wx, Wh, b):
    xz, xr, xn = np.split(x @ Wx + b, 3, axis=1)
    hz, hr, hn = np.split(prev_h @ Wh, 3, axis=1)
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    return (1 - z) * np.tanh(xn + r * hn) + z * prev_h, None
