"""The fast CIFAR-10 recipe: whitening, its network, and Muon."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from lightning_modules.models.cifar_net import CifarNet, whiten
from lightning_modules.optim.muon import Muon, orthogonalise

SMALL = (8, 16, 16)


def test_as_many_parameters_as_published() -> None:
    trainable = sum(p.numel() for p in CifarNet().parameters() if p.requires_grad)
    assert round(trainable / 1e6, 2) == 1.97


def test_whitened_patches_are_uncorrelated_and_of_unit_variance() -> None:
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(64, 3, 16, 16, generator=generator)
    images = F.avg_pool2d(noise, 3, stride=1) * torch.tensor([1.0, 2.0, 0.5]).view(3, 1, 1)
    net = CifarNet(SMALL)
    whiten(net.whiten, images, eps=0.0)
    out = net.whiten(images).transpose(0, 1).flatten(1).double()  # (24, N L)
    half = len(out) // 2
    torch.testing.assert_close(out[half:], -out[:half])
    second_moments = out[:half] @ out[:half].T / out.shape[1]
    torch.testing.assert_close(
        second_moments, torch.eye(half, dtype=torch.double), atol=1e-3, rtol=0
    )


def test_convolutions_begin_as_identities() -> None:
    block = CifarNet(SMALL).blocks[1]
    x = torch.randn(2, 8, 6, 6)
    torch.testing.assert_close(block.conv1(x)[:, :8], x)


def test_evaluation_averages_views() -> None:
    """The answer for an image and for its mirror image are one; moved views count half."""
    torch.manual_seed(0)
    x = torch.randn(2, 3, 32, 32)
    net = CifarNet(SMALL, views=2).eval()
    torch.testing.assert_close(net(x), (net.logits(x) + net.logits(x.flip(3))) / 2)
    mirrored = net(x)
    up_left, down_right = (
        torch.roll(F.pad(x, (1, 1, 1, 1), mode="reflect"), (step, step), (2, 3))[..., 1:33, 1:33]
        for step in (1, -1)
    )
    expected = mirrored / 2 + net(up_left) / 4 + net(down_right) / 4
    net.views = 6
    torch.testing.assert_close(net(x), expected)
    net.views = 1
    torch.testing.assert_close(net(x), net.logits(x))


@pytest.mark.parametrize("shape", [(16, 40), (40, 16), (1, 9)])
def test_singular_values_come_near_one(shape: tuple[int, int]) -> None:
    g = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    found = orthogonalise(g)
    u, _, v = torch.linalg.svd(g, full_matrices=False)
    singular = torch.linalg.svdvals(found)
    assert singular.max() < 1.3
    assert singular.median() > 0.5
    assert F.cosine_similarity(found.flatten(), (u @ v).flatten(), dim=0) > 0.9


def test_muon_moves_filters_orthogonally_and_the_rest_by_nesterov() -> None:
    torch.manual_seed(0)
    filters, bias = (torch.nn.Parameter(torch.randn(shape)) for shape in ((4, 3, 3, 3), (5,)))
    nesterov = torch.nn.Parameter(bias.detach().clone())
    ours = Muon([filters, bias], lr=0.1, other_lr=0.5, other_momentum=0.9)
    torchs = torch.optim.SGD([nesterov], lr=0.05, momentum=0.9, nesterov=True)
    for _ in range(3):
        before = filters.detach().clone()
        for p in (filters, bias):
            p.grad = torch.randn_like(p)
        nesterov.grad = bias.grad
        ours.step()
        torchs.step()
        moved = filters.detach() - before * (4**0.5 / before.norm())
        singular = torch.linalg.svdvals(moved.flatten(1)) / 0.1
        assert singular.max() < 1.3
        assert singular.min() > 0.3
    torch.testing.assert_close(bias, nesterov)
