"""A layer's own stride widens its own window.

task: receptive_field
says: only for the layers after it
"""


def receptive_field(layers):
    field, jump = 1, 1
    for kernel, stride in layers:
        jump *= stride
        field += (kernel - 1) * jump
    return field
