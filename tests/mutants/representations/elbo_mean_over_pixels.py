"""The mean over the pixels, too.

task: elbo_loss
says: it is the mean over the pixels
"""

import numpy as np


def elbo_loss(x, logits, mu, logvar, beta=1.0):
    n = len(x)
    lit = (1 + np.tanh(logits / 2)) / 2
    loss = np.mean(np.logaddexp(0, logits) - x * logits)
    loss = loss + beta * np.sum(kl_divergence(mu, logvar)) / n
    return loss, (lit - x) / x.size, beta * mu / n, beta * (np.exp(logvar) - 1) / (2 * n)
