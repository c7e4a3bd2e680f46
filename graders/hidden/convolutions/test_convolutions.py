"""Hidden tests of the convolutions assignment: 100 points.

Expected values come from other formulas than a solution uses: places are counted one by one,
correlation is the definition entry by entry, convolution the product of Fourier transforms, the
high-pass filter the image less its slow waves. Every layer but max pooling is linear in its input
and in its weights, so that its gradient is the transpose of the matrix whose columns are the
layer's answers to unit images or unit filters: backward passes are judged by that.

Tolerances: see ``graders.engine.compare``. Inputs are multiples of 1/16, so that sums of products
of them are exact in 32-bit floats as well, and an entry near zero is no trap. A backward pass is
called with the student's own cache, but what the forward pass returned beside it does not enter.
"""

import math
from functools import partial

import numpy as np
import pytest

from graders.engine.compare import (
    ATOL,
    RTOL,
    as_array,
    as_tuple,
    check_close,
    check_raises,
    check_untouched,
)

CARRIED_FORWARD = {"output_size": ("output_size",), "correlate2d": ("correlate2d",)}
"""Later tasks are judged with a right one of these, too, where the student's own went wrong."""


def draw(rng, *shape):
    """Multiples of 1/16, of order 1, none of them 0."""
    x = np.round(16 * rng.standard_normal(shape)) / 16
    return np.where(x == 0, 0.5, x)


def draw_distinct(rng, *shape):
    """Distinct numbers 1/8 apart, most of them negative: no ties, and no help from zeros."""
    size = math.prod(shape)
    return (rng.permutation(size).reshape(shape) - 0.8 * size) / 8


# --- output_size: 8 ---


@pytest.mark.points(
    3, task="output_size", hint="(size - kernel) // stride + 1: whole places only, the rest is left"
)
def test_output_size_valid(student, rng):
    """Without padding, a window starts at 0, stride, 2 * stride, ... and ends inside."""
    size, kernel, stride = (int(rng.integers(*ends)) for ends in [(20, 40), (2, 7), (2, 5)])
    for n, k, s in [(size, kernel, stride), (7, 7, 3), (8, 3, 2), (10, 2, 3), (1, 1, 1), (5, 1, 2)]:
        right = len(range(0, n - k + 1, s))
        check_close(
            student.output_size(n, k, s, "valid"),
            right,
            f"the size for size {n}, kernel {k}, stride {s}",
            mistakes={
                "the + 1 is missing": right - 1,
                "a place at the end does not fit: round down": (n - k + s - 1) // s + 1,
                "the result is a fraction: whole places only": (n - k) / s + 1,
                "the stride has no effect": n - k + 1,
            },
        )
    check_close(student.output_size(9, 4), 6, "the size with the default stride and padding")


@pytest.mark.points(2, task="output_size", hint="padding p adds p on both sides: size + 2 * p")
def test_output_size_padded(student, rng):
    """An integer pads both sides with so many zeros."""
    size, pad = int(rng.integers(6, 30)), int(rng.integers(1, 4))
    for n, k, s, p in [(size, 3, 1, pad), (size, 4, 3, pad), (2, 5, 1, 2), (6, 3, 2, 0)]:
        starts = range(-p, n + p - k + 1, s)
        check_close(
            student.output_size(n, k, stride=s, padding=p),
            len(starts),
            f"the size for size {n}, kernel {k}, stride {s}, padding {p}",
            mistakes={"padding is on both sides: add 2 p": len(range(0, n + p - k + 1, s))},
        )


@pytest.mark.points(2, task="output_size", hint="ceil(size / stride), whatever the kernel")
def test_output_size_same(student, rng):
    """With padding "same" only size and stride matter."""
    size = int(rng.integers(20, 40))
    for n, k, s in [(size, 3, 1), (size, 5, 3), (28, 4, 2), (7, 2, 2), (2, 5, 1), (3, 9, 2)]:
        check_close(
            student.output_size(n, k, s, "same"),
            len(range(0, n, s)),
            f'the size for size {n}, kernel {k}, stride {s}, padding "same"',
            mistakes={
                "round up, not down": n // s,
                "the stride has no effect": n,
                'it is that of "valid": padding makes up for the kernel': (n - k) // s + 1,
            },
        )


@pytest.mark.points(1, task="output_size", hint="raise ValueError(...) before the division")
@pytest.mark.depends("test_output_size_valid")
def test_output_size_refuses(student):
    """A window that does not fit, or a size below 1, is a ValueError."""
    check_raises(ValueError, student, "output_size", 4, 5)
    check_raises(ValueError, student, "output_size", 2, 9, 1, 3)
    check_raises(ValueError, student, "output_size", 0, 3, 1, "same")
    check_raises(ValueError, student, "output_size", -3, 1, 1, 4)


# --- correlate2d: 10 ---


def expected_correlation(image, kernel):
    """The definition, one output at a time."""
    (h, w), (kh, kw) = image.shape, kernel.shape
    return np.array(
        [
            [np.vdot(image[i : i + kh, j : j + kw], kernel) for j in range(w - kw + 1)]
            for i in range(h - kh + 1)
        ]
    )


