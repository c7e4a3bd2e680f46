"""The logarithm of a probability that is 0.

task: elbo_loss
says: no logarithm of 0
"""

import numpy as np


def elbo_loss(x, logits, mu, logvar, beta=1.0):
    n = len(x)
    lit = 1 / (1 + np.exp(-logits))
    pixels = -np.sum(x * np.log(lit) + (1 - x) * np.log(1 - lit))
    loss = (pixels + beta * np.sum(kl_divergence(mu, logvar))) / n
    return loss, (lit - x) / n, beta * mu / n, beta * (np.exp(logvar) - 1) / (2 * n)
