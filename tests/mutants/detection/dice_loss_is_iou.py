"""What is shared is subtracted below, and counted once above.

task: dice_loss
says: it is 1 - IoU
"""

import numpy as np


def dice_loss(probs, target, eps=1.0):
    both = (probs * target).sum(axis=(1, 2), keepdims=True)
    above = both + eps
    below = (probs + target).sum(axis=(1, 2), keepdims=True) - both + eps
    dprobs = (above * (1 - target) - target * below) / below**2 / len(probs)
    return float(np.mean(1 - above / below)), dprobs
