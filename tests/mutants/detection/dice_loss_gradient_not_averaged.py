"""The mean over the images is missing in the gradient.

task: dice_loss
says: so the gradient is divided by N
"""

import numpy as np


def dice_loss(probs, target, eps=1.0):
    above = 2 * (probs * target).sum(axis=(1, 2), keepdims=True) + eps
    below = probs.sum(axis=(1, 2), keepdims=True) + target.sum(axis=(1, 2), keepdims=True) + eps
    return float(np.mean(1 - above / below)), (above - 2 * target * below) / below**2
