"""Frequencies in cycles per pixel are compared with a cutoff in cycles per image.

task: high_pass
says: cycles per image
"""

import numpy as np


def high_pass(image, cutoff):
    height, width = image.shape
    down = np.fft.fftfreq(height)[:, None]
    across = np.fft.fftfreq(width)
    spectrum = np.fft.fft2(image)
    spectrum[np.hypot(down, across) <= cutoff] = 0
    return np.fft.ifft2(spectrum).real
