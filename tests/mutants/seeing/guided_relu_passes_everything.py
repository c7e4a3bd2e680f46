"""Nothing is held back.

task: guided_relu
says: everything goes down
"""


def guided_relu_backward(dout, cache):
    return dout.copy()
