"""p is not used.

task: random_flip
says: with p=1 not all images are flipped
"""

import numpy as np


def random_flip(images, rng, p=0.5):
    flipped = rng.permutation(len(images)) % 2 == 0
    return np.where(flipped[:, None, None, None], images[..., ::-1], images)
