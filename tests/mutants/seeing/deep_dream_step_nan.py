"""A gradient of 0 is divided by 0.

task: deep_dream_step
says: NaN
"""

import numpy as np


def deep_dream_step(image, grad, step_size, low=0.0, high=1.0):
    return np.clip(image + step_size * grad / np.abs(grad).mean(), low, high)
