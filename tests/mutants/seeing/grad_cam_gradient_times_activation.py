"""Gradients are not averaged over the places.

task: grad_cam
says: this is gradient times activation
"""

import numpy as np


def grad_cam(activations, gradients):
    evidence = np.maximum((gradients * activations).sum(axis=1), 0)
    most = evidence.max(axis=(1, 2), keepdims=True)
    return evidence / np.where(most > 0, most, 1)
