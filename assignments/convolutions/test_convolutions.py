"""Public checks of the convolutions assignment: small worked numbers, and hints.

Your grade comes from other tests of the same functions, on other numbers and more cases.
"""

from functools import partial

import numpy as np
import pytest

from graders.engine.compare import (
    as_array,
    as_tuple,
    check_close,
    check_gradient,
    check_raises,
    check_untouched,
)


def numbers(*shape):
    """The same numbers of order 1 at every call, all different."""
    return np.random.default_rng(0).standard_normal(shape)


# --- output_size ---


@pytest.mark.points(1, task="output_size", hint="(size - kernel) // stride + 1")
def test_output_size_valid(student):
    """A window of 3 fits 26 times into 28 pixels, with stride 2 13 times, and 3 times into 8."""
    for size, stride, right in [(28, 1, 26), (28, 2, 13), (8, 2, 3), (3, 1, 1)]:
        check_close(
            student.output_size(size, 3, stride),
            right,
            f"output_size({size}, 3, {stride})",
            reveal=True,
            mistakes={
                "the + 1 is missing": right - 1,
                "the result is a fraction: whole places only": (size - 3) / stride + 1,
                "a place at the end does not fit: round down": -(-(size - 3) // stride) + 1,
            },
        )


@pytest.mark.points(1, task="output_size", hint='"same": ceil(size / stride); p: size + 2 * p')
def test_output_size_padded(student):
    """Padding: "same" keeps 28 pixels at stride 1 and gives 14 at stride 2; 2 a side add 4."""
    for arguments, right, wrong in [
        ((28, 3, 1, "same"), 28, {'"same" needs no room for the kernel': 26}),
        ((28, 3, 2, "same"), 14, {"the stride has no effect": 28, '"same" is no "valid"': 13}),
        ((7, 2, 2, "same"), 4, {"round up, not down": 3}),
        ((28, 5, 1, 2), 28, {"padding is on both sides: add 2 p": 26, "the + 1 is missing": 27}),
    ]:
        what = f"output_size{arguments}"
        check_close(student.output_size(*arguments), right, what, reveal=True, mistakes=wrong)


@pytest.mark.points(1, task="output_size", hint="raise ValueError(...) where the kernel is larger")
@pytest.mark.depends("test_output_size_valid")
def test_output_size_refuses(student):
    """A window of 5 does not fit into 4 pixels, and 0 pixels are none: ValueError."""
    check_raises(ValueError, student, "output_size", 4, 5)
    check_raises(ValueError, student, "output_size", 0, 1)


# --- correlate2d ---


@pytest.mark.points(
    1, task="correlate2d", hint="(image[i:i+HH, j:j+WW] * kernel).sum(), wherever the kernel fits"
)
def test_correlate2d_worked(student):
    """On the row 3 5 4 the kernel (-1, 1) gives 2 and -1; a 2 x 2 kernel on 2 x 3 pixels."""
    check_close(
        student.correlate2d(np.array([[3.0, 5.0, 4.0]]), np.array([[-1.0, 1.0]])),
        np.array([[2.0, -1.0]]),
        "correlate2d of the row",
        reveal=True,
        mistakes={"the kernel is turned: that is convolve2d": np.array([[-2.0, 1.0]])},
    )
    image, kernel = np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([[1.0, 10], [100, 0]])
    check_close(
        student.correlate2d(image, kernel),
        np.array([[421.0, 532.0]]),
        "correlate2d of 2 x 3 pixels",
        reveal=True,
        mistakes={
            "the kernel is turned: that is convolve2d": np.array([[245.0, 356.0]]),
            "the kernel is transposed": np.array([[241.0, 352.0]]),
        },
    )


@pytest.mark.points(1, task="correlate2d", hint="compare kernel.shape with image.shape, both axes")
@pytest.mark.depends("test_correlate2d_worked")
def test_correlate2d_refuses(student):
    """A kernel of 1 x 4 does not fit into an image of 3 x 3: ValueError."""
    check_raises(ValueError, student, "correlate2d", np.ones((3, 3)), np.ones((1, 4)))


# --- convolve2d ---


@pytest.mark.points(1, task="convolve2d", hint="kernel[::-1, ::-1] is turned by 180 degrees")
def test_convolve2d_worked(student):
    """On the row 3 5 4 the kernel (-1, 1) gives -2 and 1; a 2 x 2 kernel on 2 x 3 pixels."""
    image, kernel = np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([[1.0, 10], [100, 0]])
    check_close(
        student.convolve2d(image, kernel),
        np.array([[245.0, 356.0]]),
        "convolve2d of 2 x 3 pixels",
        reveal=True,
        mistakes={
            "the kernel is not turned: this is correlation": np.array([[421.0, 532.0]]),
            "the kernel is flipped along one axis only": np.array([[154.0, 265.0]]),
            "the kernel is mirrored along one axis only": np.array([[512.0, 623.0]]),
            "the kernel is transposed, not turned": np.array([[241.0, 352.0]]),
        },
    )
    check_close(
        student.convolve2d(np.array([[3.0, 5.0, 4.0]]), np.array([[-1.0, 1.0]])),
        np.array([[-2.0, 1.0]]),
        "convolve2d of the row",
        reveal=True,
        mistakes={"the kernel is not turned: this is correlation": np.array([[2.0, -1.0]])},
    )


@pytest.mark.points(1, task="convolve2d", hint="kernel[::-1, ::-1] is a view: do not write into it")
@pytest.mark.depends("test_convolve2d_worked")
def test_convolve2d_leaves_its_arguments(student):
    """Image and kernel that were handed in stay as they were."""
    image, kernel = numbers(4, 4), numbers(2, 3)
    call = student.after("convolve2d", image, kernel)
    check_untouched(call, image, kernel, names="image, kernel")


# --- sobel_edges ---


@pytest.mark.points(1, task="sobel_edges", hint="np.sqrt(gx**2 + gy**2), kernels unscaled")
def test_sobel_edges_of_ramps(student):
    """A ramp of 1 to the right has edges of 8, one of 1 right and 1 down sqrt(128), a wall none."""
    across, down = np.meshgrid(np.arange(5.0), np.arange(4.0))
    for image, strength, wrong in [
        (
            across,
            8.0,
            {
                "the square root is missing": 64.0,
                "the kernels are scaled: use them as they are": 1.0,
                "the middle row of the kernel weighs 2": 6.0,
            },
        ),
        (across + down, np.sqrt(128), {"it is |gx| + |gy|": 16.0, "only one of gx, gy": 8.0}),
        (np.full((4, 5), 7.0), 0.0, {}),
    ]:
        mistakes = {advice: np.full((2, 3), value) for advice, value in wrong.items()}
        right = np.full((2, 3), strength)
        check_close(student.sobel_edges(image), right, "the edges", reveal=True, mistakes=mistakes)


# --- high_pass ---


@pytest.mark.points(
    1, task="high_pass", hint="fft2, zero where hypot(fy, fx) <= cutoff, ifft2, the real part"
)
def test_high_pass_of_waves(student):
    """Of a mean and three waves, the cutoff 3 removes the mean and the wave of 2 cycles."""
    down, across = 2 * np.pi * np.indices((8, 16)) / np.array([8, 16])[:, None, None]
    slow = np.cos(2 * across)  # at distance 2
    oblique = np.sin(3 * down + 3 * across)  # at distance 4.24
    fast = np.cos(5 * across)
    check_close(
        student.high_pass(5 + slow + oblique + fast, 3),
        oblique + fast,
        "high_pass with cutoff 3",
        reveal=True,
        atol=1e-5,
        mistakes={
            "this is a low-pass filter: the slow waves must go": 5 + slow,
            "the distance is Euclidean, sqrt(fy^2 + fx^2): a circle goes, not a square": fast,
            "nothing is left: are frequencies in cycles per image?": np.zeros((8, 16)),
            "frequencies above half the size are negative ones: see np.fft.fftfreq": (
                oblique + fast + slow / 2
            ),
        },
    )


@pytest.mark.points(1, task="high_pass", hint="zero where the distance is <= cutoff")
def test_high_pass_at_the_cutoff(student):
    """Cutoff 0 removes the mean; a wave exactly at the cutoff goes."""
    wave = np.tile(np.cos(2 * np.pi * 2 * np.arange(8) / 8), (4, 1))
    for cutoff, right, strict in [(0, wave, 3 + wave), (2, 0 * wave, wave)]:
        check_close(
            student.high_pass(3 + wave, cutoff),
            right,
            f"high_pass with cutoff {cutoff}",
            reveal=True,
            atol=1e-5,
            mistakes={"a wave exactly at the cutoff goes, too": strict},
        )


# --- conv_matrix ---


@pytest.mark.points(1, task="conv_matrix", hint="one row for each place, one column for each pixel")
def test_conv_matrix_worked(student):
    """The kernel (1, 2) on a row of 4 pixels; a 2 x 2 kernel on 2 x 3 pixels."""
    check_close(
        student.conv_matrix(np.array([[1.0, 2.0]]), 1, 4),
        np.array([[1.0, 2, 0, 0], [0, 1, 2, 0], [0, 0, 1, 2]]),
        "conv_matrix of a row",
        reveal=True,
        mistakes={
            "the kernel is turned: that would be convolve2d": np.array(
                [[2.0, 1, 0, 0], [0, 2, 1, 0], [0, 0, 2, 1]]
            )
        },
    )
    check_close(
        student.conv_matrix(np.array([[1.0, 2.0], [3.0, 4.0]]), 2, 3),
        np.array([[1.0, 2, 0, 3, 4, 0], [0, 1, 2, 0, 3, 4]]),
        "conv_matrix of 2 x 3 pixels",
        reveal=True,
        mistakes={
            "the kernel's second row belongs one image row, 3 columns, after its first": np.array(
                [[1.0, 2, 3, 4, 0, 0], [0, 1, 2, 3, 4, 0]]
            ),
            "the kernel is turned: that would be convolve2d": np.array(
                [[4.0, 3, 0, 2, 1, 0], [0, 4, 3, 0, 2, 1]]
            ),
        },
    )


# --- conv_forward ---


def param(stride, pad):
    return {"stride": stride, "pad": pad}


def forward(student, x, w, b, stride, pad):
    return as_tuple(student.conv_forward(x, w, b, param(stride, pad)), "out, cache")


@pytest.mark.points(
    1, task="conv_forward", hint="add up over channels and over the window, then + b"
)
def test_conv_forward_of_ones(student):
    """3 channels of ones under a 3 x 3 filter of ones: 27, plus a bias of 0.5."""
    out, _ = forward(student, np.ones((1, 3, 4, 4)), np.ones((1, 3, 3, 3)), np.array([0.5]), 1, 0)
    right = np.full((1, 1, 2, 2), 27.5)
    mistakes = {
        "the bias is missing": right - 0.5,
        "the bias is added once for each channel": right + 1,
        "only one channel is seen": right - 18,
    }
    check_close(out, right, "out", reveal=True, mistakes=mistakes)


@pytest.mark.points(1, task="conv_forward", hint="rows go with H and HH, columns with W and WW")
def test_conv_forward_not_square(student):
    """A filter of 2 x 3 finds 2 x 4 places in images of 3 x 6 pixels, and its bias goes with it."""
    x, w, b = np.ones((1, 1, 3, 6)), np.ones((2, 1, 2, 3)), np.array([0.5, -0.5])
    right = np.full((1, 2, 2, 4), 6.0) + b[:, None, None]
    mistakes = {"the bias is missing": np.full((1, 2, 2, 4), 6.0)}
    check_close(forward(student, x, w, b, 1, 0)[0], right, "out", reveal=True, mistakes=mistakes)


@pytest.mark.points(1, task="conv_forward", hint="zeros on all four sides: np.pad")
def test_conv_forward_pad(student):
    """With padding 1 a corner sees 4 pixels of 9, and an edge 6."""
    x, w, b = np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3)), np.zeros(1)
    padded = np.array([[4.0, 6, 6, 4], [6, 9, 9, 6], [6, 9, 9, 6], [4, 6, 6, 4]])[None, None]
    edge = {"the border is repeated: pad with zeros": np.full((1, 1, 4, 4), 9.0)}
    out = forward(student, x, w, b, 1, 1)[0]
    check_close(out, padded, "out with pad 1", reveal=True, mistakes=edge)


