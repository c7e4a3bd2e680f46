"""The batches are made equally long.

task: minibatches
says: have sizes
"""

import numpy as np


def minibatches(num_examples, batch_size, seed):
    order = np.random.default_rng(seed).permutation(num_examples)
    return np.array_split(order, -(-num_examples // batch_size))
