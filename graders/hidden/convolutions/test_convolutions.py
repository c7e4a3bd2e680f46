"""Hidden tests of the convolutions assignment: 100 points.

Each demand has a test of its own, and the plainest case comes first: square images, one channel,
windows that do not overlap, kernels that half a turn does not change. A test depends on another one
only where it would say nothing without.

What is right is worked out in ``formulas``. Tolerances: see ``graders.engine.compare``. Inputs are
multiples of 1/16, so that sums of products of them are exact in 32-bit floats as well, and an entry
near zero is no trap. A backward function is called with the student's own cache; where the forward
function is wrong, ``graders.engine.layers`` says how it is judged.
"""

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
from graders.engine.layers import Layer
from graders.hidden.convolutions import formulas
from graders.hidden.convolutions.formulas import (
    draw,
    draw_distinct,
    draw_symmetric,
    draw_turnable,
)

CARRIED_FORWARD = {"output_size": ("output_size",), "correlate2d": ("correlate2d",)}
"""Later tasks are judged with a right one of these, too, where the student's own went wrong."""


# --- output_size: 8 ---


def check_size(student, size, kernel, stride=1, padding="valid"):
    pad = 0 if padding == "valid" else padding
    right = len(range(-pad, size + pad - kernel + 1, stride))
    left = size + 2 * pad - kernel
    check_close(
        student.output_size(size, kernel, stride, padding),
        right,
        f"the size for size {size}, kernel {kernel}, stride {stride}, padding {padding}",
        mistakes={
            "the + 1 is missing": right - 1,
            "a place at the end does not fit: round down": -(-left // stride) + 1,
            "the result is a fraction: whole places only": left / stride + 1,
            "the stride has no effect": left + 1,
            "padding is on both sides: add 2 p": (left - pad) // stride + 1,
            "the padding has no effect": (left - 2 * pad) // stride + 1,
        },
    )


@pytest.mark.points(2, task="output_size", hint="with stride 1: size - kernel + 1")
def test_output_size_plain(student, rng):
    """With stride 1 and no padding, a window starts at every pixel from which it fits."""
    check_size(student, int(rng.integers(20, 40)), int(rng.integers(2, 7)))
    check_close(student.output_size(9, 4), 6, "the size with the default stride and padding")


@pytest.mark.points(1, task="output_size", hint="(size - kernel) // stride + 1")
def test_output_size_strided(student, rng):
    """A window starts at 0, stride, 2 * stride, ... and ends inside."""
    kernel, stride, steps = (int(rng.integers(*ends)) for ends in [(3, 7), (2, 5), (3, 9)])
    check_size(student, kernel + stride * steps, kernel, stride)
    check_size(student, 7, 7, 3)


@pytest.mark.points(
    1, task="output_size", hint="(size - kernel) // stride + 1: whole places only, the rest is left"
)
def test_output_size_leftover(student, rng):
    """Where the stride does not divide, the pixels left over at the end are not looked at."""
    kernel, stride, steps = (int(rng.integers(*ends)) for ends in [(3, 7), (2, 5), (3, 9)])
    check_size(student, kernel + stride * steps + 1, kernel, stride)
    check_size(student, 8, 3, 2)


@pytest.mark.points(1, task="output_size", hint="padding p adds p on both sides: size + 2 * p")
def test_output_size_padded(student, rng):
    """An integer pads both sides with so many zeros; 0 is none."""
    size, pad = int(rng.integers(6, 30)), int(rng.integers(2, 4))
    check_size(student, size, 3, padding=pad)
    check_size(student, 6, 4, 2, padding=3)
    check_size(student, 6, 3, padding=0)


def check_same(student, size, kernel, stride):
    check_close(
        student.output_size(size, kernel, stride, "same"),
        len(range(0, size, stride)),
        f'the size for size {size}, kernel {kernel}, stride {stride}, padding "same"',
        mistakes={
            "round up, not down": size // stride,
            "the stride has no effect": size,
            'it is that of "valid": padding makes up for the kernel': (size - kernel) // stride + 1,
        },
    )


@pytest.mark.points(1, task="output_size", hint="with stride 1: as many as the input has pixels")
def test_output_size_same(student, rng):
    """With padding "same" and stride 1 the output is as large as the input, whatever the kernel."""
    check_same(student, int(rng.integers(20, 40)), 4, 1)
    check_same(student, 2, 5, 1)


@pytest.mark.points(1, task="output_size", hint="ceil(size / stride), whatever the kernel")
def test_output_size_same_strided(student, rng):
    """With padding "same" there are ceil(size / stride) places."""
    steps = int(rng.integers(5, 12))
    for size, kernel, stride in [(3 * steps + 1, 5, 3), (7, 2, 2), (3, 9, 2)]:
        check_same(student, size, kernel, stride)


@pytest.mark.points(1, task="output_size", hint="raise ValueError(...) before the division")
def test_output_size_refuses(student):
    """A window that does not fit, or a size below 1, is a ValueError; one that fits is none."""
    student.output_size(4, 4)
    check_raises(ValueError, student, "output_size", 4, 5)
    check_raises(ValueError, student, "output_size", 2, 9, 1, 3)
    check_raises(ValueError, student, "output_size", 0, 3, 1, "same")
    check_raises(ValueError, student, "output_size", -3, 1, 1, 4)


# --- correlate2d: 10 ---


def check_correlation(student, image, kernel):
    right = formulas.correlation(image, kernel)
    check_close(
        student.correlate2d(image, kernel),
        right,
        f"correlate2d of a {image.shape} image and a {kernel.shape} kernel",
        mistakes=lambda: {
            "the kernel is turned by 180 degrees: correlation takes it as it is": (
                formulas.correlation(image, kernel[::-1, ::-1])
            ),
            "the kernel is mirrored": formulas.correlation(image, kernel[:, ::-1]),
            "the kernel is upside down": formulas.correlation(image, kernel[::-1]),
            "the kernel is transposed": (
                formulas.correlation(image, kernel.T) if kernel.T.shape == kernel.shape else 0
            ),
            "it is the mean over the window: add up": right / kernel.size,
        },
    )


@pytest.mark.points(
    3, task="correlate2d", hint="out[i, j] = (image[i:i+HH, j:j+WW] * kernel).sum()"
)
def test_correlate2d_plain(student, rng):
    """Each output is the dot product of the kernel with the window that starts there."""
    check_correlation(student, draw(rng, 6, 6), draw_symmetric(rng, 3))


@pytest.mark.points(2, task="correlate2d", hint="the kernel lies as it is: [0, 0] is its top left")
def test_correlate2d_direction(student, rng):
    """The kernel is neither turned nor mirrored nor transposed."""
    check_correlation(student, draw(rng, 5, 5), draw(rng, 3, 3))


@pytest.mark.points(2, task="correlate2d", hint="H - HH + 1 rows and W - WW + 1 columns")
def test_correlate2d_not_square(student, rng):
    """Images and kernels may be higher than wide, or wider than high."""
    check_correlation(student, draw(rng, 5, 8), draw_turnable(rng, 2, 3))
    check_correlation(student, draw(rng, 7, 4), draw_turnable(rng, 3, 2))


@pytest.mark.points(1, task="correlate2d", hint="try a kernel of one pixel, and one of image size")
def test_correlate2d_edge_shapes(student, rng):
    """A kernel of a single pixel, one as large as the image, and an image of one row."""
    for size, kernel_size in [((1, 6), (1, 1)), ((3, 3), (3, 3))]:
        check_correlation(student, draw(rng, *size), draw_turnable(rng, *kernel_size))


@pytest.mark.points(1, task="correlate2d", hint="compare kernel.shape with image.shape, both axes")
def test_correlate2d_refuses(student, rng):
    """A kernel that is higher or wider than the image is a ValueError; one of its size is none."""
    check_refuses(student, rng, "correlate2d")


def check_refuses(student, rng, name):
    image = draw(rng, 4, 3)
    getattr(student, name)(image, draw(rng, 4, 3))
    for kernel_size in [(5, 2), (2, 4)]:
        check_raises(ValueError, student, name, image, draw(rng, *kernel_size))


@pytest.mark.points(1, task="correlate2d", hint="write into an array of your own: np.zeros(...)")
@pytest.mark.depends("test_correlate2d_plain")
def test_correlate2d_leaves_its_arguments(student, rng):
    """Image and kernel that were handed in stay as they were."""
    image, kernel = draw(rng, 5, 5), draw(rng, 2, 3)
    call = student.after("correlate2d", image, kernel)
    check_untouched(call, image, kernel, names="image, kernel")


# --- convolve2d: 8 ---


def check_convolution(student, image, kernel):
    def correlated(other):
        return formulas.correlation(image, other) if other.shape == kernel.shape else 0

    check_close(
        student.convolve2d(image, kernel),
        formulas.convolution(image, kernel),
        f"convolve2d of a {image.shape} image and a {kernel.shape} kernel",
        mistakes=lambda: {
            "the kernel is not turned: this is correlation": correlated(kernel),
            "the kernel is mirrored along one axis only: turn it along both": (
                correlated(kernel[:, ::-1])
            ),
            "the kernel is flipped along one axis only: turn it along both": (
                correlated(kernel[::-1])
            ),
            "the kernel is transposed, not turned": correlated(kernel.T),
            "the kernel is turned by 90 degrees, not by 180": correlated(np.rot90(kernel)),
        },
    )


@pytest.mark.points(2, task="convolve2d", hint="the dot product of every window with the kernel")
def test_convolve2d_plain(student, rng):
    """Where turning leaves the kernel as it is, convolution is correlation."""
    check_convolution(student, draw(rng, 6, 6), draw_symmetric(rng, 3))


LADDER = np.array([[-4.0], [0.0], [4.0]])  # far more than what is drawn beside it


@pytest.mark.points(1, task="convolve2d", hint="kernel[::-1] turns it upside down")
def test_convolve2d_upside_down(student, rng):
    """The kernel's last row meets the window's first one."""
    kernel = draw(rng, 3, 3)
    check_convolution(student, draw(rng, 5, 5), kernel + kernel[:, ::-1] + LADDER)


@pytest.mark.points(1, task="convolve2d", hint="kernel[:, ::-1] turns it left to right")
def test_convolve2d_left_to_right(student, rng):
    """The kernel's last column meets the window's first one."""
    kernel = draw(rng, 3, 3)
    check_convolution(student, draw(rng, 5, 5), kernel + kernel[::-1] + LADDER.T)


@pytest.mark.points(
    2, task="convolve2d", hint="turn the kernel by 180 degrees, kernel[::-1, ::-1], then correlate"
)
def test_convolve2d_any_shape(student, rng):
    """Any kernel on any image, squares or not, up to a kernel of the image's size."""
    for size, kernel_size in [((5, 8), (2, 3)), ((4, 3), (4, 3))]:
        check_convolution(student, draw(rng, *size), draw(rng, *kernel_size))


@pytest.mark.points(1, task="convolve2d", hint="compare kernel.shape with image.shape, both axes")
def test_convolve2d_refuses(student, rng):
    """A kernel that is higher or wider than the image is a ValueError; one of its size is none."""
    check_refuses(student, rng, "convolve2d")


@pytest.mark.points(1, task="convolve2d", hint="kernel[:] = kernel[::-1] turns the caller's kernel")
@pytest.mark.depends("test_convolve2d_plain")
def test_convolve2d_leaves_its_arguments(student, rng):
    """Image and kernel that were handed in stay as they were."""
    image, kernel = draw(rng, 5, 5), draw(rng, 2, 3)
    call = student.after("convolve2d", image, kernel)
    check_untouched(call, image, kernel, names="image, kernel")


# --- sobel_edges: 6 ---


def check_edges(student, image, what):
    gx, gy = formulas.sobel(image)
    right = np.hypot(gx, gy)
    check_close(
        student.sobel_edges(image),
        right,
        f"sobel_edges of {what}",
        mistakes={
            "it is |gx| + |gy|: square, add and take the root": np.abs(gx) + np.abs(gy),
            "the square root is missing": gx**2 + gy**2,
            "only changes from left to right are seen": np.abs(gx),
            "only changes from top to bottom are seen": np.abs(gy),
            "gx and gy are added with their signs": gx + gy,
            "the kernels are scaled: use 1 2 1 as they are": right / 8,
            "the middle row weighs 2 in a Sobel kernel, not 1": (
                np.hypot(*formulas.sobel(image, middle=1))
            ),
        },
    )


def step_image(rng):
    """(5, 6): 0 on the left, more than 1 on the right."""
    return np.where(np.arange(6) < 3, 0.0, 1 + abs(draw(rng, 1))) * np.ones((5, 1))


@pytest.mark.points(
    2, task="sobel_edges", hint="a kernel's entries sum to 0; gx is signed, |g| not"
)
def test_sobel_finds_edges(student, rng):
    """There is an edge where the image changes, and nowhere else, from dark to light as back."""
    image = step_image(rng)
    edges = np.hypot(*formulas.sobel(image)) > 0
    for step, edge in [(image, edges), (image.max() - image, edges), (image.T, edges.T)]:
        found = as_array(student.sobel_edges(step), edge.shape, "sobel_edges of a step")
        assert np.allclose(found[~edge], 0, atol=ATOL), "there are edges where the image is flat"
        assert np.all(found[edge] > 0), "a step has no edge, or one with a sign: it is a length"
        # how strong it is, is asked for below
        assert np.ptp(found[edge]) < ATOL, "an edge is not equally strong all along"


@pytest.mark.points(1, task="sobel_edges", hint="the kernels are 1 2 1 and -1 0 1 as they are")
def test_sobel_straight_edge(student, rng):
    """The edge of a step is four times as strong as the step is high."""
    check_edges(student, step_image(rng), "a step")


@pytest.mark.points(
    2, task="sobel_edges", hint="correlate with both kernels, then np.sqrt(gx**2 + gy**2)"
)
def test_sobel_definition(student, rng):
    """The length of the vector of the two Sobel answers."""
    check_edges(student, draw(rng, 6, 6), "6 x 6 pixels")


@pytest.mark.points(1, task="sobel_edges", hint="(H - 2, W - 2): the valid region alone")
def test_sobel_not_square(student, rng):
    """Images that are no squares, and the smallest that there is."""
    check_edges(student, draw(rng, 4, 7), "4 x 7 pixels")
    check_edges(student, draw(rng, 3, 3), "3 x 3 pixels")


# --- high_pass: 8 ---

# A transform in 32-bit floats adds up some hundred roundings of 6e-8.
FOURIER_ATOL = 1e-5


def real_part(answer):
    """Whether the answer is complex is the business of one test alone."""
    return answer.real if isinstance(answer, np.ndarray) else answer


def check_high_pass(student, image, cutoff, right=None):
    right = formulas.high_pass(image, cutoff) if right is None else right
    check_close(
        real_part(student.high_pass(image, cutoff)),
        right,
        f"high_pass of a {image.shape} image with cutoff {cutoff}",
        atol=FOURIER_ATOL,
        mistakes=partial(wrong_high_pass, image, cutoff, right),
    )


def wrong_high_pass(image, cutoff, right):
    from_corner = np.hypot(*np.indices(image.shape))
    return {
        "this is a low-pass filter: the slow waves must go": image - right,
        "waves exactly at the cutoff must go too": (formulas.high_pass(image, cutoff, strict=True)),
        "the distance is Euclidean: a circle goes, not a square": (
            formulas.high_pass(image, cutoff, lambda v, u: max(abs(v), abs(u)))
        ),
        "frequencies above half the size are negative ones: see np.fft.fftfreq": (
            np.fft.ifft2(np.fft.fft2(image) * (from_corner > cutoff)).real
        ),
        "nothing is left: are frequencies in cycles per image?": np.zeros(image.shape),
        "nothing is removed": image,
    }


@pytest.mark.points(2, task="high_pass", hint="frequency zero is the entry [0, 0] of np.fft.fft2")
def test_high_pass_mean(student, rng):
    """A cutoff of 0 removes the mean alone."""
    image = draw(rng, 8, 8)
    check_high_pass(student, image, 0, image - image.mean())


def waves(rng, size, *frequencies):
    """A sum of cosines of these cycles down and across, at random strengths and places."""
    down, across = (2 * np.pi * axis / n for axis, n in zip(np.indices(size), size, strict=True))
    return sum(
        (1 + rng.random()) * np.cos(v * down + u * across + 6 * rng.random())
        for v, u in frequencies
    )


@pytest.mark.points(1, task="high_pass", hint="set entries of np.fft.fft2(image) to 0, then ifft2")
def test_high_pass_takes_waves_whole(student, rng):
    """Some waves go, some stay, and each of them as a whole; which ones, is asked for below."""
    image = draw(rng, 8, 8)
    passed = as_array(real_part(student.high_pass(image, 2.5)), image.shape, "the result")
    before, after = np.fft.fft2(image), np.fft.fft2(passed)
    assert np.all(abs(after * (after - before)) < 0.01), "a wave has changed: it may stay or go"
    assert 0 < np.sum(abs(after) > 0.01) < image.size, "either all waves stay or none does"


@pytest.mark.points(1, task="high_pass", hint="np.fft.fftfreq(W) * W are cycles per image")
def test_high_pass_along_the_axes(student, rng):
    """Of waves that run straight across or down, the slow ones go."""
    slow, fast = [(1, 0), (0, 2)], [(3, 0), (0, 4)]
    image, right = waves(rng, (8, 10), *slow), waves(rng, (8, 10), *fast)
    check_high_pass(student, image + right, 2.5, right)


@pytest.mark.points(
    1, task="high_pass", hint="fft2, zero where hypot(fy, fx) <= cutoff, ifft2, real part"
)
def test_high_pass_definition(student, rng):
    """Waves at a distance up to the cutoff go, all others stay, in any image."""
    # No wave lies at this distance, so rounding in a frequency cannot tip a comparison.
    check_high_pass(student, draw(rng, 7, 10), 2.3)


@pytest.mark.points(1, task="high_pass", hint="<= cutoff: the wave at the cutoff itself goes too")
def test_high_pass_boundary(student, rng):
    """A wave exactly at the cutoff goes."""
    size = 16, 16  # powers of 2: frequencies are exact however they are computed
    image, right = waves(rng, size, (5, 0), (3, 4), (0, 5)), waves(rng, size, (6, 0), (0, 6))
    check_high_pass(student, image + right, 5, right)


@pytest.mark.points(1, task="high_pass", hint="np.fft.ifft2(...).real: the rest is rounding error")
@pytest.mark.depends("test_high_pass_takes_waves_whole")
def test_high_pass_is_real(student, rng):
    """The result is real."""
    image = draw(rng, 6, 6)
    as_array(student.high_pass(image, 1), image.shape, "the result")


@pytest.mark.points(1, task="high_pass", hint="far out everything goes; work on a copy")
@pytest.mark.depends("test_high_pass_mean")
def test_high_pass_far_out(student, rng):
    """A large cutoff removes everything; the image is not changed."""
    image = draw(rng, 5, 8)
    call = student.after("high_pass", image, 100.0)
    check_close(real_part(call.result), np.zeros((5, 8)), "with cutoff 100", atol=FOURIER_ATOL)
    check_untouched(call, image, names="image")


# --- conv_matrix: 8 ---


def check_matrix(student, kernel, height, width):
    check_close(
        student.conv_matrix(kernel, height, width),
        formulas.conv_matrix(kernel, height, width),
        f"conv_matrix of a {kernel.shape} kernel for {height} x {width} images",
        mistakes=lambda: {
            "it turns the kernel: that is convolve2d": (
                formulas.conv_matrix(kernel[::-1, ::-1], height, width)
            ),
            "the kernel's rows must lie an image's width apart in a row of the matrix": (
                formulas.rows_glued(kernel, height, width)
            ),
        },
    )


@pytest.mark.points(1, task="conv_matrix", hint="a multiple of the identity: np.eye(H * W)")
def test_conv_matrix_of_one_pixel(student, rng):
    """A kernel of one pixel multiplies every pixel by the same number."""
    check_matrix(student, draw(rng, 1, 1), 3, 3)


@pytest.mark.points(2, task="conv_matrix", hint="row j holds the kernel from column j on")
def test_conv_matrix_of_rows(student, rng):
    """For an image of one row, each row of the matrix holds the kernel one step further on."""
    check_matrix(student, draw_turnable(rng, 1, 3), 1, 5)


@pytest.mark.points(
    2, task="conv_matrix", hint="row i * W' + j holds the kernel where the window of (i, j) lies"
)
def test_conv_matrix_definition(student, rng):
    """Times the flattened image, the matrix gives the flattened correlation."""
    check_matrix(student, draw_turnable(rng, 2, 2), 4, 4)


@pytest.mark.points(2, task="conv_matrix", hint="the kernel lies as it is, as in correlate2d")
def test_conv_matrix_direction(student, rng):
    """The kernel is not turned."""
    check_matrix(student, draw(rng, 2, 3), 3, 4)


@pytest.mark.points(1, task="conv_matrix", hint="(H - HH + 1) * (W - WW + 1) rows, H * W columns")
def test_conv_matrix_not_square(student, rng):
    """Any kernel on images that are no squares, up to one of the image's own size."""
    for height, width, kernel_size in [(5, 3, (3, 2)), (2, 3, (2, 3))]:
        check_matrix(student, draw_turnable(rng, *kernel_size), height, width)


# --- conv_forward: 14 ---


def param(stride, pad):
    return {"stride": stride, "pad": pad}


def draw_layer(rng, n, c, size, f, kernel, draw_filters=draw_turnable):
    """Images, filters and biases; the filters show no direction unless they are drawn to."""
    return draw(rng, n, c, *size), draw_filters(rng, f, c, *kernel), draw(rng, f)


def check_forward(student, x, w, b, stride=1, pad=0):
    out, _ = as_tuple(student.conv_forward(x, w, b, param(stride, pad)), "out, cache")
    right = formulas.conv(x, w, b, stride, pad)
    check_close(
        out,
        right,
        f"the output for images {x.shape}, filters {w.shape}, stride {stride}, pad {pad}",
        mistakes=partial(wrong_forward, x, w, b, stride, pad, right),
    )


def wrong_forward(x, w, b, stride, pad, right):
    bias = b[:, None, None]
    wrong = {
        "the kernel is turned: a layer correlates": (
            formulas.conv(x, w[:, :, ::-1, ::-1], b, stride, pad)
        ),
        "the bias is missing": right - bias,
        "the bias is added once for each channel": right + (x.shape[1] - 1) * bias,
        "the bias is added along the columns: each filter has one": (
            right - bias + np.resize(b, right.shape[3])
        ),
        "only the first channel is seen: add up over all of them": (
            formulas.conv(x[:, :1], w[:, :1], b, stride, pad)
        ),
        "only the last channel is kept: add up over all of them": (
            formulas.conv(x[:, -1:], w[:, -1:], b, stride, pad)
        ),
        "it is the mean over the window: add up": (right - bias) / w[0].size + bias,
    }
    if pad:
        wrong["the border is repeated: pad with zeros"] = formulas.conv(
            x, w, b, stride, pad, border="edge"
        )
        wrong["the images are mirrored at the border: pad with zeros"] = formulas.conv(
            x, w, b, stride, pad, border="reflect"
        )
    return wrong


def check_plain_forward(student, rng):
    x, w, _ = draw_layer(rng, 1, 1, (5, 5), 1, (3, 3))
    check_forward(student, x, w, np.zeros(1))


@pytest.mark.points(2, task="conv_forward", hint="multiply the filter with each window, add up")
def test_conv_forward_plain(student, rng):
    """One image, one channel, one filter: each output is the filter times a window."""
    check_plain_forward(student, rng)


@pytest.mark.points(2, task="conv_forward", hint="a filter covers all channels: add up over them")
def test_conv_forward_channels(student, rng):
    """Each output adds up over all channels."""
    x, w, _ = draw_layer(rng, 1, 3, (4, 4), 1, (3, 3))
    check_forward(student, x, w, np.zeros(1))


@pytest.mark.points(1, task="conv_forward", hint="out is (N, F, H', W')")
def test_conv_forward_images_and_filters(student, rng):
    """Every image meets every filter."""
    x, w, _ = draw_layer(rng, 3, 1, (4, 4), 2, (3, 3))
    check_forward(student, x, w, np.zeros(2))


@pytest.mark.points(
    1, task="conv_forward", hint="+ b[f], once, to each number of filter f's output"
)
def test_conv_forward_bias(student, rng):
    """Black images give each filter's bias, once."""
    _, w, b = draw_layer(rng, 2, 2, (5, 5), 3, (3, 3))
    check_forward(student, np.zeros((2, 2, 5, 5)), w, b)


@pytest.mark.points(
    1, task="conv_forward", hint="correlation: the filter lies on the window as it is"
)
def test_conv_forward_direction(student, rng):
    """The filter is not turned."""
    x, w, _ = draw_layer(rng, 1, 1, (4, 4), 1, (3, 3), draw)
    check_forward(student, x, w, np.zeros(1))


@pytest.mark.points(1, task="conv_forward", hint="H and HH go with rows, W and WW with columns")
def test_conv_forward_not_square(student, rng):
    """Images and filters may be wider than high, or higher than wide."""
    for size, kernel in [((4, 6), (2, 3)), ((6, 3), (3, 2))]:
        x, w, _ = draw_layer(rng, 1, 1, size, 1, kernel)
        check_forward(student, x, w, np.zeros(1))


@pytest.mark.points(
    1, task="conv_forward", hint="output i, j sees the window that starts at i * stride, j * stride"
)
def test_conv_forward_stride(student, rng):
    """Windows start every stride pixels."""
    x, w, _ = draw_layer(rng, 1, 1, (7, 7), 1, (3, 3))
    check_forward(student, x, w, np.zeros(1), stride=2)


@pytest.mark.points(
    1, task="conv_forward", hint="(H + 2 * pad - HH) // stride + 1 places; leave the rest out"
)
def test_conv_forward_leftover(student, rng):
    """A stride that does not divide leaves pixels over at the right and at the bottom."""
    x, w, _ = draw_layer(rng, 1, 1, (6, 6), 1, (3, 3))
    check_forward(student, x, w, np.zeros(1), stride=2)


@pytest.mark.points(2, task="conv_forward", hint="zeros on all four sides, np.pad")
def test_conv_forward_pad(student, rng):
    """Padding surrounds the images with zeros."""
    x, w, _ = draw_layer(rng, 1, 1, (4, 4), 1, (3, 3))
    check_forward(student, x, w, np.zeros(1), pad=2)


@pytest.mark.points(1, task="conv_forward", hint="N, C, F or the kernel may be 1: avoid squeeze")
def test_conv_forward_together(student, rng):
    """All of it at once; and a single image, filter and pixel."""
    for sizes, stride, pad in [
        ((2, 3, (6, 4), 2, (2, 3)), 2, 1),
        ((1, 1, (1, 1), 1, (1, 1)), 1, 0),
    ]:
        check_forward(student, *draw_layer(rng, *sizes, draw), stride=stride, pad=pad)


@pytest.mark.points(1, task="conv_forward", hint="np.pad returns a new array: work on that one")
@pytest.mark.depends("test_conv_forward_plain")
def test_conv_forward_leaves_its_arguments(student, rng):
    """Images, filters, biases and conv_param that were handed in stay as they were."""
    x, w, b = draw_layer(rng, 2, 2, (4, 4), 2, (3, 3))
    call = student.after("conv_forward", x, w, b, param(1, 1))
    check_untouched(call, x, w, b, param(1, 1), names="x, w, b, conv_param")


# --- conv_backward: 14 ---

NO_MEAN = "dout carries the 1/N of the mean already: do not divide"


def check_backward(
    student, rng, sizes, *names, stride=1, pad=0, draw_filters=draw_turnable, cut=False
):
    """Check the gradients of these names, "x", "w" or "b", for a random gradient of the output.

    Whether the padding is ``cut`` off is the business of one test alone.
    """
    x, w, b = draw_layer(rng, *sizes, draw_filters)
    out = formulas.conv(x, w, b, stride, pad)
    dout = draw(rng, *out.shape)
    case = x, w, dout, stride, pad
    checks = {
        "x": lambda dx: check_dx(dx if cut else without_padding(dx, x, pad), *case),
        "w": lambda dw: check_dw(dw, *case),
        "b": lambda db: check_db(db, dout),
    }
    sound = partial(check_plain_forward, student, rng)
    layer = Layer(student, "conv", {"x": x, "w": w, "b": b}, (param(stride, pad),), out, sound)
    layer.check(dout, **{name: checks[name] for name in names})


def without_padding(dx, x, pad):
    """``dx`` without what a student may have left around it."""
    n, c, *size = x.shape
    if isinstance(dx, np.ndarray) and dx.shape == (n, c, *(pixels + 2 * pad for pixels in size)):
        return dx[:, :, pad : pad + size[0], pad : pad + size[1]]
    return dx


def check_dx(dx, x, w, dout, stride, pad):
    right = formulas.conv_dx(x, w, dout, stride, pad)
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
        "the kernel is turned": formulas.conv_dx(x, w[:, :, ::-1, ::-1], dout, stride, pad),
        NO_MEAN: right / len(x),
        "only the last filter counts: add up over all of them": (
            formulas.conv_dx(x, w[-1:], dout[:, -1:], stride, pad)
        ),
    }


