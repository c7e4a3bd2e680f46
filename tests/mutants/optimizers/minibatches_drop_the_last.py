"""Examples that do not fill a batch are dropped.

task: minibatches
says: never appear
"""

import numpy as np


def minibatches(num_examples, batch_size, seed):
    order = np.random.default_rng(seed).permutation(num_examples)
    return [order[i * batch_size : (i + 1) * batch_size] for i in range(num_examples // batch_size)]