@pytest.mark.points(1, task="conv_forward", hint="x[n, :, i*s:i*s+HH, j*s:j*s+WW], s the stride")
def test_conv_forward_stride(student):
    """With stride 2 a filter of 3 x 3 has 2 x 2 places on 6 x 6 pixels; the rest is left out."""
    x = np.arange(36.0).reshape(1, 1, 6, 6)
    w = np.zeros((1, 1, 3, 3))
    w[0, 0, 1, 1] = 1  # picks the pixel in the middle
    check_close(
        forward(student, x, w, np.zeros(1), 2, 0)[0],
        x[:, :, 1:5:2, 1:5:2],
        "out with stride 2",
        reveal=True,
        mistakes={"neighbouring windows lie stride pixels apart": x[:, :, 1:3, 1:3]},
    )


@pytest.mark.points(1, task="conv_forward", hint="x[n, :, i:i+HH, j:j+WW] * w[f], not turned")
def test_conv_forward_direction(student):
    """The filter is not turned: a 1 in its lower right corner picks the lower right pixel."""
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    w = np.zeros((1, 1, 3, 3))
    w[0, 0, 2, 2] = 1
    check_close(
        forward(student, x, w, np.zeros(1), 1, 0)[0],
        x[:, :, 2:, 2:],
        "out",
        reveal=True,
        mistakes={"the filter is turned: a layer correlates": x[:, :, :2, :2]},
    )


