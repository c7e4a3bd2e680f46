"""The sigmoid is applied to its own output on the way back.

task: activations
says: applied twice
"""


def sigmoid_backward(dout, cache):
    s = sigmoid(cache)
    return dout * s * (1 - s)
