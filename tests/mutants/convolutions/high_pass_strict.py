"""Waves exactly at the cutoff stay.

task: high_pass
says: exactly at the cutoff
"""

import numpy as np


def high_pass(image, cutoff):
    height, width = image.shape
    down = np.rint(np.fft.fftfreq(height) * height)[:, None]
    across = np.rint(np.fft.fftfreq(width) * width)
    spectrum = np.fft.fft2(image)
    spectrum[np.hypot(down, across) < cutoff] = 0
    return np.fft.ifft2(spectrum).real
