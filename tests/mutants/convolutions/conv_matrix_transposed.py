"""One column for each place and one row for each pixel.

task: conv_matrix
says: is it transposed?
"""

import numpy as np


def conv_matrix(kernel, height, width):
    columns = []
    for pixel in np.eye(height * width):
        columns.append(correlate2d(pixel.reshape(height, width), kernel).ravel())
    return np.array(columns)