def check_dw(dw, x, w, dout, stride, pad):
    right = formulas.conv_dw(x, w, dout, stride, pad)
    check_close(
        dw,
        right,
        f"dw of filters {w.shape} with stride {stride}, pad {pad}",
        mistakes=lambda: {
            "the gradient is turned": right[:, :, ::-1, ::-1],
            "only the last image counts: add up over all of them": (
                formulas.conv_dw(x[-1:], w, dout[-1:], stride, pad)
            ),
            NO_MEAN: right / len(x),
            "weights are shared: add up over the places, do not average": right / dout[0, 0].size,
            "only the last place counts: add up over all of them": (
                formulas.conv_dw(x, w, last_place(dout), stride, pad)
            ),
        },
    )


def last_place(dout):
    kept = np.zeros(dout.shape)
    kept[:, :, -1, -1] = dout[:, :, -1, -1]
    return kept


def check_db(db, dout):
    right = dout.sum(axis=(0, 2, 3))
    check_close(
        db,
        right,
        "db",
        mistakes={
            "add up, do not average": dout.mean(axis=(0, 2, 3)),
            NO_MEAN: right / len(dout),
            "only the last image counts: add up over all of them": dout[-1].sum(axis=(1, 2)),
        },
    )


@pytest.mark.points(1, task="conv_backward", hint="a window's pixels get dout times the filter")
def test_conv_backward_dx_plain(student, rng):
    """Where no two windows overlap, each pixel gets its weight times the output's gradient."""
    check_backward(student, rng, (1, 1, (4, 4), 1, (3, 3)), "x", stride=3, pad=1)