@pytest.mark.points(1, task="conv_forward", hint="np.pad returns a new array: work on that one")
@pytest.mark.depends("test_conv_forward_of_ones")
def test_conv_forward_leaves_its_arguments(student):
    """Images, filters, biases and conv_param stay as they were."""
    x, w, b = numbers(1, 2, 4, 4), numbers(2, 2, 3, 3), numbers(2)
    call = student.after("conv_forward", x, w, b, param(1, 1))
    check_untouched(call, x, w, b, param(1, 1), names="x, w, b, conv_param")


# --- conv_backward ---


ONES = np.ones((1, 1, 3, 3))


def backward(student, images, pad, w=ONES):
    """dx, dw and db for these images under one 3 x 3 filter, dout being ones."""
    _, cache = forward(student, images, w, np.zeros(1), 1, pad)
    size = images.shape[2] + 2 * pad - 2
    dout = np.ones((len(images), 1, size, size))
    return as_tuple(student.conv_backward(dout, cache), "dx, dw, db")


@pytest.mark.points(1, task="conv_backward", hint="windows overlap: += into dpadded, then cut it")
def test_conv_backward_dx_of_ones(student):
    """With pad 1, dx counts the windows over each of 4 x 4 pixels: 4 in a corner, 9 in the middle."""
    dx, _, _ = backward(student, np.ones((1, 1, 4, 4)), 1)
    right = np.outer([2.0, 3, 3, 2], [2.0, 3, 3, 2])[None, None]
    overlap = {"windows overlap: add with +=": np.ones((1, 1, 4, 4))}
    check_close(dx, right, "dx with pad 1", reveal=True, mistakes=overlap)


