"""OR, which differs for two ones only.

task: gates
says: this is OR
"""


def xor(a, b):
    return nand(nand(a, a), nand(b, b))