@pytest.mark.points(1, task="conv_backward", hint="a pixel adds up over the windows above it: +=")
def test_conv_backward_dx_overlapping(student, rng):
    """A pixel collects from all windows that it lies under."""
    check_backward(student, rng, (1, 1, (4, 4), 1, (3, 3)), "x", pad=1)


@pytest.mark.points(1, task="conv_backward", hint="a pixel adds up over the filters that see it")
def test_conv_backward_dx_images_and_filters(student, rng):
    """Each image collects from its own outputs, of all filters."""
    check_backward(student, rng, (3, 2, (4, 4), 2, (3, 3)), "x", stride=3, pad=1)


@pytest.mark.points(
    1, task="conv_backward", hint="dx[window] += dout[n, f, i, j] * w[f], not turned"
)
def test_conv_backward_dx_direction(student, rng):
    """The filter lies on the gradient as it lay on the image."""
    check_backward(student, rng, (1, 1, (4, 4), 1, (3, 3)), "x", stride=3, pad=1, draw_filters=draw)


@pytest.mark.points(
    1, task="conv_backward", hint="pad:-pad is empty where pad is 0: pad : pad + H is not"
)
def test_conv_backward_dx_without_padding(student, rng):
    """With pad 0 there is nothing to cut off, and dx is whole."""
    check_backward(student, rng, (1, 1, (2, 2), 1, (2, 2)), "x")