@pytest.mark.points(
    1, task="conv_backward", hint="pad:-pad is empty where pad is 0: take pad : pad + H"
)
def test_conv_backward_dx_without_padding(student):
    """With pad 0 there is nothing to cut off: dx of a single window of 3 x 3 is the filter."""
    w = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    dx, _, _ = backward(student, np.ones((1, 1, 3, 3)), 0, w)
    turned = {"the filter is turned: it lies on dx as it lay on x": w[:, :, ::-1, ::-1]}
    check_close(dx, w, "dx with pad 0", reveal=True, mistakes=turned)


@pytest.mark.points(1, task="conv_backward", hint="add up over all places of all images")
def test_conv_backward_dw_db_of_ones(student):
    """For images of ones and of twos, dw adds up what a weight met, and db counts the places."""
    _, dw, db = backward(student, np.ones((2, 1, 4, 4)) * [[[[1.0]]], [[[2.0]]]], 0)
    check_close(
        dw,
        np.full((1, 1, 3, 3), 12.0),  # 4 places of ones and 4 of twos
        "dw",
        reveal=True,
        mistakes={
            "dout carries the 1/N of the mean already: do not divide": np.full((1, 1, 3, 3), 6.0),
            "only the last image counts: add up over all of them": np.full((1, 1, 3, 3), 8.0),
            "only the first image counts: add up over all of them": np.full((1, 1, 3, 3), 4.0),
        },
    )
    averaged = {"add up over images and places, do not average": np.array([1.0])}
    check_close(db, np.array([8.0]), "db", reveal=True, mistakes=averaged)


