"""Nothing is shuffled.

task: minibatches
says: shuffle them
"""

import numpy as np


def minibatches(num_examples, batch_size, seed):
    return [
        np.arange(start, min(start + batch_size, num_examples))
        for start in range(0, num_examples, batch_size)
    ]