@pytest.mark.points(1, task="conv_backward", hint="dx is (N, C, H, W): cut the padding off")
def test_conv_backward_dx_is_cut(student, rng):
    """dx has the shape of the images, without the padding."""
    check_backward(student, rng, (1, 1, (4, 4), 1, (3, 3)), "x", stride=3, pad=1, cut=True)


@pytest.mark.points(1, task="conv_backward", hint="a weight collects dout * window over all places")
def test_conv_backward_dw_plain(student, rng):
    """The gradient for a filter collects from all places."""
    check_backward(student, rng, (1, 1, (4, 4), 1, (3, 3)), "w")


@pytest.mark.points(1, task="conv_backward", hint="a weight is used in all images: add up over N")
def test_conv_backward_dw_images_and_filters(student, rng):
    """Each filter and channel has its own gradient, from all images."""
    check_backward(student, rng, (3, 3, (4, 4), 2, (3, 3)), "w")


@pytest.mark.points(1, task="conv_backward", hint="a window of the padded images, as in forward")
def test_conv_backward_dw_padded(student, rng):
    """Windows reach over the padding, where a weight gets nothing."""
    check_backward(student, rng, (1, 1, (3, 3), 1, (3, 3)), "w", pad=1)


@pytest.mark.points(1, task="conv_backward", hint="db = dout.sum(axis=(0, 2, 3))")
def test_conv_backward_db(student, rng):
    """The gradient for a bias adds up over all places of all images."""
    check_backward(student, rng, (2, 1, (3, 3), 3, (3, 3)), "b", pad=1)


