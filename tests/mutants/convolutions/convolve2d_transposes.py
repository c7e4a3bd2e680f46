"""The kernel is transposed in place of turned.

task: convolve2d
says: transposed
"""


def convolve2d(image, kernel):
    return correlate2d(image, kernel.T)
