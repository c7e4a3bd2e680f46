"""A kernel that does not fit gives a size of 0 or less.

task: output_size
says: raise ValueError
"""


def output_size(size, kernel, stride=1, padding="valid"):
    if padding == "same":
        return -(-size // stride)
    return (size + 2 * (0 if padding == "valid" else padding) - kernel) // stride + 1
