"""The caller's array is overwritten.

task: activations
says: x was changed
"""


def relu_forward(x):
    active = x > 0
    x[~active] = 0
    return x, active