def check_slopes(student, stride, pad, *names):
    inputs = {"x": numbers(2, 2, 4, 5), "w": numbers(3, 2, 3, 2), "b": numbers(3)}
    out, cache = forward(student, *inputs.values(), stride, pad)
    dout = numbers(*np.shape(out))[::-1]
    gradients = as_tuple(student.conv_backward(dout, cache), "dx, dw, db")

    def total(name, value):
        moved = {**inputs, name: value}.values()
        return np.vdot(forward(student, *moved, stride, pad)[0], dout)

    for name, gradient in zip(inputs, gradients, strict=True):
        if name in names:
            what = f"d{name} with stride {stride}, pad {pad}"
            check_gradient(partial(total, name), inputs[name], gradient, what)


@pytest.mark.points(1, task="conv_backward", hint="a pixel gets dout times the weight above it")
@pytest.mark.depends("test_conv_backward_dx_of_ones")
def test_conv_backward_dx_is_the_slope(student):
    """dx agrees with the slope of the output, through stride and padding."""
    for stride, pad in [(2, 1), (1, 0)]:
        check_slopes(student, stride, pad, "x")


@pytest.mark.points(1, task="conv_backward", hint="a weight gets dout times the pixel under it")
@pytest.mark.depends("test_conv_backward_dw_db_of_ones")
def test_conv_backward_dw_db_are_slopes(student):
    """dw and db agree with the slope of the output, through stride and padding."""
    for stride, pad in [(1, 0), (2, 1)]:
        check_slopes(student, stride, pad, "w", "b")


# --- max_pool and avg_pool ---

PICTURE = [[1.0, 3, 2, 0], [4, 2, 1, 1], [6, 0, 5, 8], [2, 4, 6, 7]]


def tiles(stride=2):
    return {"pool_height": 2, "pool_width": 2, "stride": stride}


def pooled(student, kind, x, stride=2):
    return as_tuple(getattr(student, f"{kind}_pool_forward")(x, tiles(stride)), "out, cache")


# of 2 x 2 windows that move by 1
OVERLAPPING = {
    "max": [[4.0, 3, 2], [6, 5, 8], [6, 6, 8]],
    "avg": [[2.5, 2, 1], [3, 2, 3.75], [3, 3.75, 6.5]],
}


def check_overlapping(student, kind):
    out, _ = pooled(student, kind, np.array(PICTURE)[None, None], 1)
    check_close(out, np.array(OVERLAPPING[kind])[None, None], "out with stride 1", reveal=True)


@pytest.mark.points(1, task="max_pool", hint="the maximum over the window, one channel at a time")
def test_max_pool_worked(student):
    """The largest of each 2 x 2 window: 4 2 / 6 8; in a negative channel, the one nearest to 0."""
    x = np.array([PICTURE, np.array(PICTURE) - 10])[None]
    right = np.array([[[4.0, 2], [6, 8]], [[-6, -8], [-4, -2]]])[None]
    check_close(
        pooled(student, "max", x)[0],
        right,
        "out",
        reveal=True,
        mistakes={
            "a maximum must not start from 0": np.maximum(right, 0),
            "the maximum goes over all channels: keep them apart": right[:, [0, 0]],
        },
    )


@pytest.mark.points(1, task="max_pool", hint="(H - pool_height) // stride + 1 places, stride apart")
def test_max_pool_overlapping(student):
    """With stride 1 there are 3 x 3 windows of 2 x 2 in 4 x 4 pixels."""
    check_overlapping(student, "max")


def overlapping_gradient(student, kind, x):
    """dx of windows of 2 x 2 that move by 1, dout being ones."""
    x = np.array(x)[None, None]
    _, cache = pooled(student, kind, x, 1)
    dout = np.ones((1, 1, x.shape[2] - 1, x.shape[3] - 1))
    return as_array(getattr(student, f"{kind}_pool_backward")(dout, cache), x.shape, "dx")[0, 0]


