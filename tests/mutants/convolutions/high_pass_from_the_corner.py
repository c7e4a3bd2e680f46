"""The index in the spectrum is taken for the frequency: negative ones count as fast.

task: high_pass
says: negative ones
"""

import numpy as np


def high_pass(image, cutoff):
    height, width = image.shape
    down = np.arange(height)[:, None]
    across = np.arange(width)
    spectrum = np.fft.fft2(image)
    spectrum[np.hypot(down, across) <= cutoff] = 0
    return np.fft.ifft2(spectrum).real
