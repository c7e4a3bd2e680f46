"""Every gradient by trying out every entry.

task: conv_backward
says: trying out every entry
"""

import numpy as np


def conv_forward(x, w, b, conv_param):
    padding = ((0, 0), (0, 0), *[[conv_param["pad"]] * 2] * 2)
    views = windows(np.pad(x, padding), *w.shape[2:], conv_param["stride"])
    out = np.tensordot(views, w, axes=([1, 4, 5], [1, 2, 3])) + b
    return out.transpose(0, 3, 1, 2), (x, w, b, conv_param)


def conv_backward(dout, cache):
    *arrays, conv_param = cache
    gradients = []
    for array in arrays:
        gradient = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            old = array[index]
            array[index] = old + 0.5
            above = conv_forward(*arrays, conv_param)[0]
            array[index] = old - 0.5
            gradient[index] = np.sum((above - conv_forward(*arrays, conv_param)[0]) * dout)
            array[index] = old
        gradients.append(gradient)
    return tuple(gradients)