@pytest.mark.points(
    1, task="conv_backward", hint="loop over the places of dout, as many as there are"
)
def test_conv_backward_leftover(student, rng):
    """Pixels that no window covers get nothing."""
    check_backward(student, rng, (1, 1, (5, 5), 1, (3, 3)), "x", "w", stride=3, pad=1)


@pytest.mark.points(1, task="conv_backward", hint="H and HH go with rows, W and WW with columns")
def test_conv_backward_together(student, rng):
    """All of it at once, on images and with filters that are no squares."""
    sizes = 2, 3, (6, 4), 2, (2, 3)
    check_backward(student, rng, sizes, "x", "w", "b", stride=2, pad=1, draw_filters=draw)


@pytest.mark.points(1, task="conv_backward", hint="dout is the caller's: make new arrays")
@pytest.mark.depends("test_conv_backward_dw_plain")
def test_conv_backward_leaves_its_arguments(student, rng):
    """The gradient that was handed in stays as it was."""
    x, w, b = draw_layer(rng, 2, 2, (4, 4), 2, (3, 3))
    _, cache = as_tuple(student.conv_forward(x, w, b, param(1, 0)), "out, cache")
    dout = draw(rng, 2, 2, 2, 2)
    check_untouched(student.after("conv_backward", dout, cache), dout, names="dout")