def expected_convolution(image, kernel):
    """Product of the Fourier transforms; what wraps around the border is cut off."""
    product = np.fft.fft2(image) * np.fft.fft2(kernel, image.shape)
    return np.fft.ifft2(product).real[kernel.shape[0] - 1 :, kernel.shape[1] - 1 :]


@pytest.mark.points(
    5, task="correlate2d", hint="out[i, j] = (image[i:i+HH, j:j+WW] * kernel).sum(), no turning"
)
def test_correlate2d_definition(student, rng):
    """Each output is the dot product of the kernel with the window that starts there."""
    image, kernel = draw(rng, 6, 6), draw(rng, 3, 3)
    check_close(
        student.correlate2d(image, kernel),
        expected_correlation(image, kernel),
        "correlate2d of a 6 x 6 image and a 3 x 3 kernel",
        mistakes=lambda: {
            "the kernel is turned by 180 degrees: correlation takes it as it is": (
                expected_convolution(image, kernel)
            ),
            "the kernel is mirrored": expected_correlation(image, kernel[:, ::-1]),
            "the kernel is upside down": expected_correlation(image, kernel[::-1]),
            "the kernel is transposed": expected_correlation(image, kernel.T),
        },
    )
    image, kernel = draw(rng, 5, 8), draw(rng, 2, 3)
    check_close(
        student.correlate2d(image, kernel),
        expected_correlation(image, kernel),
        "correlate2d of a 5 x 8 image and a 2 x 3 kernel",
    )


@pytest.mark.points(3, task="correlate2d", hint="try a kernel of one pixel, and one of image size")
def test_correlate2d_edge_shapes(student, rng):
    """A kernel of a single pixel, one as large as the image, and an image of one row."""
    for size, kernel_size in [
        ((4, 3), (1, 1)),
        ((3, 5), (3, 5)),
        ((1, 6), (1, 2)),
        ((1, 1), (1, 1)),
    ]:
        image, kernel = draw(rng, *size), draw(rng, *kernel_size)
        check_close(
            student.correlate2d(image, kernel),
            expected_correlation(image, kernel),
            f"correlate2d of a {size} image and a {kernel_size} kernel",
        )


@pytest.mark.points(1, task="correlate2d", hint="compare kernel.shape with image.shape, both axes")
@pytest.mark.depends("test_correlate2d_definition")
def test_correlate2d_refuses(student, rng):
    """A kernel that is higher or wider than the image is a ValueError."""
    for kernel_size in [(5, 2), (2, 4), (6, 6)]:
        check_raises(ValueError, student, "correlate2d", draw(rng, 4, 3), draw(rng, *kernel_size))


@pytest.mark.points(1, task="correlate2d", hint="write into an array of your own: np.zeros(...)")
@pytest.mark.depends("test_correlate2d_definition")
def test_correlate2d_leaves_its_arguments(student, rng):
    """Image and kernel that were handed in stay as they were."""
    image, kernel = draw(rng, 5, 5), draw(rng, 2, 3)
    call = student.after("correlate2d", image, kernel)
    check_untouched(call, image, kernel, names="image, kernel")


# --- convolve2d: 8 ---


@pytest.mark.points(
    6, task="convolve2d", hint="turn the kernel by 180 degrees, kernel[::-1, ::-1], then correlate"
)
def test_convolve2d_definition(student, rng):
    """Convolution is correlation with the kernel turned by half a turn."""
    image, kernel = draw(rng, 6, 6), draw(rng, 3, 3)
    check_close(
        student.convolve2d(image, kernel),
        expected_convolution(image, kernel),
        "convolve2d of a 6 x 6 image and a 3 x 3 kernel",
        mistakes=lambda: {
            "the kernel is not turned: this is correlation": expected_correlation(image, kernel),
            "the kernel is mirrored along one axis only: turn it along both": (
                expected_correlation(image, kernel[:, ::-1])
            ),
            "the kernel is flipped along one axis only: turn it along both": (
                expected_correlation(image, kernel[::-1])
            ),
            "the kernel is transposed, not turned": expected_correlation(image, kernel.T),
            "the kernel is turned by 90 degrees, not by 180": (
                expected_correlation(image, np.rot90(kernel))
            ),
        },
    )
    for size, kernel_size in [((5, 8), (2, 3)), ((3, 4), (3, 4))]:
        image, kernel = draw(rng, *size), draw(rng, *kernel_size)
        check_close(
            student.convolve2d(image, kernel),
            expected_convolution(image, kernel),
            f"convolve2d of a {size} image and a {kernel_size} kernel",
        )


@pytest.mark.points(1, task="convolve2d", hint="compare kernel.shape with image.shape, both axes")
@pytest.mark.depends("test_convolve2d_definition")
def test_convolve2d_refuses(student, rng):
    """A kernel that is higher or wider than the image is a ValueError."""
    for kernel_size in [(5, 2), (2, 4)]:
        check_raises(ValueError, student, "convolve2d", draw(rng, 4, 3), draw(rng, *kernel_size))


@pytest.mark.points(1, task="convolve2d", hint="kernel[:] = kernel[::-1] turns the caller's kernel")
@pytest.mark.depends("test_convolve2d_definition")
def test_convolve2d_leaves_its_arguments(student, rng):
    """Image and kernel that were handed in stay as they were."""
    image, kernel = draw(rng, 5, 5), draw(rng, 2, 3)
    check_untouched(
        student.after("convolve2d", image, kernel), image, kernel, names="image, kernel"
    )


