"""Only lit pixels pay.

task: elbo_loss
says: dark pixels are forgotten
"""

import numpy as np


def elbo_loss(x, logits, mu, logvar, beta=1.0):
    n = len(x)
    lit = (1 + np.tanh(logits / 2)) / 2
    pixels = np.sum(x * np.logaddexp(0, -logits))
    loss = (pixels + beta * np.sum(kl_divergence(mu, logvar))) / n
    return loss, (lit - x) / n, beta * mu / n, beta * (np.exp(logvar) - 1) / (2 * n)
