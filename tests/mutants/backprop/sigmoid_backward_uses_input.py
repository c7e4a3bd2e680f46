"""x (1 - x) with the input for the output.

task: activations
says: not with x itself
"""


def sigmoid_forward(x):
    return sigmoid(x), x


def sigmoid_backward(dout, cache):
    return dout * cache * (1 - cache)