@pytest.mark.points(
    1, task="conv_backward", hint="use the formulas: numerical gradients need two runs a number"
)
@pytest.mark.depends("test_conv_backward_dx_plain", "test_conv_backward_dw_plain")
def test_conv_backward_is_no_difference_of_forward_passes(student, rng):
    """dx comes from w and dout alone, dw from x and dout alone, whatever the other one holds."""
    # A difference of two forward passes is the change that one entry makes, added to all the rest.
    # Beside 2^100, that change is lost even in 64 bits; a formula never meets the large number.
    # So no clock is needed to tell the two apart. 2^100 and its products fit into 32-bit floats.
    huge = 2.0**100
    x, w, b = draw_layer(rng, 2, 2, (5, 5), 3, (3, 3))
    dout = draw(rng, 2, 3, 3, 3)
    right_dx, right_dw = (f(x, w, dout, 1, 0) for f in (formulas.conv_dx, formulas.conv_dw))
    for array, number, name, right in [(x, 0, "dx", right_dx), (w, 1, "dw", right_dw)]:
        kept, array[0, 0, 1, 1] = array[0, 0, 1, 1], huge
        _, cache = as_tuple(student.conv_forward(x, w, b, param(1, 0)), "out, cache")
        array[0, 0, 1, 1] = kept
        gradient = as_tuple(student.conv_backward(dout, cache), "dx, dw, db")[number]
        assert np.allclose(as_array(gradient, right.shape, name), right, rtol=RTOL, atol=ATOL), (
            f"{name} changes with an entry of {'xw'[number]} that it does not depend on: are the "
            "gradients found by trying out every entry?"
        )


