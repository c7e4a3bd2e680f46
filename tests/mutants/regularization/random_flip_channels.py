"""The channels are flipped.

task: random_flip
says: the channels are flipped
"""

import numpy as np


def random_flip(images, rng, p=0.5):
    flipped = rng.random(len(images)) < p
    return np.where(flipped[:, None, None, None], images[:, ::-1], images)
