"""The seeing reference against torch: autograd, its pooling, its network."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from lightning_modules.models.lenet import LeNet
from lightning_modules.visualisation.grad_cam import grad_cam
from lightning_modules.visualisation.recording import recording
from lightning_modules.visualisation.saliency import saliency
from tests.assignments.references import load_reference


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    return load_reference("seeing")


seeds = st.integers(0, 10**6)
few = st.integers(1, 3)


def tensor(seed: int, *shape: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True)


def test_maps_of_a_network_agree_with_the_course_s_own(reference) -> None:
    torch.manual_seed(0)
    model, x = LeNet().eval(), torch.randn(3, 1, 28, 28, requires_grad=True)
    layer = next(
        name for name, child in reversed([*model.named_modules()]) if "Conv2d" in repr(type(child))
    )
    with recording(model, layer) as kept:
        score = model(x)[:, 5].sum()
    by_maps, by_pixels = torch.autograd.grad(score, [kept[layer], x])
    ours = reference.grad_cam(kept[layer].detach().numpy(), by_maps.numpy())
    # the course's own is enlarged to the size of the images before it is scaled
    enlarged = F.interpolate(torch.tensor(ours)[:, None], (28, 28), mode="bilinear")[:, 0]
    enlarged = enlarged / enlarged.amax((1, 2), keepdim=True).clamp(min=1e-12)
    np.testing.assert_allclose(enlarged, grad_cam(model, layer, x, 5), atol=1e-5)
    found = reference.saliency_map(by_pixels.numpy())
    np.testing.assert_allclose(found, saliency(model, x, 5), atol=1e-6)


@settings(deadline=None, max_examples=15)
@given(seeds, few, few)
def test_guided_relu_is_a_gradient_rectified(reference, seed, n, c) -> None:
    x, dout = tensor(seed, n, c, 4), tensor(seed + 1, n, c, 4).detach()
    out = x.relu()
    out.backward(dout)
    got, cache = reference.guided_relu_forward(x.detach().numpy())
    np.testing.assert_array_equal(got, out.detach())
    assert x.grad is not None
    np.testing.assert_array_equal(
        reference.guided_relu_backward(dout.numpy(), cache), x.grad.relu()
    )


@settings(deadline=None, max_examples=15)
@given(seeds, few, few, st.integers(3, 7), st.integers(3, 7), st.integers(1, 3))
def test_deconv_unpool_is_the_gradient_of_pooling(
    reference, seed, n, c, height, width, stride
) -> None:
    x = tensor(seed, n, c, height, width)
    out, switches = F.max_pool2d_with_indices(x, (3, 3), stride)
    dout = tensor(seed + 1, *out.shape).detach()
    out.backward(dout)
    got = reference.deconv_unpool(dout.numpy(), switches.numpy(), (height, width))
    np.testing.assert_allclose(got, x.grad, atol=1e-12)


@settings(deadline=None, max_examples=15)
@given(seeds, st.integers(1, 4), st.integers(1, 3), st.integers(0, 2))
def test_a_patch_is_what_the_answer_depends_on(reference, seed, kernel, stride, pad) -> None:
    pad = min(pad, kernel - 1)
    x = tensor(seed, 1, 1, 11, 9)
    maps = F.conv2d(x, torch.ones(1, 1, kernel, kernel, dtype=x.dtype), stride=stride, padding=pad)
    (box,) = reference.top_patches(maps[0, 0].detach().numpy(), 1, kernel, stride, pad)
    maps.max().backward()
    assert x.grad is not None
    rows, columns = np.nonzero(x.grad[0, 0].numpy())
    seen = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    assert seen == (max(box[0], 0), max(box[1], 0), min(box[2], 9), min(box[3], 11))


@settings(deadline=None, max_examples=15)
@given(seeds, few, st.integers(1, 5), st.integers(1, 5))
def test_total_variation_agrees_with_autograd(reference, seed, c, height, width) -> None:
    x = tensor(seed, c, height, width)
    right = x.diff(dim=1).square().sum() + x.diff(dim=2).square().sum()
    right.backward()
    loss, grad = reference.total_variation(x.detach().numpy())
    np.testing.assert_allclose(loss, right.item())
    np.testing.assert_allclose(grad, x.grad, atol=1e-12)


@settings(deadline=None, max_examples=15)
@given(seeds, st.floats(1e-3, 1e3), st.floats(0.01, 1))
def test_a_step_of_a_dream_has_its_size_and_direction(reference, seed, scale, size) -> None:
    image, grad = (tensor(seed + k, 2, 3, 4).detach().numpy() for k in (0, 1))
    step = reference.deep_dream_step(image, scale * grad, size, -1e6, 1e6) - image
    np.testing.assert_allclose(np.abs(step).mean(), size)
    np.testing.assert_allclose(np.corrcoef(step.ravel(), grad.ravel())[0, 1], 1)
    assert np.ptp(reference.deep_dream_step(image, scale * grad, size, -0.1, 0.1)) <= 0.2
