"""Negative evidence counts as positive.

task: grad_cam
says: not the absolute value
"""

import numpy as np


def grad_cam(activations, gradients):
    alpha = gradients.mean(axis=(2, 3), keepdims=True)
    evidence = np.abs((alpha * activations).sum(axis=1))
    most = evidence.max(axis=(1, 2), keepdims=True)
    return evidence / np.where(most > 0, most, 1)
