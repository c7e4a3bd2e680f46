"""exp(z) for exp(-z).

task: sigmoid
says: sign in the exponent
"""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(z))
