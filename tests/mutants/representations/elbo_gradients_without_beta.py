"""beta is in the loss alone.

task: elbo_loss
says: beta has no effect
"""

import numpy as np


def elbo_loss(x, logits, mu, logvar, beta=1.0):
    n = len(x)
    lit = (1 + np.tanh(logits / 2)) / 2
    pixels = np.sum(np.logaddexp(0, logits) - x * logits)
    loss = (pixels + beta * np.sum(kl_divergence(mu, logvar))) / n
    return loss, (lit - x) / n, mu / n, (np.exp(logvar) - 1) / (2 * n)
