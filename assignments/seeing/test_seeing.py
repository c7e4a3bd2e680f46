"""Public checks of the seeing assignment: small worked numbers, and hints.

Your grade comes from other tests of the same functions, on other numbers and more cases.
"""

import numpy as np
import pytest

from graders.engine.compare import as_tuple, check_close, check_gradient, check_untouched

# --- saliency_map ---


@pytest.mark.points(1, task="saliency_map", hint="absolute values first, then the maximum, axis 1")
def test_saliency_worked(student):
    """Two pixels: the size of the strongest colour, 0.5 and 0.4."""
    pixels = np.array([[[[0.2, 0.4]], [[-0.5, 0.1]], [[0.3, -0.3]]]])  # (1, 3, 1, 2)
    check_close(
        student.saliency_map(pixels),
        np.array([[[0.5, 0.4]]]),
        "the saliency",
        reveal=True,
        mistakes={
            "a negative gradient matters as much: absolute values first": [[[0.3, 0.4]]],
            "it is the sum over the colours: take the largest": [[[1.0, 0.8]]],
        },
    )


@pytest.mark.points(1, task="saliency_map", hint="one map for each image")
@pytest.mark.depends("test_saliency_worked")
def test_saliency_of_two_images(student):
    """Two images of 1 x 3 pixels and 2 channels: (2, 1, 3), and the argument stays as it was."""
    gradients = np.arange(12.0).reshape(2, 2, 1, 3)
    call = student.after("saliency_map", gradients)
    check_close(call.result, gradients[:, 1], "the saliency", reveal=True)
    check_untouched(call, gradients, names="dscores_dx")


# --- guided_relu ---


@pytest.mark.points(1, task="guided_relu", hint="dout where x > 0 and dout > 0, else 0")
def test_guided_relu_worked(student):
    """The section's three numbers, and a fourth: 1 0 0 0."""
    x, dout = np.array([2.0, -1.0, 3.0, -2.0]), np.array([1.0, 4.0, -5.0, -6.0])
    out, cache = as_tuple(student.guided_relu_forward(x), "out, cache")
    check_close(out, np.array([2.0, 0, 3, 0]), "out", reveal=True)
    check_close(
        student.guided_relu_backward(dout, cache),
        np.array([1.0, 0, 0, 0]),
        "what goes down",
        reveal=True,
        mistakes={
            "this is the gradient: what comes below 0 does not go down": [1.0, 0, -5, 0],
            "this is the deconvnet: where x was below 0 nothing goes down": [1.0, 4, 0, 0],
            "everything goes down": dout,
            "what goes down is dout, not x": [2.0, 0, 0, 0],
        },
    )


@pytest.mark.points(1, task="guided_relu", hint="work on new arrays")
@pytest.mark.depends("test_guided_relu_worked")
def test_guided_relu_leaves_arrays_alone(student):
    """Neither x nor dout is changed."""
    x = np.array([[2.0, -1.0]])
    call = student.after("guided_relu_forward", x)
    check_untouched(call, x, names="x")
    back = student.after("guided_relu_backward", x, as_tuple(call.result, "out, cache")[1])
    check_untouched(back, x, names="dout")


# --- deconv_unpool ---


@pytest.mark.points(1, task="deconv_unpool", hint="np.add.at(out, places, x) adds up repetitions")
def test_deconv_unpool_worked(student):
    """7, 9 and 2 with the switches 1, 3, 3: 0 7 0 11 0."""
    found = student.deconv_unpool(
        np.array([[[[7.0, 9.0, 2.0]]]]), np.array([[[[1, 3, 3]]]]), (1, 5)
    )
    check_close(
        found,
        np.array([[[[0.0, 7, 0, 11, 0]]]]),
        "the map",
        reveal=True,
        mistakes={
            "where two meet they add up: out[switch] += x keeps the last": [[[[0.0, 7, 0, 2, 0]]]],
            "where two meet they add up, the larger one is not enough": [[[[0.0, 7, 0, 9, 0]]]],
        },
    )


