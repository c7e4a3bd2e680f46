"""One sum over all images.

task: dice_loss
says: each image has sums of its own
"""


def dice_loss(probs, target, eps=1.0):
    above = 2 * (probs * target).sum() + eps
    below = probs.sum() + target.sum() + eps
    return float(1 - above / below), (above - 2 * target * below) / below**2
