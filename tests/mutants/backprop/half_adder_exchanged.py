"""The carry comes first.

task: gates
says: exchanged
"""


def half_adder(a, b):
    n = nand(a, b)
    return nand(n, n), xor(a, b)