@pytest.mark.points(
    1, task="deconv_unpool", hint="row = switch // W; every channel has its own map"
)
def test_deconv_unpool_of_channels(student):
    """Two channels into maps of 2 x 3: switch 4 is row 1, column 1."""
    right = np.zeros((1, 2, 2, 3))
    right[0, 0, 1, 1], right[0, 1, 0, 2] = 5, 6
    switches = np.array([4, 2]).reshape(1, 2, 1, 1)
    found = student.deconv_unpool(np.array([5.0, 6.0]).reshape(1, 2, 1, 1), switches, (2, 3))
    check_close(found, right, "the maps", reveal=True)


# --- grad_cam ---

MAPS = np.array([[[[4.0, 1.0]], [[1.0, 5.0]]]])
SLOPES = np.array([[[[1.0, 3.0]], [[-1.0, -1.0]]]])


@pytest.mark.points(1, task="grad_cam", hint="the four steps of the section's worked number")
def test_grad_cam_worked(student):
    """The section's two maps: (1, 0). With the second slope halved: (1, 0) from (7.5, -0.5)."""
    check_close(
        student.grad_cam(MAPS, SLOPES),
        np.array([[[1.0, 0.0]]]),
        "the map",
        reveal=True,
        mistakes={
            "what speaks against the class is below 0: keep what is above": [[[1.0, -3 / 7]]],
            "divide by the largest number": [[[7.0, 0.0]]],
            "the absolute value is not max(0, ...)": [[[1.0, 3 / 7]]],
            "all maps count alike: weigh them with their mean gradients": [[[5 / 6, 1.0]]],
        },
    )
    check_close(
        student.grad_cam(MAPS, np.abs(SLOPES)),
        np.array([[[1.0, 7 / 9]]]),
        "the map of slopes above 0",
        reveal=True,
        mistakes={
            "weigh with the mean over the places: this is gradient times activation": (
                np.array([[[5 / 8, 1.0]]])
            ),
            "a weight is the mean of a map's gradients, not their largest": [[[1.0, 8 / 13]]],
        },
    )


@pytest.mark.points(1, task="grad_cam", hint="max(axis=(1, 2), keepdims=True), and 1 where it is 0")
@pytest.mark.depends("test_grad_cam_worked")
def test_grad_cam_of_two_images(student):
    """Each image's map has its own scale, and one of nothing is 0."""
    maps = np.concatenate([MAPS, 10 * MAPS, MAPS])
    slopes = np.concatenate([np.abs(SLOPES), np.abs(SLOPES), -np.abs(SLOPES)])
    call = student.after("grad_cam", maps, slopes)
    right = np.array([[[1.0, 7 / 9]], [[1.0, 7 / 9]], [[0.0, 0.0]]])
    scales = {
        "each image's map is divided by its own largest number": right * [[[0.1]], [[1]], [[0]]]
    }
    check_close(call.result, right, "the maps", reveal=True, mistakes=scales)
    check_untouched(call, maps, slopes, names="activations, gradients")


# --- top_patches ---

ANSWERS = np.array([[0.1, 0.2, 0.3], [0.4, 0.0, 0.9]])


@pytest.mark.points(1, task="top_patches", hint="x1 = j * stride - pad, y1 = i * stride - pad")
def test_top_patches_worked(student):
    """The unit at row 1, column 2: from 7 to 14 and from 3 to 10."""
    check_close(
        student.top_patches(ANSWERS, 1, 7, 4, 1),
        np.array([[7, 3, 14, 10]]),
        "the box",
        reveal=True,
        mistakes={
            "x goes with columns, y with rows": [[3, 7, 10, 14]],
            "padding moves a field up and to the left": [[8, 4, 15, 11]],
            "padding moves a field up and to the left, not down": [[9, 5, 16, 12]],
            "these are corner and size": [[7, 3, 7, 7]],
            "the last pixel is not in the box": [[7, 3, 13, 9]],
        },
    )


