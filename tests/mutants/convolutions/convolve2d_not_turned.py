"""Correlation under another name.

task: convolve2d
says: the kernel is not turned
"""


def convolve2d(image, kernel):
    return correlate2d(image, kernel)