# --- max_pool and avg_pool ---

TILES = (2, 2, 2)  # windows that cover everything once: height, width, stride
OVERLAPPING, WITH_GAPS = (2, 2, 1), (2, 2, 3)


def pool_param(height, width, stride):
    return {"pool_height": height, "pool_width": width, "stride": stride}


def in_words(x, window):
    return f"{x.shape}, windows {window[0]} x {window[1]}, stride {window[2]}"


def check_pool(student, x, window, name, summary, mistakes):
    out, _ = as_tuple(getattr(student, f"{name}_forward")(x, pool_param(*window)), "out, cache")
    right = formulas.pooled(x, summary, *window)
    check_close(
        out,
        right,
        f"the output for {in_words(x, window)}",
        mistakes=partial(mistakes, x, window, right),
    )


def check_pool_gradient(student, rng, x, window, name, summary, share, wrong_shares):
    """``share(values)`` is what one unit of gradient gives to each number in a window."""
    out = formulas.pooled(x, summary, *window)
    dout = 1 + abs(draw(rng, *out.shape))  # no two of them add up to nothing

    def mistakes():
        return {
            "windows overlap: add to what is there with +=": (
                formulas.spread(x, dout, window, share, keep="=")
            ),
            "each window writes over what the one before it gave, with zeros, too: use +=": (
                formulas.spread(x, dout, window, share, keep="whole =")
            ),
            **{
                advice: formulas.spread(x, dout, window, wrong)
                for advice, wrong in wrong_shares.items()
            },
        }

    def check(dx):
        right = formulas.spread(x, dout, window, share)
        check_close(dx, right, f"dx for {in_words(x, window)}", mistakes=mistakes)

    def sound():
        tiled = draw_distinct(rng, 1, 1, 4, 4)
        check_pool(student, tiled, TILES, name, summary, lambda *case: {})

    Layer(student, name, {"x": x}, (pool_param(*window),), out, sound).check(dout, x=check)


def check_pool_untouched(student, rng, name):
    x = draw_distinct(rng, 2, 2, 4, 4)
    call = student.after(f"{name}_forward", x, pool_param(2, 2, 2))
    check_untouched(call, x, pool_param(2, 2, 2), names="x, pool_param")
    _, cache = as_tuple(call.result, "out, cache")
    dout = draw(rng, 2, 2, 2, 2)
    check_untouched(student.after(f"{name}_backward", dout, cache), dout, names="dout")


# --- max_pool: 10 ---


def check_max(student, x, window):
    check_pool(student, x, window, "max_pool", np.max, wrong_max)


def wrong_max(x, window, right):
    return {
        "negative numbers come out as 0: a maximum must not start from 0": np.maximum(right, 0),
        "the maximum goes over all channels: keep them apart": np.broadcast_to(
            right.max(axis=1, keepdims=True), right.shape
        ),
        "it is the mean: take the maximum": formulas.pooled(x, np.mean, *window),
        "it is the minimum": formulas.pooled(x, np.min, *window),
    }


def check_max_gradient(student, rng, x, window):
    check_pool_gradient(
        student,
        rng,
        x,
        window,
        "max_pool",
        np.max,
        formulas.to_winner,
        {
            "the whole window gets the gradient: only its largest number does": (
                formulas.to_everyone
            ),
            "the parts are equal, as in average pooling: the largest number gets all": (
                formulas.in_equal_parts
            ),
        },
    )


@pytest.mark.points(2, task="max_pool", hint="the maximum of each window")
def test_max_pool_forward_plain(student, rng):
    """Each output is the largest number of its window."""
    check_max(student, draw_distinct(rng, 1, 1, 4, 4), TILES)


@pytest.mark.points(1, task="max_pool", hint="-np.inf is below everything; 0 is not")
def test_max_pool_forward_of_negative_numbers(student, rng):
    """Where all numbers are negative, the largest is the one nearest to 0."""
    check_max(student, -draw_distinct(rng, 1, 1, 4, 4), TILES)


@pytest.mark.points(1, task="max_pool", hint="one image and one channel at a time")
def test_max_pool_forward_images_and_channels(student, rng):
    """Images and channels are kept apart."""
    check_max(student, draw_distinct(rng, 2, 3, 4, 4), TILES)


@pytest.mark.points(1, task="max_pool", hint="pool_height rows and pool_width columns")
def test_max_pool_forward_not_square(student, rng):
    """Images and windows may be higher than wide, or wider than high."""
    check_max(student, draw_distinct(rng, 1, 1, 6, 2), (3, 1, 1))
    check_max(student, draw_distinct(rng, 1, 1, 2, 6), (1, 2, 2))


@pytest.mark.points(1, task="max_pool", hint="(H - pool_height) // stride + 1 places, as they are")
def test_max_pool_forward_any_stride(student, rng):
    """Windows may overlap or leave gaps, and a rest at the end is left out."""
    check_max(student, draw_distinct(rng, 1, 1, 4, 4), OVERLAPPING)
    check_max(student, draw_distinct(rng, 1, 1, 6, 6), WITH_GAPS)
    check_max(student, draw_distinct(rng, 1, 1, 1, 1), (1, 1, 1))


@pytest.mark.points(
    1, task="max_pool", hint="dout[n, c, i, j] goes to the place of the maximum, nothing elsewhere"
)
def test_max_pool_backward_plain(student, rng):
    """The gradient of an output goes to the number that won."""
    check_max_gradient(student, rng, draw_distinct(rng, 1, 1, 4, 4), TILES)


@pytest.mark.points(1, task="max_pool", hint="each image and channel has winners of its own")
def test_max_pool_backward_any_shape(student, rng):
    """Images, channels, and windows that are no squares."""
    check_max_gradient(student, rng, draw_distinct(rng, 2, 3, 6, 2), (3, 1, 3))


