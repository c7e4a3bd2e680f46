"""Hidden units are ReLUs.

task: mlp_forward
says: hidden units are ReLUs
"""

import numpy as np


def mlp_forward(X, params):
    hidden, num_layers = X, len(params) // 2
    for layer in range(1, num_layers + 1):
        scores = hidden @ params[f"W{layer}"] + params[f"b{layer}"]
        hidden = np.maximum(scores, 0)
    return scores
