"""True division: the size is no whole number.

task: output_size
says: whole places only
"""


def output_size(size, kernel, stride=1, padding="valid"):
    if min(size, kernel, stride) < 1:
        raise ValueError("too small")
    if padding == "same":
        return -(-size // stride)
    padded = size + 2 * (0 if padding == "valid" else padding)
    if kernel > padded:
        raise ValueError("does not fit")
    return (padded - kernel) / stride + 1
