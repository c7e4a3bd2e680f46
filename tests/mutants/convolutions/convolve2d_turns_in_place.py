"""The caller's kernel is turned.

task: convolve2d
says: kernel was changed
"""


def convolve2d(image, kernel):
    if kernel.shape[0] > image.shape[0] or kernel.shape[1] > image.shape[1]:
        raise ValueError("the kernel is larger than the image")
    kernel[:] = kernel[::-1, ::-1].copy()
    return correlate2d(image, kernel)
