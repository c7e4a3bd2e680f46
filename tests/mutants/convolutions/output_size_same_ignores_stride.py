""" "same" returns the size of the input at any stride.

task: output_size
says: the stride has no effect
"""


def output_size(size, kernel, stride=1, padding="valid"):
    if min(size, kernel, stride) < 1:
        raise ValueError("too small")
    if padding == "same":
        return size
    padded = size + 2 * (0 if padding == "valid" else padding)
    if kernel > padded:
        raise ValueError("does not fit")
    return (padded - kernel) // stride + 1
