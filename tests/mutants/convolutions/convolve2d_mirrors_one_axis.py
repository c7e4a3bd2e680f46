"""The kernel is mirrored left to right only.

task: convolve2d
says: one axis only
"""


def convolve2d(image, kernel):
    return correlate2d(image, kernel[:, ::-1])
