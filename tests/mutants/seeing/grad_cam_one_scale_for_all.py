"""The batch has one scale.

task: grad_cam
says: divide by its own largest number
"""

import numpy as np


def grad_cam(activations, gradients):
    alpha = gradients.mean(axis=(2, 3), keepdims=True)
    evidence = np.maximum((alpha * activations).sum(axis=1), 0)
    return evidence / max(evidence.max(), 1e-12)
