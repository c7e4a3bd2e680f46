"""logvar taken for the logarithm of the standard deviation.

task: kl_divergence
says: not of the standard deviation
"""

import numpy as np


def kl_divergence(mu, logvar):
    return np.sum(mu**2 + np.exp(2 * logvar) - 2 * logvar - 1, axis=1) / 2
