"""The gradient is not normalised.

task: deep_dream_step
says: divide by the mean size of the gradient
"""

import numpy as np


def deep_dream_step(image, grad, step_size, low=0.0, high=1.0):
    return np.clip(image + step_size * grad, low, high)
