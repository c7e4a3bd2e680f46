"""Public checks of the convolutions assignment: small worked numbers, and hints.

Your grade comes from other tests of the same functions, on other numbers and more cases.
"""

import numpy as np
import pytest

from graders.engine.compare import (
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
        ((28, 5, 1, 2), 28, {"padding is on both sides: add 2 p": 26}),
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


@pytest.mark.points(1, task="correlate2d", hint="(image[i:i+HH, j:j+WW] * kernel).sum()")
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
    check_close(
        student.convolve2d(np.array([[3.0, 5.0, 4.0]]), np.array([[-1.0, 1.0]])),
        np.array([[-2.0, 1.0]]),
        "convolve2d of the row",
        reveal=True,
        mistakes={"the kernel is not turned: this is correlation": np.array([[2.0, -1.0]])},
    )
    image, kernel = np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([[1.0, 10], [100, 0]])
    check_close(
        student.convolve2d(image, kernel),
        np.array([[245.0, 356.0]]),
        "convolve2d of 2 x 3 pixels",
        reveal=True,
        mistakes={
            "the kernel is flipped along one axis only": np.array([[154.0, 265.0]]),
            "the kernel is mirrored along one axis only": np.array([[512.0, 623.0]]),
        },
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


@pytest.mark.points(1, task="high_pass", hint="np.fft.fftfreq(H) * H are cycles per image")
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
@pytest.mark.depends("test_high_pass_of_waves")
def test_high_pass_at_the_cutoff(student):
    """Cutoff 0 removes the mean; a wave exactly at the cutoff goes."""
    wave = np.tile(np.cos(2 * np.pi * 2 * np.arange(8) / 8), (4, 1))
    what = "high_pass with cutoff"
    check_close(student.high_pass(3 + wave, 0), wave, f"{what} 0", reveal=True, atol=1e-5)
    check_close(student.high_pass(3 + wave, 2), 0 * wave, f"{what} 2", reveal=True, atol=1e-5)


# --- conv_matrix ---


@pytest.mark.points(1, task="conv_matrix", hint="one row for each place, one column for each pixel")
def test_conv_matrix_worked(student):
    """The kernel (1, 2) on a row of 4 pixels; a 2 x 2 kernel on 2 x 3 pixels."""
    check_close(
        student.conv_matrix(np.array([[1.0, 2.0]]), 1, 4),
        np.array([[1.0, 2, 0, 0], [0, 1, 2, 0], [0, 0, 1, 2]]),
        "conv_matrix of a row",
        reveal=True,
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
    out, _ = forward(student, np.ones((1, 3, 4, 5)), np.ones((1, 3, 3, 3)), np.array([0.5]), 1, 0)
    right = np.full((1, 1, 2, 3), 27.5)
    mistakes = {
        "the bias is missing": right - 0.5,
        "the bias is added once for each channel": right + 1,
        "only one channel is seen": right - 18,
    }
    check_close(out, right, "out", reveal=True, mistakes=mistakes)


@pytest.mark.points(1, task="conv_forward", hint="zeros on all four sides; windows stride apart")
@pytest.mark.depends("test_conv_forward_of_ones")
def test_conv_forward_stride_and_pad(student):
    """With padding 1 a corner sees 4 pixels of 9; with stride 2 what is left over is left out."""
    x, w, b = np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3)), np.zeros(1)
    padded = np.array([[4.0, 6, 6, 4], [6, 9, 9, 6], [6, 9, 9, 6], [4, 6, 6, 4]])[None, None]
    edge = {"the border is repeated: pad with zeros": np.full((1, 1, 4, 4), 9.0)}
    out = forward(student, x, w, b, 1, 1)[0]
    check_close(out, padded, "out with pad 1", reveal=True, mistakes=edge)
    strided = forward(student, x, w, b, 2, 1)[0]
    check_close(strided, padded[:, :, ::2, ::2], "out with pad 1, stride 2", reveal=True)


@pytest.mark.points(1, task="conv_forward", hint="x[n, :, i:i+HH, j:j+WW] * w[f], not turned")
@pytest.mark.depends("test_conv_forward_of_ones")
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


@pytest.mark.points(1, task="conv_backward", hint="windows overlap, so add to dx with +=")
def test_conv_backward_of_ones(student):
    """For images of ones and of twos, dx counts the windows over a pixel, db the places."""
    x = np.ones((2, 1, 4, 4)) * [[[[1.0]]], [[[2.0]]]]
    cache = forward(student, x, np.ones((1, 1, 3, 3)), np.zeros(1), 1, 0)[1]
    dx, dw, db = as_tuple(student.conv_backward(np.ones((2, 1, 2, 2)), cache), "dx, dw, db")
    count = np.array([1.0, 2, 2, 1])
    check_close(
        dx,
        np.tile(np.outer(count, count), (2, 1, 1, 1)),
        "dx",
        reveal=True,
        mistakes={"windows overlap: add with +=": np.ones((2, 1, 4, 4))},
    )
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


@pytest.mark.points(1, task="conv_backward", hint="each product in the sum feeds both its factors")
@pytest.mark.depends("test_conv_backward_of_ones")
def test_conv_backward_gradients(student):
    """All three gradients agree with the slope of the output, through stride and padding."""
    for stride, pad in [(1, 0), (2, 1)]:
        x, w, b = numbers(2, 2, 4, 5), numbers(3, 2, 3, 2), numbers(3)
        out, cache = forward(student, x, w, b, stride, pad)
        dout = numbers(*np.shape(out))[::-1]
        dx, dw, db = as_tuple(student.conv_backward(dout, cache), "dx, dw, db")

        def loss(x, w, b, stride=stride, pad=pad, dout=dout):
            return np.vdot(forward(student, x, w, b, stride, pad)[0], dout)

        where = f"with stride {stride}, pad {pad}"
        check_gradient(lambda x, w=w, b=b: loss(x, w, b), x, dx, f"dx {where}")
        check_gradient(lambda w, x=x, b=b: loss(x, w, b), w, dw, f"dw {where}")
        check_gradient(lambda b, x=x, w=w: loss(x, w, b), b, db, f"db {where}")


# --- max_pool and avg_pool ---

PICTURE = [[1.0, 3, 2, 0], [4, 2, 1, 1], [6, 0, 5, 8], [2, 4, 6, 7]]


def tiles(stride=2):
    return {"pool_height": 2, "pool_width": 2, "stride": stride}


def pooled(student, kind, x, stride=2):
    return as_tuple(getattr(student, f"{kind}_pool_forward")(x, tiles(stride)), "out, cache")


@pytest.mark.points(1, task="max_pool", hint="the maximum over the window, one channel at a time")
def test_max_pool_worked(student):
    """The largest of each 2 x 2 window: 4 2 / 6 8; all negative, the one nearest to zero."""
    x = np.array(PICTURE)[None, None]
    right = np.array([[4.0, 2], [6, 8]])[None, None]
    check_close(pooled(student, "max", x)[0], right, "out", reveal=True)
    overlapping = np.array([[4.0, 3, 2], [6, 5, 8], [6, 6, 8]])[None, None]
    check_close(pooled(student, "max", x, 1)[0], overlapping, "out with stride 1", reveal=True)
    check_close(
        pooled(student, "max", x - 10)[0],
        right - 10,
        "out of negative numbers",
        reveal=True,
        mistakes={"a maximum must not start from 0": np.zeros((1, 1, 2, 2))},
    )


@pytest.mark.points(1, task="max_pool", hint="the gradient goes to the place of the maximum: +=")
@pytest.mark.depends("test_max_pool_worked")
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
    overlapping = np.array([[2.5, 2, 1], [3, 2, 3.75], [3, 3.75, 6.5]])[None, None]
    check_close(pooled(student, "avg", x, 1)[0], overlapping, "out with stride 1", reveal=True)


@pytest.mark.points(1, task="avg_pool", hint="dout / (pool_height * pool_width) to each pixel: +=")
@pytest.mark.depends("test_avg_pool_worked")
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
                "a layer's own stride counts only for the layers after it": 26,
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
