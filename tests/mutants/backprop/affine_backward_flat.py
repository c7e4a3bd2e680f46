"""dx keeps the flattened shape.

task: affine
says: reshape
"""


def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)
