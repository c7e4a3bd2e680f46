"""p is taken for the probability of keeping.

task: random_flip
says: with p=1 not all images are flipped
"""

import numpy as np


def random_flip(images, rng, p=0.5):
    flipped = rng.random(len(images)) > p
    return np.where(flipped[:, None, None, None], images[..., ::-1], images)
