"""The window's sum in place of its mean.

task: avg_pool
says: it is the sum
"""


def avg_pool_forward(x, pool_param):
    height, width, stride = (pool_param[key] for key in ("pool_height", "pool_width", "stride"))
    return windows(x, height, width, stride).sum(axis=(4, 5)), (x.shape, height, width, stride)
