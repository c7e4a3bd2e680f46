"""The standard deviation is forgotten.

task: reparameterise
says: the standard deviation is missing
"""


def reparameterise_backward(dz, logvar, eps):
    return dz.copy(), dz * eps / 2