@pytest.mark.points(1, task="top_patches", hint="np.argsort(-feature_map.ravel())[:k]")
@pytest.mark.depends("test_top_patches_worked")
def test_top_patches_of_two(student):
    """The two strongest, the strongest first; the second reaches over the border."""
    call = student.after("top_patches", ANSWERS, 2, 7, 4, 1)
    right = np.array([[7, 3, 14, 10], [-1, 3, 6, 10]])
    mistakes = {
        "the strongest comes first": right[::-1],
        "boxes are not cut off here": np.maximum(right, 0),
    }
    check_close(call.result, right, "the boxes", reveal=True, mistakes=mistakes)
    check_untouched(call, ANSWERS, names="feature_map")


# --- total_variation ---


@pytest.mark.points(1, task="total_variation", hint="differences of neighbours, squared, added up")
def test_total_variation_worked(student):
    """The row (1, 3, 2): 5, and the gradient -4 6 -2. A column has the same."""
    for image in (np.array([[[1.0, 3.0, 2.0]]]), np.array([[[1.0], [3.0], [2.0]]])):
        loss, grad = as_tuple(student.total_variation(image), "loss, grad")
        check_close(
            loss,
            5.0,
            f"the loss of {image.shape}",
            reveal=True,
            mistakes={
                "the differences are squared": 3.0,
                "it is a sum, not a mean": 5 / 3,
                "the last pixel has no neighbour behind it": 6.0,
            },
        )
        check_close(
            grad,
            np.array([-4.0, 6.0, -2.0]).reshape(image.shape),
            f"the gradient of {image.shape}",
            reveal=True,
            mistakes={
                "the earlier pixel of a pair has a gradient, too": (
                    np.array([0.0, 4.0, -2.0]).reshape(image.shape)
                )
            },
        )


@pytest.mark.points(1, task="total_variation", hint="a pixel collects from up to four neighbours")
@pytest.mark.depends("test_total_variation_worked")
def test_total_variation_slopes(student):
    """Of two channels the gradient is the slope of your loss."""
    image = np.cos(np.arange(24.0)).reshape(2, 3, 4)
    loss, grad = as_tuple(student.total_variation(image), "loss, grad")
    check_close(loss, 36.530426, "the loss", reveal=True, rtol=1e-4)
    check_gradient(lambda x: student.total_variation(x)[0], image, grad, "grad")


# --- deep_dream_step ---


@pytest.mark.points(1, task="deep_dream_step", hint="grad / np.abs(grad).mean(), then np.clip")
def test_deep_dream_step_worked(student):
    """The section's two numbers: 0.45 and 1."""
    check_close(
        student.deep_dream_step(np.array([0.5, 0.9]), np.array([-1.0, 3.0]), 0.1),
        np.array([0.45, 1.0]),
        "the image",
        reveal=True,
        mistakes={
            "nothing is clipped": [0.45, 1.05],
            "the step goes uphill: add": [0.55, 0.75],
            "divide by the mean size of the gradient": [0.4, 1.0],
            "divide by the mean of |grad|, not of grad": [0.4, 1.0],
            "divide by the mean of |grad|, not by its largest": [0.5 - 0.1 / 3, 1.0],
        },
    )


@pytest.mark.points(1, task="deep_dream_step", hint="divide by 1 where the mean is 0")
@pytest.mark.depends("test_deep_dream_step_worked")
def test_deep_dream_step_limits(student):
    """Other limits are obeyed, a gradient of 0 moves nothing, and the image stays as it was."""
    image = np.array([[-1.0, 2.0]])
    call = student.after("deep_dream_step", image, np.array([[1.0, 1.0]]), 0.5, -2.0, 2.25)
    check_close(call.result, np.array([[-0.5, 2.25]]), "the image", reveal=True)
    check_untouched(call, image, names="image")
    still = student.deep_dream_step(image, np.zeros((1, 2)), 0.5, -2.0, 2.25)
    check_close(still, image, "the image after a gradient of 0", reveal=True)