# --- sobel_edges: 6 ---


@pytest.mark.points(
    4, task="sobel_edges", hint="correlate with both kernels, then np.sqrt(gx**2 + gy**2)"
)
def test_sobel_definition(student, rng):
    """The length of the vector of the two Sobel answers."""
    for size in [(7, 7), (4, 6), (3, 3)]:
        image = draw(rng, *size)
        change_x, change_y = image[:, 2:] - image[:, :-2], image[2:] - image[:-2]
        gx = change_x[:-2] + 2 * change_x[1:-1] + change_x[2:]
        gy = change_y[:, :-2] + 2 * change_y[:, 1:-1] + change_y[:, 2:]
        right = np.hypot(gx, gy)
        prewitt = np.hypot(
            change_x[:-2] + change_x[1:-1] + change_x[2:],
            change_y[:, :-2] + change_y[:, 1:-1] + change_y[:, 2:],
        )
        check_close(
            student.sobel_edges(image),
            right,
            "sobel_edges(image)",
            mistakes={
                "it is |gx| + |gy|: square, add and take the root": np.abs(gx) + np.abs(gy),
                "the square root is missing": gx**2 + gy**2,
                "only changes from left to right are seen": np.abs(gx),
                "only changes from top to bottom are seen": np.abs(gy),
                "gx and gy are added with their signs": gx + gy,
                "the kernels are scaled: use 1 2 1 as they are": right / 8,
                "the middle row weighs 2 in a Sobel kernel, not 1": prewitt,
            },
        )


@pytest.mark.points(2, task="sobel_edges", hint="the kernels' entries sum to 0; gx is signed")
def test_sobel_flat_and_step(student, rng):
    """A flat image has no edges, and an edge is as strong from dark to light as back."""
    level = float(draw(rng, 1)[0])
    check_close(student.sobel_edges(np.full((5, 6), level)), np.zeros((3, 4)), "flat image: edges")
    step = np.zeros((5, 6))
    step[:, 3:] = level
    column = 4 * abs(level)
    right = np.tile([0.0, column, column, 0.0], (3, 1))
    for picture, edges in [(step, right), (level - step, right), (step.T, right.T)]:
        check_close(student.sobel_edges(picture), edges, "the edges of a step")


# --- high_pass: 8 ---


