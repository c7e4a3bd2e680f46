"""The derivative of exp(logvar / 2) without its factor.

task: reparameterise
says: has a factor of 1/2
"""

import numpy as np


def reparameterise_backward(dz, logvar, eps):
    return dz.copy(), dz * eps * np.exp(logvar / 2)
