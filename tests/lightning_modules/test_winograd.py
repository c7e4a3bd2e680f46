"""Winograd's convolution against PyTorch's own."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from lightning_modules.models import winograd
from lightning_modules.models.winograd import WinogradConv2d, conv3x3


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.tuples(*[st.integers(1, high) for high in (5, 3, 11, 11, 4)]),
    tiles=st.integers(1, 20),
    channels_last=st.booleans(),
)
def test_the_numbers_and_gradients_of_conv2d(sizes, tiles, channels_last):
    n, channels, height, width, out = sizes
    generator = torch.Generator().manual_seed(0)
    draw = lambda *shape: torch.randn(*shape, generator=generator, dtype=torch.float64)  # noqa: E731
    x, weight = draw(n, channels, height, width), draw(out, channels, 3, 3)
    if channels_last:
        x = x.contiguous(memory_format=torch.channels_last)
    upstream = draw(n, out, height, width)
    results = []
    at_a_time, winograd.TILES = winograd.TILES, tiles  # one piece or many: no number changes
    try:
        for conv in (conv3x3, lambda x, weight: F.conv2d(x, weight, padding=1)):
            leaves = [leaf.clone().requires_grad_() for leaf in (x, weight)]
            y = conv(*leaves)
            results.append([y, *torch.autograd.grad(y, leaves, upstream)])
    finally:
        winograd.TILES = at_a_time
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-10)


def test_single_precision_is_close_enough_to_train_with():
    torch.manual_seed(0)
    x, weight = torch.randn(8, 256, 7, 7), torch.randn(256, 256, 3, 3)
    exact = F.conv2d(x.double(), weight.double(), padding=1)
    error = (conv3x3(x, weight).double() - exact).abs().max() / exact.std()
    assert error < 1e-4


def test_it_takes_the_place_of_a_conv2d():
    ours, theirs = WinogradConv2d(3, 5), torch.nn.Conv2d(3, 5, 3, padding=1, bias=False)
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(2, 3, 9, 9)
    torch.testing.assert_close(ours(x), theirs(x), rtol=1e-4, atol=1e-5)
    assert ours(x).is_contiguous(memory_format=torch.channels_last)