@pytest.mark.points(1, task="max_pool", hint="a pixel that wins in two windows adds up both: +=")
def test_max_pool_backward_any_stride(student, rng):
    """A number that wins several windows collects from all of them; others get nothing."""
    # The largest number of all wins every window over it; the last of these has another winner
    # where it does not lie, so that writing over shows as well.
    x = draw_distinct(rng, 1, 1, 4, 4)
    x[0, 0, 1, 1] = x.max() + 1
    check_max_gradient(student, rng, x, OVERLAPPING)
    check_max_gradient(student, rng, draw_distinct(rng, 1, 1, 6, 6), WITH_GAPS)


@pytest.mark.points(1, task="max_pool", hint="write into arrays of your own")
@pytest.mark.depends("test_max_pool_forward_plain")
def test_max_pool_leaves_its_arguments(student, rng):
    """Images and pool_param that were handed in stay as they were."""
    check_pool_untouched(student, rng, "max_pool")


# --- avg_pool: 8 ---


def check_mean(student, x, window):
    check_pool(student, x, window, "avg_pool", np.mean, wrong_mean)


def wrong_mean(x, window, right):
    return {
        "it is the sum: divide by the number of pixels in a window": (
            formulas.pooled(x, np.sum, *window)
        ),
        "it is the maximum: take the mean": formulas.pooled(x, np.max, *window),
    }


def check_mean_gradient(student, rng, x, window):
    check_pool_gradient(
        student,
        rng,
        x,
        window,
        "avg_pool",
        np.mean,
        formulas.in_equal_parts,
        {
            "each pixel gets the whole gradient: divide by the window's size": (
                formulas.to_everyone
            ),
            "the largest number gets all, as in max pooling: the parts are equal": (
                formulas.to_winner
            ),
        },
    )


@pytest.mark.points(1, task="avg_pool", hint="the mean of each window")
def test_avg_pool_forward_plain(student, rng):
    """Each output is the mean of its window."""
    check_mean(student, draw(rng, 1, 1, 4, 4), TILES)


@pytest.mark.points(1, task="avg_pool", hint="one channel at a time, pool_height * pool_width")
def test_avg_pool_forward_any_shape(student, rng):
    """Images, channels, and windows that are no squares."""
    check_mean(student, draw(rng, 2, 3, 6, 2), (3, 1, 3))


@pytest.mark.points(1, task="avg_pool", hint="(H - pool_height) // stride + 1 places, as they are")
def test_avg_pool_forward_any_stride(student, rng):
    """Windows may overlap or leave gaps, and a rest at the end is left out."""
    check_mean(student, draw(rng, 1, 1, 4, 4), OVERLAPPING)
    check_mean(student, draw(rng, 1, 1, 6, 6), WITH_GAPS)


@pytest.mark.points(2, task="avg_pool", hint="every pixel gets dout / (pool_height * pool_width)")
def test_avg_pool_backward_plain(student, rng):
    """The gradient of an output goes in equal parts to its window."""
    check_mean_gradient(student, rng, draw_distinct(rng, 1, 1, 4, 4), TILES)


@pytest.mark.points(1, task="avg_pool", hint="divide by pool_height * pool_width")
def test_avg_pool_backward_any_shape(student, rng):
    """Images, channels, and windows that are no squares."""
    check_mean_gradient(student, rng, draw_distinct(rng, 2, 3, 6, 2), (3, 1, 3))


@pytest.mark.points(1, task="avg_pool", hint="a pixel under two windows adds up both: +=")
def test_avg_pool_backward_any_stride(student, rng):
    """A pixel under several windows collects from all of them; others get nothing."""
    check_mean_gradient(student, rng, draw_distinct(rng, 1, 1, 4, 4), OVERLAPPING)
    check_mean_gradient(student, rng, draw_distinct(rng, 1, 1, 6, 6), WITH_GAPS)


@pytest.mark.points(1, task="avg_pool", hint="dout / 4 is a new array, dout /= 4 is the caller's")
@pytest.mark.depends("test_avg_pool_forward_plain")
def test_avg_pool_leaves_its_arguments(student, rng):
    """Images and pool_param that were handed in stay as they were."""
    check_pool_untouched(student, rng, "avg_pool")


# --- receptive_field: 6 ---


def check_field(student, layers):
    jumps = np.cumprod([stride for _, stride in layers])
    reach = [kernel - 1 for kernel, _ in layers]
    right = formulas.receptive_field(layers)
    check_close(
        student.receptive_field(layers),
        right,
        f"the field of {layers}",
        mistakes={
            "a layer's own stride counts only for the layers after it": 1 + reach @ jumps,
            "strides have no effect": 1 + sum(reach),
            "layers run from input to output, not the other way": (
                formulas.receptive_field(layers[::-1])
            ),
            "kernel sizes are multiplied": np.prod([kernel for kernel, _ in layers]),
            "it starts from 1, one pixel": right - 1,
        },
    )


@pytest.mark.points(2, task="receptive_field", hint="start from 1; a layer adds kernel - 1")
def test_receptive_field_without_strides(student, rng):
    """With stride 1 each layer adds its kernel less one; no layer sees one pixel."""
    check_field(student, [(int(kernel), 1) for kernel in rng.integers(2, 8, 4)])
    check_close(student.receptive_field([]), 1, "the field of no layer")


@pytest.mark.points(1, task="receptive_field", hint="jump *= stride comes after field += ...")
def test_receptive_field_of_one_layer(student):
    """One layer sees its kernel, whatever its stride."""
    check_field(student, [(7, 2)])


@pytest.mark.points(
    1, task="receptive_field", hint="field += (kernel - 1) * jump first, then jump *= stride"
)
def test_receptive_field_of_equal_layers(student):
    """Each layer's outputs lie further apart by the strides before it."""
    check_field(student, [(5, 3), (2, 2), (5, 3)])


@pytest.mark.points(2, task="receptive_field", hint="walk from input to output; change no list")
def test_receptive_field_definition(student, rng):
    """The pixels between the first and the last that one output depends on, in any stack."""
    for layers in [(5, 3), (4, 2), (3, 1)], [(3, 1), (2, 2), (3, 1)]:
        check_field(student, layers)
    strides = rng.integers(1, 4, 4).tolist()
    layers = [(stride + int(rng.integers(1, 4)), stride) for stride in strides]
    call = student.after("receptive_field", layers)
    check_close(call.result, formulas.receptive_field(layers), f"the field of {layers}")
    assert list(map(tuple, call.args[0])) == layers, "the list of layers was changed"
