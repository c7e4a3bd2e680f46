"""Brightness has no limits.

task: deep_dream_step
says: nothing is clipped
"""

import numpy as np


def deep_dream_step(image, grad, step_size, low=0.0, high=1.0):
    mean = np.abs(grad).mean()
    return image + step_size * grad / (mean if mean > 0 else 1)
