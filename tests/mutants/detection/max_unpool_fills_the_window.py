"""The value is repeated all over its window.

task: max_unpool
says: only one place gets the value
"""


def max_unpool(x, switches, shape):
    rows, columns = shape[0] // x.shape[2], shape[1] // x.shape[3]
    return x.repeat(rows, axis=2).repeat(columns, axis=3)
