"""The rows hold the turned kernel.

task: conv_matrix
says: it turns the kernel
"""

import numpy as np


def conv_matrix(kernel, height, width):
    columns = []
    for pixel in np.eye(height * width):
        columns.append(convolve2d(pixel.reshape(height, width), kernel).ravel())
    return np.array(columns).T
