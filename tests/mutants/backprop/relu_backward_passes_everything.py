"""The gradient is handed on as it came.

task: activations
says: passes everywhere
"""


def relu_backward(dout, cache):
    return dout.copy()
