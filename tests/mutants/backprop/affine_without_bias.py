"""The bias is left out.

task: affine
says: b is missing
"""


def affine_forward(x, w, b):
    return x.reshape(len(x), -1) @ w, (x, w)
