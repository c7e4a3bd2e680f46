"""np.roll: what leaves on one side comes back on the other.

task: random_crop
says: comes back on the other
"""

import numpy as np


def random_crop(images, rng, pad):
    shifts = rng.integers(-pad, pad + 1, (len(images), 2))
    return np.array([np.roll(x, s, axis=(1, 2)) for x, s in zip(images, shifts)])
