"""The sign of logvar.

task: kl_divergence
says: logvar is to be subtracted
"""

import numpy as np


def kl_divergence(mu, logvar):
    return np.sum(mu**2 + np.exp(logvar) + logvar - 1, axis=1) / 2
