"""The last place is not counted.

task: output_size
says: the + 1 is missing
"""


def output_size(size, kernel, stride=1, padding="valid"):
    if min(size, kernel, stride) < 1:
        raise ValueError("too small")
    if padding == "same":
        return -(-size // stride)
    padded = size + 2 * (0 if padding == "valid" else padding)
    if kernel > padded:
        raise ValueError("does not fit")
    return (padded - kernel) // stride
