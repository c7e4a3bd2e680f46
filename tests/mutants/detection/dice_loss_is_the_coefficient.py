"""What should grow is called the loss.

task: dice_loss
says: the loss is 1 minus that
"""

import numpy as np


def dice_loss(probs, target, eps=1.0):
    above = 2 * (probs * target).sum(axis=(1, 2), keepdims=True) + eps
    below = probs.sum(axis=(1, 2), keepdims=True) + target.sum(axis=(1, 2), keepdims=True) + eps
    dprobs = (2 * target * below - above) / below**2 / len(probs)
    return float(np.mean(above / below)), dprobs
