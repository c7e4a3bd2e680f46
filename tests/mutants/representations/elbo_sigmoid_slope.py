"""The sigmoid's slope is multiplied in, though it cancels.

task: elbo_loss
says: own slope cancels
"""

import numpy as np


def elbo_loss(x, logits, mu, logvar, beta=1.0):
    n = len(x)
    lit = (1 + np.tanh(logits / 2)) / 2
    pixels = np.sum(np.logaddexp(0, logits) - x * logits)
    loss = (pixels + beta * np.sum(kl_divergence(mu, logvar))) / n
    dlogits = (lit - x) * lit * (1 - lit) / n
    return loss, dlogits, beta * mu / n, beta * (np.exp(logvar) - 1) / (2 * n)
