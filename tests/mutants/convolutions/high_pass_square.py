"""A square of frequencies is removed, not a disc.

task: high_pass
says: a circle goes
"""

import numpy as np


def high_pass(image, cutoff):
    height, width = image.shape
    down = np.rint(np.fft.fftfreq(height) * height)[:, None]
    across = np.rint(np.fft.fftfreq(width) * width)
    spectrum = np.fft.fft2(image)
    spectrum[np.maximum(abs(down), abs(across)) <= cutoff] = 0
    return np.fft.ifft2(spectrum).real
