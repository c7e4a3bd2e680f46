"""The convolutions reference against torch: the answers that hidden tests call right."""

from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from tests.assignments.references import arrays, check, load_reference, tensors


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    return load_reference("convolutions")


sizes = st.integers(1, 3)
seeds = st.integers(0, 1000)
windows = st.tuples(st.integers(1, 4), st.integers(1, 4))
extra = st.tuples(st.integers(0, 4), st.integers(0, 4))


@settings(deadline=None, max_examples=15)
@given(seeds, sizes, sizes, sizes, windows, extra, st.integers(1, 3), st.integers(0, 2))
def test_layer_agrees_with_torch(reference, seed, n, c, f, kernel, more, stride, pad) -> None:
    size = [k + extra for k, extra in zip(kernel, more, strict=True)]
    x, w, b = tensors(seed, (n, c, *size), (f, c, *kernel), (f,))
    out = F.conv2d(x, w, b, stride=stride, padding=pad)
    got, cache = reference.conv_forward(*arrays(x, w, b), {"stride": stride, "pad": pad})
    check(got, out)
    (dout,) = tensors(seed + 1, tuple(out.shape))
    out.backward(dout)
    for gradient, value in zip(
        reference.conv_backward(*arrays(dout), cache), (x, w, b), strict=True
    ):
        check(gradient, value.grad)
    for axis in (0, 1):
        places = reference.output_size(size[axis], kernel[axis], stride, pad)
        assert places == out.shape[2 + axis]


@settings(deadline=None, max_examples=15)
@given(seeds, sizes, sizes, windows, extra, st.integers(1, 4), st.sampled_from(["max", "avg"]))
def test_pooling_agrees_with_torch(reference, seed, n, c, window, more, stride, kind) -> None:
    size = [k + extra for k, extra in zip(window, more, strict=True)]
    (x,) = tensors(seed, (n, c, *size))
    pool = {"max": F.max_pool2d, "avg": F.avg_pool2d}[kind]
    out = pool(x, window, stride)
    param = {"pool_height": window[0], "pool_width": window[1], "stride": stride}
    got, cache = getattr(reference, f"{kind}_pool_forward")(*arrays(x), param)
    check(got, out)
    (dout,) = tensors(seed + 1, tuple(out.shape))
    out.backward(dout)
    check(getattr(reference, f"{kind}_pool_backward")(*arrays(dout), cache), x.grad)


@settings(deadline=None, max_examples=30)
@given(seeds, windows, extra)
def test_correlation_and_its_matrix_agree_with_torch(reference, seed, kernel_size, more) -> None:
    size = [k + extra for k, extra in zip(kernel_size, more, strict=True)]
    image, kernel = tensors(seed, tuple(size), kernel_size)
    right = F.conv2d(image[None, None], kernel[None, None])[0, 0]
    check(reference.correlate2d(*arrays(image, kernel)), right)
    turned = F.conv2d(image[None, None], kernel.flip(0, 1)[None, None])[0, 0]
    check(reference.convolve2d(*arrays(image, kernel)), turned)
    matrix = reference.conv_matrix(*arrays(kernel), *size)
    check(matrix @ arrays(image)[0].ravel(), right.flatten())


@given(
    st.lists(
        st.integers(1, 3).flatmap(lambda s: st.tuples(st.integers(s, s + 3), st.just(s))),
        max_size=4,
    )
)
@settings(deadline=None, max_examples=30)
def test_receptive_field_is_where_the_gradient_is(reference, layers) -> None:
    length = 1
    for kernel, stride in reversed(layers):
        length = (length + 2) * stride + kernel
    x = torch.zeros(1, 1, length, dtype=torch.float64, requires_grad=True)
    out = x
    for kernel, stride in layers:
        out = F.conv1d(out, torch.ones(1, 1, kernel, dtype=torch.float64), stride=stride)
    out[0, 0, 0].backward()
    assert x.grad is not None
    assert reference.receptive_field(layers) == int(torch.count_nonzero(x.grad))


@settings(deadline=None, max_examples=30)
@given(seeds, st.integers(1, 9), st.integers(1, 9), st.floats(0, 6))
def test_high_pass_removes_the_slow_waves_alone(reference, seed, height, width, cutoff) -> None:
    (image,) = arrays(*tensors(seed, (height, width)))
    passed = reference.high_pass(image, cutoff)
    before, after = torch.fft.fft2(torch.tensor(image)), torch.fft.fft2(torch.tensor(passed))
    for v in range(height):
        for u in range(width):
            far = np.sqrt(min(v, height - v) ** 2 + min(u, width - u) ** 2)
            kept = before[v, u] if far > cutoff else torch.zeros((), dtype=torch.complex128)
            assert abs(after[v, u] - kept) < 1e-9


def test_sobel_agrees_with_torch(reference) -> None:
    (image,) = tensors(0, (7, 9))
    kernel = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=torch.float64)
    gx, gy = F.conv2d(image[None, None], torch.stack([kernel, kernel.T])[:, None])[0]
    check(reference.sobel_edges(*arrays(image)), torch.sqrt(gx**2 + gy**2))


@pytest.mark.parametrize(("size", "stride"), [(1, 1), (7, 2), (8, 3), (28, 1)])
def test_same_padding_ignores_the_kernel(reference, size: int, stride: int) -> None:
    starts = len(range(0, size, stride))
    assert {reference.output_size(size, k, stride, "same") for k in range(1, 40)} == {starts}
