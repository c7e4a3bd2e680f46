"""Negative evidence is kept.

task: grad_cam
says: what speaks against the class is below 0
"""

import numpy as np


def grad_cam(activations, gradients):
    alpha = gradients.mean(axis=(2, 3), keepdims=True)
    evidence = (alpha * activations).sum(axis=1)
    most = evidence.max(axis=(1, 2), keepdims=True)
    return evidence / np.where(most > 0, most, 1)
