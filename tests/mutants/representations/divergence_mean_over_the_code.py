"""The mean over the numbers of a code.

task: kl_divergence
says: it is the mean over the code
"""

import numpy as np


def kl_divergence(mu, logvar):
    return np.mean(mu**2 + np.exp(logvar) - logvar - 1, axis=1) / 2
