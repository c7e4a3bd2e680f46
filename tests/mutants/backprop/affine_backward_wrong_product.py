"""dw is multiplied the wrong way round.

task: affine
says: transposed
"""


def affine_backward(dout, cache):
    x, w = cache
    return (dout @ w.T).reshape(x.shape), dout.T @ x.reshape(len(x), -1), dout.sum(axis=0)
