"""The map is not scaled.

task: grad_cam
says: nothing was divided
"""

import numpy as np


def grad_cam(activations, gradients):
    alpha = gradients.mean(axis=(2, 3), keepdims=True)
    return np.maximum((alpha * activations).sum(axis=1), 0)
