"""Every batch is drawn anew from all examples.

task: minibatches
says: never appear
"""

import numpy as np


def minibatches(num_examples, batch_size, seed):
    rng = np.random.default_rng(seed)
    batches = -(-num_examples // batch_size)
    return [rng.integers(0, num_examples, batch_size) for _ in range(batches)]