def expected_high_pass(image, cutoff, distance=math.hypot, strict=False):
    """The image less each of its slow waves, found by projection: no Fourier transform."""
    height, width = image.shape
    rows, columns = np.arange(height)[:, None], np.arange(width)
    left = image.astype(complex)
    for v in range(-((height - 1) // 2), height // 2 + 1):
        for u in range(-((width - 1) // 2), width // 2 + 1):
            far = distance(v, u)
            if far < cutoff or (far == cutoff and not strict):
                wave = np.exp(2j * np.pi * (v * rows / height + u * columns / width))
                left -= wave * np.vdot(wave, image) / image.size
    return left.real


# A transform in 32-bit floats adds up some hundred roundings of 6e-8.
FOURIER_ATOL = 1e-5


@pytest.mark.points(
    4, task="high_pass", hint="fft2, zero where hypot(fy, fx) <= cutoff, ifft2, real part"
)
def test_high_pass_definition(student, rng):
    """Waves at a distance up to the cutoff go, all others stay."""
    # No wave lies at these distances, so rounding in a frequency cannot tip a comparison.
    for size, cutoff in [((8, 10), 2.3), ((9, 7), 1.2)]:
        image = draw(rng, *size)
        right = expected_high_pass(image, cutoff)
        check_close(
            student.high_pass(image, cutoff),
            right,
            f"high_pass of a {size} image with cutoff {cutoff}",
            atol=FOURIER_ATOL,
            mistakes=partial(wrong_high_pass, image, cutoff, right),
        )


def wrong_high_pass(image, cutoff, right):
    no_wrap = np.hypot(*np.indices(image.shape))
    return {
        "this is a low-pass filter: the slow waves must go": image - right,
        "the distance is Euclidean: a circle goes, not a square": (
            expected_high_pass(image, cutoff, lambda v, u: max(abs(v), abs(u)))
        ),
        "frequencies above half the size are negative ones: see np.fft.fftfreq": (
            np.fft.ifft2(np.fft.fft2(image) * (no_wrap > cutoff)).real
        ),
        "nothing is left: are frequencies in cycles per image?": np.zeros(image.shape),
    }


@pytest.mark.points(2, task="high_pass", hint="<= cutoff: the wave at the cutoff itself goes too")
@pytest.mark.depends("test_high_pass_definition")
def test_high_pass_boundary(student, rng):
    """A wave exactly at the cutoff goes."""
    image = draw(rng, 8, 16)  # powers of 2: frequencies are exact however they are computed
    for cutoff in (2, 3):
        check_close(
            student.high_pass(image, cutoff),
            expected_high_pass(image, cutoff),
            f"high_pass with cutoff {cutoff}",
            atol=FOURIER_ATOL,
            mistakes={
                "waves exactly at the cutoff must go too": (
                    expected_high_pass(image, cutoff, strict=True)
                )
            },
        )


@pytest.mark.points(2, task="high_pass", hint="at cutoff 0 the mean goes; far out, everything")
@pytest.mark.depends("test_high_pass_definition")
def test_high_pass_extremes(student, rng):
    """A cutoff of 0 removes the mean alone, a large one everything; the image is not changed."""
    image = draw(rng, 5, 8)
    call = student.after("high_pass", image, 0)
    check_close(call.result, image - image.mean(), "high_pass with cutoff 0", atol=FOURIER_ATOL)
    check_untouched(call, image, 0, names="image, cutoff")
    check_close(
        student.high_pass(image, 100.0),
        np.zeros((5, 8)),
        "high_pass, cutoff 100",
        atol=FOURIER_ATOL,
    )


# --- conv_matrix: 8 ---


def expected_matrix(kernel, height, width):
    """Column by column: what correlation makes of an image with a single 1."""
    units = np.eye(height * width).reshape(-1, height, width)
    return np.stack([expected_correlation(unit, kernel).ravel() for unit in units], axis=1)


@pytest.mark.points(
    6, task="conv_matrix", hint="row i * W' + j holds the kernel where the window of (i, j) lies"
)
def test_conv_matrix_definition(student, rng):
    """Times the flattened image, the matrix gives the flattened correlation."""
    for height, width, kernel_size in [(4, 4, (2, 2)), (3, 5, (2, 3)), (5, 3, (3, 1))]:
        kernel = draw(rng, *kernel_size)
        right = expected_matrix(kernel, height, width)
        check_close(
            student.conv_matrix(kernel, height, width),
            right,
            f"conv_matrix of a {kernel_size} kernel for {height} x {width} images",
            mistakes={
                "it turns the kernel: that is convolve2d": (
                    expected_matrix(kernel[::-1, ::-1], height, width)
                ),
                "the kernel's rows must lie an image's width apart in a row of the matrix": (
                    _rows_glued(kernel, height, width)
                ),
            },
        )


def _rows_glued(kernel, height, width):
    """The mistake of a row that holds the flattened kernel in one piece."""
    out_height, out_width = height - kernel.shape[0] + 1, width - kernel.shape[1] + 1
    matrix = np.zeros((out_height * out_width, height * width))
    for row, (i, j) in enumerate(np.ndindex(out_height, out_width)):
        start = i * width + j
        piece = matrix[row, start : start + kernel.size]
        piece[:] = kernel.ravel()[: len(piece)]
    return matrix


@pytest.mark.points(2, task="conv_matrix", hint="try a kernel of one pixel, and one of image size")
def test_conv_matrix_edge_shapes(student, rng):
    """A kernel of one pixel gives a multiple of the identity, one of image size a single row."""
    kernel = draw(rng, 1, 1)
    check_close(student.conv_matrix(kernel, 2, 3), kernel[0, 0] * np.eye(6), "of a 1 x 1 kernel")
    kernel = draw(rng, 2, 3)
    check_close(student.conv_matrix(kernel, 2, 3), kernel.reshape(1, 6), "of an image-sized kernel")


# --- conv_forward: 14 ---


def expected_conv(x, w, b, stride, pad):
    """Shift and add: one term for each entry of the kernel. (N, F, H', W')."""
    n, c, height, width = x.shape
    f, _, kh, kw = w.shape
    padded = np.zeros((n, c, height + 2 * pad, width + 2 * pad))
    padded[:, :, pad : pad + height, pad : pad + width] = x
    starts_i = np.arange(0, height + 2 * pad - kh + 1, stride)
    starts_j = np.arange(0, width + 2 * pad - kw + 1, stride)
    out = np.zeros((n, f, len(starts_i), len(starts_j)))
    for p, q in np.ndindex(kh, kw):
        shifted = padded[:, :, starts_i[:, None] + p, starts_j + q]  # (N, C, H', W')
        out += np.einsum("nchw,fc->nfhw", shifted, w[:, :, p, q])
    return out + b[:, None, None]


def draw_layer(rng, n, c, size, f, kernel):
    return draw(rng, n, c, *size), draw(rng, f, c, *kernel), draw(rng, f)


def param(stride, pad):
    return {"stride": stride, "pad": pad}


def check_forward(student, x, w, b, stride, pad):
    out, _ = as_tuple(student.conv_forward(x, w, b, param(stride, pad)), "out, cache")
    right = expected_conv(x, w, b, stride, pad)
    bias = b[:, None, None]
    check_close(
        out,
        right,
        f"the output for images {x.shape}, filters {w.shape}, stride {stride}, pad {pad}",
        mistakes=lambda: {
            "the kernel is turned: a layer correlates": (
                expected_conv(x, w[:, :, ::-1, ::-1], b, stride, pad)
            ),
            "the bias is missing": right - bias,
            "the bias is added once for each channel": right + (x.shape[1] - 1) * bias,
            "only the first channel is seen: add up over all of them": (
                expected_conv(x[:, :1], w[:, :1], b, stride, pad)
            ),
            "only the last channel is kept: add up over all of them": (
                expected_conv(x[:, -1:], w[:, -1:], b, stride, pad)
            ),
        },
    )


@pytest.mark.points(
    6, task="conv_forward", hint="multiply the filter with each window of all channels, add up, + b"
)
def test_conv_forward_definition(student, rng):
    """Each output is a filter times a window over all channels, plus the bias."""
    check_forward(student, *draw_layer(rng, 2, 3, (5, 5), 4, (3, 3)), stride=1, pad=0)
    check_forward(student, *draw_layer(rng, 1, 2, (4, 6), 3, (2, 3)), stride=1, pad=0)


@pytest.mark.points(
    4, task="conv_forward", hint="zeros on all four sides, np.pad; the window moves by stride"
)
@pytest.mark.depends("test_conv_forward_definition")
def test_conv_forward_stride_and_pad(student, rng):
    """Padding surrounds the images with zeros, and windows start every stride pixels."""
    check_forward(student, *draw_layer(rng, 2, 2, (4, 5), 3, (3, 3)), stride=1, pad=1)
    check_forward(student, *draw_layer(rng, 2, 2, (7, 5), 3, (3, 3)), stride=2, pad=0)
    check_forward(student, *draw_layer(rng, 2, 1, (6, 4), 2, (2, 4)), stride=2, pad=2)


@pytest.mark.points(
    2, task="conv_forward", hint="(H + 2 * pad - HH) // stride + 1 places; leave the rest out"
)
@pytest.mark.depends("test_conv_forward_definition")
def test_conv_forward_leftover(student, rng):
    """A stride that does not divide leaves pixels over at the right and at the bottom."""
    check_forward(student, *draw_layer(rng, 1, 2, (6, 7), 2, (3, 2)), stride=2, pad=0)
    check_forward(student, *draw_layer(rng, 2, 1, (5, 6), 2, (2, 3)), stride=3, pad=1)


@pytest.mark.points(1, task="conv_forward", hint="N, C, F or the kernel may be 1: avoid squeeze")
@pytest.mark.depends("test_conv_forward_definition")
def test_conv_forward_single(student, rng):
    """One image, one channel, one filter, one pixel."""
    check_forward(student, *draw_layer(rng, 1, 1, (1, 1), 1, (1, 1)), stride=1, pad=0)
    check_forward(student, *draw_layer(rng, 1, 3, (4, 4), 1, (1, 1)), stride=1, pad=0)
    check_forward(student, *draw_layer(rng, 2, 1, (3, 3), 2, (3, 3)), stride=1, pad=0)


@pytest.mark.points(1, task="conv_forward", hint="np.pad returns a new array: work on that one")
@pytest.mark.depends("test_conv_forward_definition")
def test_conv_forward_leaves_its_arguments(student, rng):
    """Images, filters, biases and conv_param that were handed in stay as they were."""
    x, w, b = draw_layer(rng, 2, 2, (4, 4), 2, (3, 3))
    call = student.after("conv_forward", x, w, b, param(1, 1))
    check_untouched(call, x, w, b, param(1, 1), names="x, w, b, conv_param")


# --- conv_backward: 14 ---


def expected_conv_gradients(x, w, dout, stride, pad):
    """By transposing the layer, which is linear in x and in w: dx, dw, db."""
    (_, c, height, width), (f, _, kh, kw) = x.shape, w.shape
    none = np.zeros(f)
    unit_images = np.eye(c * height * width).reshape(-1, c, height, width)
    columns = expected_conv(unit_images, w, none, stride, pad)  # (C H W, F, H', W')
    dx = np.tensordot(dout, columns, axes=([1, 2, 3], [1, 2, 3])).reshape(x.shape)
    unit_filters = np.eye(c * kh * kw).reshape(-1, c, kh, kw)
    columns = expected_conv(x, unit_filters, np.zeros(len(unit_filters)), stride, pad)
    dw = np.einsum("nfhw,nkhw->fk", dout, columns).reshape(w.shape)
    return dx, dw, np.einsum("nfhw->f", dout)


def backward(student, rng, sizes, stride, pad):
    """The student's gradients and the right ones, for a random gradient of the output."""
    x, w, b = draw_layer(rng, *sizes)
    _, cache = as_tuple(student.conv_forward(x, w, b, param(stride, pad)), "out, cache")
    dout = draw(rng, *expected_conv(x, w, b, stride, pad).shape)
    got = as_tuple(student.conv_backward(dout, cache), "dx, dw, db")
    return (x, w, dout), got, expected_conv_gradients(x, w, dout, stride, pad)


BACKWARD_CASES = [((2, 2, (4, 5), 3, (3, 2)), 1, 0), ((2, 3, (6, 5), 2, (3, 3)), 2, 1)]
NO_MEAN = "dout carries the 1/N of the mean already: do not divide"


@pytest.mark.points(
    4, task="conv_backward", hint="every window adds to the pixels under it, then cut the padding"
)
def test_conv_backward_dx(student, rng):
    """The gradient for the images, through stride and padding."""
    for sizes, stride, pad in BACKWARD_CASES:
        (x, w, dout), (dx, _, _), (right, _, _) = backward(student, rng, sizes, stride, pad)
        check_close(
            dx,
            right,
            f"dx of images {x.shape} with stride {stride}, pad {pad}",
            mistakes=partial(wrong_dx, x, w, dout, stride, pad, right),
        )


def wrong_dx(x, w, dout, stride, pad, right):
    assigned = np.pad(np.zeros(x.shape), ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    for i, j in np.ndindex(dout.shape[2:]):
        window = assigned[:, :, i * stride :, j * stride :][:, :, : w.shape[2], : w.shape[3]]
        window[...] = np.tensordot(dout[:, :, i, j], w, axes=1)
    return {
        "windows overlap: add to what is there with +=": (
            assigned[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
        ),
        "the kernel is turned": (
            expected_conv_gradients(x, w[:, :, ::-1, ::-1], dout, stride, pad)[0]
        ),
        NO_MEAN: right / len(x),
    }


@pytest.mark.points(
    4, task="conv_backward", hint="a weight collects dout * window over all places and all images"
)
def test_conv_backward_dw(student, rng):
    """The gradient for the filters collects from all places of all images."""
    for sizes, stride, pad in BACKWARD_CASES:
        (x, w, dout), (_, dw, _), (_, right, _) = backward(student, rng, sizes, stride, pad)
        check_close(
            dw,
            right,
            f"dw of filters {w.shape} with stride {stride}, pad {pad}",
            mistakes=partial(wrong_dw, x, w, dout, stride, pad, right),
        )


def wrong_dw(x, w, dout, stride, pad, right):
    return {
        "the gradient is turned": right[:, :, ::-1, ::-1],
        "only the last image counts: add up over all of them": (
            expected_conv_gradients(x[-1:], w, dout[-1:], stride, pad)[1]
        ),
        NO_MEAN: right / len(x),
        "weights are shared: add up over the places, do not average": right / dout[0, 0].size,
    }


@pytest.mark.points(2, task="conv_backward", hint="db = dout.sum(axis=(0, 2, 3))")
def test_conv_backward_db(student, rng):
    """The gradient for a bias adds up over all places of all images."""
    (x, _, dout), (_, _, db), (_, _, right) = backward(student, rng, *BACKWARD_CASES[1])
    check_close(
        db,
        right,
        "db",
        mistakes={
            "add up, do not average": dout.mean(axis=(0, 2, 3)),
            NO_MEAN: right / len(x),
            "only the last image counts: add up over all of them": dout[-1].sum(axis=(1, 2)),
        },
    )


@pytest.mark.points(
    1, task="conv_backward", hint="try N, C, F or the kernel as 1; a rest at the end"
)
@pytest.mark.depends("test_conv_backward_dx", "test_conv_backward_dw", "test_conv_backward_db")
def test_conv_backward_edges(student, rng):
    """One image, one channel, one filter, one pixel, and pixels that no window covers."""
    for sizes, stride, pad in [
        ((1, 1, (1, 1), 1, (1, 1)), 1, 0),
        ((2, 1, (3, 3), 1, (3, 3)), 1, 0),
        ((1, 2, (6, 4), 2, (2, 1)), 3, 1),
    ]:
        (x, w, _), got, right = backward(student, rng, sizes, stride, pad)
        for gradient, expected, name in zip(got, right, ("dx", "dw", "db"), strict=True):
            check_close(gradient, expected, f"{name} of images {x.shape} and filters {w.shape}")


@pytest.mark.points(1, task="conv_backward", hint="dout is the caller's: make new arrays")
@pytest.mark.depends("test_conv_backward_db")
def test_conv_backward_leaves_its_arguments(student, rng):
    """The gradient that was handed in stays as it was."""
    x, w, b = draw_layer(rng, 2, 2, (4, 4), 3, (3, 3))
    _, cache = as_tuple(student.conv_forward(x, w, b, param(1, 1)), "out, cache")
    dout = draw(rng, 2, 3, 4, 4)
    check_untouched(student.after("conv_backward", dout, cache), dout, names="dout")


@pytest.mark.points(
    2, task="conv_backward", hint="use the formulas: numerical gradients need two runs a number"
)
@pytest.mark.depends("test_conv_backward_dx", "test_conv_backward_dw")
def test_conv_backward_is_no_difference_of_forward_passes(student, rng):
    """dx comes from w and dout alone, dw from x and dout alone, whatever the other one holds."""
    # A difference of two forward passes is the change that one entry makes, added to all the rest.
    # Beside 2^100, that change is lost even in 64 bits; a formula never meets the large number.
    # So no clock is needed to tell the two apart. 2^100 and its products fit into 32-bit floats.
    huge = 2.0**100
    x, w, b = draw_layer(rng, 2, 2, (5, 5), 2, (3, 3))
    dout = draw(rng, 2, 2, 3, 3)
    right_dx, right_dw, _ = expected_conv_gradients(x, w, dout, 1, 0)
    for array, number, name, right in [(x, 0, "dx", right_dx), (w, 1, "dw", right_dw)]:
        kept, array[0, 0, 1, 1] = array[0, 0, 1, 1], huge
        _, cache = as_tuple(student.conv_forward(x, w, b, param(1, 0)), "out, cache")
        array[0, 0, 1, 1] = kept
        gradient = as_tuple(student.conv_backward(dout, cache), "dx, dw, db")[number]
        assert np.allclose(as_array(gradient, right.shape, name), right, rtol=RTOL, atol=ATOL), (
            f"{name} changes with an entry of {'xw'[number]} that it does not depend on: are the "
            "gradients found by trying out every entry?"
        )


# --- max_pool: 10 ---


def pool_param(height, width, stride):
    return {"pool_height": height, "pool_width": width, "stride": stride}


def places(x, height, width, stride):
    """Every (n, c, i, j) of the output with its window, a view of x."""
    n, c, h, w = x.shape
    for i in range((h - height) // stride + 1):
        for j in range((w - width) // stride + 1):
            top, left = i * stride, j * stride
            for index in np.ndindex(n, c):
                yield (*index, i, j), x[index][top : top + height, left : left + width]


def expected_pool(x, summary, height, width, stride):
    shape = (x.shape[2] - height) // stride + 1, (x.shape[3] - width) // stride + 1
    out = np.zeros((*x.shape[:2], *shape))
    for place, window in places(x, height, width, stride):
        out[place] = summary(window)
    return out


TILES = [((2, 2, 4, 4), (2, 2, 2)), ((1, 2, 6, 2), (3, 1, 3))]
# overlapping, with gaps, and a rest at the end; a single pixel
OTHERS = [((1, 2, 4, 5), (2, 3, 1)), ((2, 1, 6, 7), (2, 2, 3)), ((1, 1, 1, 1), (1, 1, 1))]


def check_pool(student, rng, name, summary, cases, mistakes=None):
    for shape, window in cases:
        x = draw_distinct(rng, *shape)
        out, _ = as_tuple(getattr(student, name)(x, pool_param(*window)), "out, cache")
        right = expected_pool(x, summary, *window)
        check_close(
            out,
            right,
            f"the output for {shape}, windows {window[0]} x {window[1]}, stride {window[2]}",
            mistakes=partial(mistakes, x, right) if mistakes else None,
        )


@pytest.mark.points(3, task="max_pool", hint="the maximum of each window, one channel at a time")
def test_max_pool_forward(student, rng):
    """Each output is the largest number of its window."""

    def mistakes(x, right):
        return {
            "negative numbers come out as 0: a maximum must not start from 0": np.maximum(right, 0),
            "the maximum goes over all channels: keep them apart": np.broadcast_to(
                right.max(axis=1, keepdims=True), right.shape
            ),
        }

    check_pool(student, rng, "max_pool_forward", np.max, TILES, mistakes)


@pytest.mark.points(2, task="max_pool", hint="(H - pool_height) // stride + 1 places, as they are")
@pytest.mark.depends("test_max_pool_forward")
def test_max_pool_forward_any_stride(student, rng):
    """Windows may overlap or leave gaps, and a rest at the end is left out."""
    check_pool(student, rng, "max_pool_forward", np.max, OTHERS)


def spread(x, dout, window, share, assign=False):
    """Give each window of x ``share`` of its output's gradient; ``assign`` is = in place of +=."""
    dx = np.zeros(x.shape)
    for (place, values), (_, pixels) in zip(places(x, *window), places(dx, *window), strict=True):
        part = dout[place] * share(values)
        if assign:
            pixels[part != 0] = part[part != 0]
        else:
            pixels += part
    return dx


def check_pool_gradient(student, rng, name, share, cases, wrong_shares):
    """``share(window)`` is what one unit of gradient gives to each number in the window."""
    for shape, window in cases:
        x = draw_distinct(rng, *shape)
        forward, backward = (getattr(student, f"{name}_{way}") for way in ("forward", "backward"))
        _, cache = as_tuple(forward(x, pool_param(*window)), "out, cache")
        dout = draw(rng, *expected_pool(x, np.max, *window).shape)
        check_close(
            backward(dout, cache),
            spread(x, dout, window, share),
            f"dx for {shape}, windows {window[0]} x {window[1]}, stride {window[2]}",
            mistakes=partial(wrong_pool_gradients, x, dout, window, share, wrong_shares),
        )


def wrong_pool_gradients(x, dout, window, share, wrong_shares):
    assigned = spread(x, dout, window, share, assign=True)
    return {
        "windows overlap: add to what is there with +=": assigned,
        **{advice: spread(x, dout, window, wrong) for advice, wrong in wrong_shares.items()},
    }


def to_winner(window):
    return (window == window.max()).astype(float)


def in_equal_parts(window):
    return np.full(window.shape, 1 / window.size)


def to_everyone(window):
    return np.ones(window.shape)


WRONG_MAX = {
    "the whole window gets the gradient: only its largest number does": to_everyone,
    "the parts are equal, as in average pooling: the largest number gets all": in_equal_parts,
}
WRONG_AVG = {
    "each pixel gets the whole gradient: divide by the window's size": to_everyone,
    "the largest number gets all, as in max pooling: the parts are equal": to_winner,
}


@pytest.mark.points(
    3, task="max_pool", hint="dout[n, c, i, j] goes to the place of the maximum, nothing elsewhere"
)
def test_max_pool_backward(student, rng):
    """The gradient of an output goes to the number that won."""
    check_pool_gradient(student, rng, "max_pool", to_winner, TILES, WRONG_MAX)


@pytest.mark.points(1, task="max_pool", hint="a pixel that wins in two windows adds up both: +=")
@pytest.mark.depends("test_max_pool_backward")
def test_max_pool_backward_any_stride(student, rng):
    """A number that wins several windows collects from all of them; others get nothing."""
    check_pool_gradient(student, rng, "max_pool", to_winner, OTHERS, WRONG_MAX)


@pytest.mark.points(1, task="max_pool", hint="write into arrays of your own")
@pytest.mark.depends("test_max_pool_forward")
def test_max_pool_leaves_its_arguments(student, rng):
    """Images and pool_param that were handed in stay as they were."""
    check_pool_untouched(student, rng, "max_pool")


def check_pool_untouched(student, rng, name):
    x = draw_distinct(rng, 2, 2, 4, 4)
    call = student.after(f"{name}_forward", x, pool_param(2, 2, 2))
    check_untouched(call, x, pool_param(2, 2, 2), names="x, pool_param")
    _, cache = as_tuple(call.result, "out, cache")
    dout = draw(rng, 2, 2, 2, 2)
    check_untouched(student.after(f"{name}_backward", dout, cache), dout, names="dout")


# --- avg_pool: 8 ---


@pytest.mark.points(2, task="avg_pool", hint="the mean of each window, one channel at a time")
def test_avg_pool_forward(student, rng):
    """Each output is the mean of its window."""

    def mistakes(x, right):
        parts = x[0, 0].size / right[0, 0].size  # these windows tile the image
        return {"it is the sum: divide by the number of pixels in a window": right * parts}

    check_pool(student, rng, "avg_pool_forward", np.mean, TILES, mistakes)


@pytest.mark.points(2, task="avg_pool", hint="(H - pool_height) // stride + 1 places, as they are")
@pytest.mark.depends("test_avg_pool_forward")
def test_avg_pool_forward_any_stride(student, rng):
    """Windows may overlap or leave gaps, and a rest at the end is left out."""
    check_pool(student, rng, "avg_pool_forward", np.mean, OTHERS)


@pytest.mark.points(2, task="avg_pool", hint="every pixel gets dout / (pool_height * pool_width)")
def test_avg_pool_backward(student, rng):
    """The gradient of an output goes in equal parts to its window."""
    check_pool_gradient(student, rng, "avg_pool", in_equal_parts, TILES, WRONG_AVG)


@pytest.mark.points(1, task="avg_pool", hint="a pixel under two windows adds up both: +=")
@pytest.mark.depends("test_avg_pool_backward")
def test_avg_pool_backward_any_stride(student, rng):
    """A pixel under several windows collects from all of them; others get nothing."""
    check_pool_gradient(student, rng, "avg_pool", in_equal_parts, OTHERS, WRONG_AVG)


@pytest.mark.points(1, task="avg_pool", hint="dout / 4 is a new array, dout /= 4 is the caller's")
@pytest.mark.depends("test_avg_pool_forward")
def test_avg_pool_leaves_its_arguments(student, rng):
    """Images and pool_param that were handed in stay as they were."""
    check_pool_untouched(student, rng, "avg_pool")


# --- receptive_field: 6 ---


def expected_field(layers):
    """Walk back from one output: which interval of each layer's input does it depend on?"""
    first = last = 0
    for kernel, stride in reversed(layers):
        first, last = first * stride, last * stride + kernel - 1
    return last - first + 1


@pytest.mark.points(
    5, task="receptive_field", hint="field += (kernel - 1) * jump first, then jump *= stride"
)
def test_receptive_field_definition(student, rng):
    """The pixels between the first and the last that one output depends on."""
    drawn = [
        [(stride + int(rng.integers(1, 4)), stride) for stride in rng.integers(1, 4, 4).tolist()]
        for _ in range(3)
    ]
    for layers in [
        [(3, 1), (3, 1), (3, 1)],
        [(5, 3), (4, 2), (3, 1)],
        [(3, 1), (2, 2), (3, 1)],
        *drawn,
    ]:
        jumps = np.cumprod([stride for _, stride in layers])
        reach = [kernel - 1 for kernel, _ in layers]
        right = expected_field(layers)
        check_close(
            student.receptive_field(layers),
            right,
            f"the field of {layers}",
            mistakes={
                "a layer's own stride counts only for the layers after it": 1 + reach @ jumps,
                "strides have no effect": 1 + sum(reach),
                "layers run from input to output, not the other way": expected_field(layers[::-1]),
                "kernel sizes are multiplied": np.prod([kernel for kernel, _ in layers]),
                "it starts from 1, one pixel": right - 1,
            },
        )


@pytest.mark.points(1, task="receptive_field", hint="start from a field of 1 and a jump of 1")
def test_receptive_field_of_little(student):
    """No layer sees one pixel; one layer sees its kernel; the list is not changed."""
    check_close(student.receptive_field([]), 1, "the field of no layer")
    check_close(student.receptive_field([(7, 2)]), 7, "the field of one layer")
    layers = [(3, 2), (5, 1)]
    call = student.after("receptive_field", layers)
    assert list(map(tuple, call.args[0])) == layers, "the list of layers was changed"
