"""The square root is forgotten.

task: sobel_edges
says: square root is missing
"""

import numpy as np


def sobel_edges(image):
    kernel = np.outer([1.0, 2.0, 1.0], [-1.0, 0.0, 1.0])
    return correlate2d(image, kernel) ** 2 + correlate2d(image, kernel.T) ** 2
