"""Padding is counted once, not on both sides.

task: output_size
says: both sides
"""


def output_size(size, kernel, stride=1, padding="valid"):
    if min(size, kernel, stride) < 1:
        raise ValueError("too small")
    if padding == "same":
        return -(-size // stride)
    padded = size + (0 if padding == "valid" else padding)
    if kernel > padded:
        raise ValueError("does not fit")
    return (padded - kernel) // stride + 1