@pytest.mark.points(1, task="max_pool", hint="the gradient goes to the place of the maximum: +=")
def test_max_pool_gradient_adds_up(student):
    """A pixel that wins 4 windows gets 4 times dout; one that wins 1 of 2 keeps what it won."""
    check_close(
        overlapping_gradient(student, "max", [[1.0, 2, 3], [4, 9, 5], [6, 7, 8]]),
        np.array([[0.0, 0, 0], [0, 4, 0], [0, 0, 0]]),
        "dx",
        reveal=True,
        mistakes={
            "windows overlap: add to what is there with +=": (
                np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]])
            ),
            "only the largest number of a window gets the gradient": (
                np.array([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]])
            ),
        },
    )
    check_close(
        overlapping_gradient(student, "max", [[1.0, 4, 5], [0, 3, 2]]),
        np.array([[0.0, 1, 1], [0, 0, 0]]),
        "dx",
        reveal=True,
        mistakes={
            "the second window writes a 0 over what the first one gave: use +=": (
                np.array([[0.0, 0, 1], [0, 0, 0]])
            )
        },
    )


@pytest.mark.points(1, task="max_pool", hint="dout[n, c, i, j] goes to the place of the maximum")
def test_max_pool_gradient(student):
    """The gradient agrees with the slope of the output, for tiles and overlapping windows."""
    for stride in (2, 1):
        check_pool_gradient(student, "max", stride)


def check_pool_gradient(student, kind, stride):
    x = numbers(2, 2, 4, 5)
    out, cache = pooled(student, kind, x, stride)
    dout = 1 + numbers(*np.shape(out)) ** 2
    dx = getattr(student, f"{kind}_pool_backward")(dout, cache)
    check_gradient(
        lambda x: np.vdot(pooled(student, kind, x, stride)[0], dout),
        x,
        dx,
        f"dx of 2 x 2 windows with stride {stride}",
    )


@pytest.mark.points(1, task="avg_pool", hint="the mean over the window, one channel at a time")
def test_avg_pool_worked(student):
    """The mean of each 2 x 2 window: 2.5 1 / 3 6.5."""
    x, right = np.array(PICTURE)[None, None], np.array([[2.5, 1.0], [3.0, 6.5]])[None, None]
    total = {"it is the sum: divide by the window's size": 4 * right}
    check_close(pooled(student, "avg", x)[0], right, "out", reveal=True, mistakes=total)


@pytest.mark.points(1, task="avg_pool", hint="(H - pool_height) // stride + 1 places, stride apart")
def test_avg_pool_overlapping(student):
    """With stride 1 there are 3 x 3 windows of 2 x 2 in 4 x 4 pixels."""
    check_overlapping(student, "avg")


@pytest.mark.points(1, task="avg_pool", hint="dout / (pool_height * pool_width) to each pixel: +=")
def test_avg_pool_gradient_adds_up(student):
    """A pixel under 4 windows of 2 x 2 gets a quarter of dout from each."""
    counts = np.array([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]])
    check_close(
        overlapping_gradient(student, "avg", np.arange(9.0).reshape(3, 3)),
        counts / 4,
        "dx",
        reveal=True,
        mistakes={
            "windows overlap: add to what is there with +=": np.full((3, 3), 0.25),
            "divide by the window's size": counts,
        },
    )


@pytest.mark.points(1, task="avg_pool", hint="every pixel gets dout / (pool_height * pool_width)")
def test_avg_pool_gradient(student):
    """The gradient agrees with the slope of the output, for tiles and overlapping windows."""
    for stride in (2, 1):
        check_pool_gradient(student, "avg", stride)


# --- receptive_field ---


@pytest.mark.points(1, task="receptive_field", hint="field += (k - 1) * jump, and then jump *= s")
def test_receptive_field_worked(student):
    """Two layers of 3 see 5 pixels, with stride 2 in the first one 7; no layer sees 1."""
    for layers, right, wrong in [
        ([], 1, {}),
        ([(3, 1), (3, 1)], 5, {"kernel sizes are not multiplied": 9, "start from 1 pixel": 4}),
        (
            [(2, 2), (3, 3), (3, 1)],
            18,
            {
                "strides have no effect": 6,
                "a layer's own stride counts only for the layers after it": 27,
                "layers run from input to output, not the other way": 8,
            },
        ),
        ([(3, 2), (3, 1)], 7, {}),
    ]:
        check_close(
            student.receptive_field(layers),
            right,
            f"receptive_field({layers})",
            reveal=True,
            mistakes=wrong,
        )
