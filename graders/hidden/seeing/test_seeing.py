"""Hidden tests of the seeing assignment: 100 points.

Each demand has a test of its own, and the plainest case comes first. Where an answer has several
aspects (which patches there are, and their order; where a map is high, and how it is scaled), a
test looks at one of them. A test depends on another one only where it would say nothing without.

What is right is worked out in ``formulas``. Tolerances: see ``graders.engine.compare``. Kinks and
ties are not graded: no drawn number is 0, and those that are ranked are distinct.
"""

import numpy as np
import pytest

from graders.engine.compare import as_array, as_tuple, check_close, check_untouched
from graders.hidden.seeing import formulas
from graders.hidden.seeing.formulas import draw, draw_positive

# --- saliency_map: 10 ---


def check_saliency(student, gradients):
    check_close(
        student.saliency_map(gradients),
        formulas.saliency(gradients),
        f"the saliency of {gradients.shape}",
        mistakes=lambda: {
            "a negative gradient matters as much: absolute values first": gradients.max(axis=1),
            "take the absolute values before the maximum, not after": abs(gradients.max(axis=1)),
            "it is the sum over the channels: take the largest": abs(gradients).sum(axis=1),
            "it is the mean over the channels: take the largest": abs(gradients).mean(axis=1),
            "it is the length over the channels: take the largest": np.sqrt(
                (gradients**2).sum(axis=1)
            ),
            "only the first channel is seen": abs(gradients[:, 0]),
        },
    )


@pytest.mark.points(3, task="saliency_map", hint="np.abs")
def test_saliency_of_one_channel(student, rng):
    """Of a grey image: the size of the gradient, whatever its sign."""
    check_saliency(student, draw(rng, 1, 1, 4, 4))


@pytest.mark.points(3, task="saliency_map", hint=".max(axis=1)")
def test_saliency_takes_the_largest_channel(student, rng):
    """Of gradients above 0: the largest of the channels."""
    check_saliency(student, draw_positive(rng, 1, 3, 4, 4))


@pytest.mark.points(2, task="saliency_map", hint="np.abs(dscores_dx).max(axis=1): sizes first")
def test_saliency_definition(student, rng):
    """The largest in size may be a negative one."""
    gradients = draw(rng, 1, 3, 4, 4)
    gradients[:, 1] -= 4
    gradients[:, :, 0, 0] = -abs(gradients[:, :, 0, 0])  # tells the causes apart
    check_saliency(student, gradients)


@pytest.mark.points(1, task="saliency_map", hint="axes are N, C, H, W")
def test_saliency_of_any_shape(student, rng):
    """Several images, higher than wide."""
    check_saliency(student, draw_positive(rng, 3, 2, 5, 3))


@pytest.mark.points(1, task="saliency_map", hint="np.abs makes a new array")
@pytest.mark.depends("test_saliency_takes_the_largest_channel")
def test_saliency_leaves_its_argument(student, rng):
    """The gradient that was handed in stays as it was."""
    gradients = draw(rng, 1, 3, 2, 2)
    call = student.after("saliency_map", gradients)
    check_untouched(call, gradients, names="dscores_dx")


# --- guided_relu: 14 ---


def check_guided(student, x, dout):
    _, cache = as_tuple(student.guided_relu_forward(x), "out, cache")
    check_close(
        student.guided_relu_backward(dout, cache),
        [d if a > 0 and d > 0 else 0.0 for a, d in zip(x, dout, strict=True)],
        "what goes down",
        mistakes={
            "this is the gradient: what is below 0 must not go down, either": dout * (x > 0),
            "this is the deconvnet: where x was below 0 nothing goes down, either": (
                np.maximum(dout, 0)
            ),
            "everything goes down": dout,
            "what goes down is dout, not x": np.maximum(x, 0) * (dout > 0),
            "dout is multiplied by x: x only decides": np.maximum(dout, 0) * np.maximum(x, 0),
            "only what is below 0 goes down: it is the other half": dout * (x > 0) * (dout < 0),
        },
    )


def signs(rng, *choices):
    """Eight numbers, each with one of these signs, all of which occur."""
    return draw_positive(rng, 8) * rng.permutation(np.resize(choices, 8))


@pytest.mark.points(2, task="guided_relu", hint="np.maximum(x, 0)")
def test_guided_relu_forward(student, rng):
    """Forward it is a ReLU, of any shape."""
    x = draw(rng, 2, 3, 4)
    out, _ = as_tuple(student.guided_relu_forward(x), "out, cache")
    check_close(out, np.where(x > 0, x, 0), "out", mistakes={"it is |x|": abs(x)})


@pytest.mark.points(4, task="guided_relu", hint="nothing goes down where x was below 0")
def test_guided_relu_blocks_what_was_not_active(student, rng):
    """Where x was below 0 nothing goes down, and where it was above, what comes."""
    check_guided(student, signs(rng, -1, 1), draw_positive(rng, 8))


@pytest.mark.points(4, task="guided_relu", hint="nothing goes down where dout is below 0")
def test_guided_relu_blocks_what_is_negative(student, rng):
    """What comes below 0 does not go down, what comes above 0 does."""
    check_guided(student, draw_positive(rng, 8), signs(rng, -1, 1))


@pytest.mark.points(2, task="guided_relu", hint="dout * (x > 0) * (dout > 0)")
def test_guided_relu_definition(student, rng):
    """All four pairs of signs."""
    order = rng.permutation(8)
    x = draw_positive(rng, 8) * np.resize([1, 1, -1, -1], 8)[order]
    check_guided(student, x, draw_positive(rng, 8) * np.resize([1, -1], 8)[order])


@pytest.mark.points(
    2, task="guided_relu", hint="np.maximum(x, 0, out=x) writes into the caller's x"
)
@pytest.mark.depends("test_guided_relu_forward")
def test_guided_relu_leaves_its_arguments(student, rng):
    """Neither x nor what comes from above is changed."""
    x, dout = draw(rng, 6), draw(rng, 6)
    call = student.after("guided_relu_forward", x)
    check_untouched(call, x, names="x")
    _, cache = as_tuple(call.result, "out, cache")
    check_untouched(student.after("guided_relu_backward", dout, cache), dout, names="dout")


# --- deconv_unpool: 14 ---


def check_unpooled(student, x, switches, shape):
    height, width = shape
    by_columns = (switches % width) * height + switches // width
    check_close(
        student.deconv_unpool(x, switches, shape),
        formulas.unpool(x, switches, shape),
        f"the maps of {shape} from {x.shape}",
        mistakes=lambda: {
            "where several meet they add up: out[switch] += x keeps one, see np.add.at": (
                formulas.unpool(x, switches, shape, add=False)
            ),
            "a switch is row * W + column: W is the width": (formulas.unpool(x, by_columns, shape)),
            "all channels use the first one's switches": (
                formulas.unpool(x, np.broadcast_to(switches[:, :1], x.shape), shape)
            ),
            "all images use the first one's switches": (
                formulas.unpool(x, np.broadcast_to(switches[:1], x.shape), shape)
            ),
        },
    )


def draw_switches(rng, x, size):
    """Different places of each map, among ``size``."""
    n, c, *tiles = x.shape
    places = [rng.permutation(size)[: tiles[0] * tiles[1]] for _ in range(n * c)]
    return np.array(places).reshape(x.shape)


@pytest.mark.points(4, task="deconv_unpool", hint="out[row, column] += x, row = switch // W")
def test_deconv_unpool_plain(student, rng):
    """Each number goes to its switch, and the rest is 0."""
    x = draw(rng, 1, 1, 2, 2)
    check_unpooled(student, x, draw_switches(rng, x, 16), (4, 4))


@pytest.mark.points(4, task="deconv_unpool", hint="np.add.at adds up where a place occurs twice")
def test_deconv_unpool_adds_up(student, rng):
    """Where several switches point to one place, it gets the sum."""
    x = draw_positive(rng, 1, 1, 3, 3)
    switches = rng.permutation([5, 5, 5, 0, 0, 2, 10, 15, 15]).reshape(x.shape)
    check_unpooled(student, x, switches, (1, 16))


@pytest.mark.points(2, task="deconv_unpool", hint="a switch counts within one channel's map")
def test_deconv_unpool_channels(student, rng):
    """Each channel has switches of its own."""
    x = draw(rng, 1, 3, 2, 2)
    check_unpooled(student, x, draw_switches(rng, x, 9), (3, 3))


@pytest.mark.points(1, task="deconv_unpool", hint="a switch counts within one image's map")
def test_deconv_unpool_images(student, rng):
    """Each image has switches of its own."""
    x = draw(rng, 3, 1, 2, 2)
    check_unpooled(student, x, draw_switches(rng, x, 9), (3, 3))


@pytest.mark.points(2, task="deconv_unpool", hint="row = switch // W, column = switch % W")
def test_deconv_unpool_not_square(student, rng):
    """Maps may be higher than wide, or wider than high."""
    for tiles, shape in [((2, 1), (5, 2)), ((1, 3), (2, 4))]:
        x = draw(rng, 1, 1, *tiles)
        check_unpooled(student, x, draw_switches(rng, x, shape[0] * shape[1]), shape)


@pytest.mark.points(1, task="deconv_unpool", hint="np.zeros(...) is an array of your own")
@pytest.mark.depends("test_deconv_unpool_plain")
def test_deconv_unpool_leaves_its_arguments(student, rng):
    """Numbers and switches that were handed in stay as they were."""
    x = draw(rng, 1, 2, 2, 2)
    switches = draw_switches(rng, x, 9)
    call = student.after("deconv_unpool", x, switches, (3, 3))
    check_untouched(call, x, switches, names="x, switches")


# --- grad_cam: 20 ---


def shape_of(maps):
    """Each map divided by its own largest size: how a map is scaled is left to one test."""
    most = abs(maps).max(axis=(1, 2), keepdims=True)
    return maps / np.where(most > 0, most, 1)


def check_cam(student, activations, gradients, scale=False):
    n, _, height, width = activations.shape
    found = as_array(student.grad_cam(activations, gradients), (n, height, width), "the map")
    right = formulas.evidence(activations, gradients)

    def signed(x):
        return x

    candidates = {
        "what speaks against the class is below 0: keep what is above": (
            formulas.evidence(activations, gradients, keep=signed)
        ),
        "take max(0, ...) of the sum over the maps, not the absolute value": (
            formulas.evidence(activations, gradients, keep=abs)
        ),
        "all maps count alike: weigh them with the mean of their gradients": (
            formulas.evidence(activations, np.ones_like(gradients))
        ),
        "a map's weight is the mean of its gradients, not the largest": (
            formulas.evidence(activations, gradients, weight=np.max)
        ),
        "weigh with the mean over the places: this is gradient times activation": np.maximum(
            (activations * gradients).sum(axis=1), 0
        ),
        "take max(0, ...) of the sum over the maps, not of each of them": np.maximum(
            gradients.mean(axis=(2, 3), keepdims=True) * activations, 0
        ).sum(axis=1),
        "this is the mean gradient: weigh the activations with it": gradients.mean(axis=1),
    }
    if scale:
        most = right.max()
        mistakes = {
            "each image's map runs from 0 to 1: divide by its own largest number": (
                right / (most if most > 0 else 1)
            ),
            "each image's map runs from 0 to 1: nothing was divided": right,
            "divide by the largest number: subtract no smallest one": np.array(
                [(one - one.min()) / np.ptp(one) for one in right]
            ),
            "divide by the largest number, not by the sum": np.array(
                [one / one.sum() for one in right]
            ),
        }
        check_close(found, formulas.scaled(right), "the map", mistakes=mistakes)
        return
    mistakes = {advice: shape_of(wrong) for advice, wrong in candidates.items()}
    check_close(shape_of(found), formulas.scaled(right), "the map", mistakes=mistakes)


@pytest.mark.points(3, task="grad_cam", hint="(alpha * activations).sum(axis=1)")
def test_grad_cam_of_one_map(student, rng):
    """One map that speaks for the class: the evidence is that map."""
    check_cam(student, draw_positive(rng, 1, 1, 3, 3), np.full((1, 1, 3, 3), 0.5))


@pytest.mark.points(4, task="grad_cam", hint="alpha = gradients.mean(axis=(2, 3), keepdims=True)")
def test_grad_cam_weighs_the_maps(student, rng):
    """Each map counts by the mean of its gradients over all places."""
    activations = draw_positive(rng, 1, 3, 3, 3)
    gradients = draw_positive(rng, 1, 3, 3, 3) * np.array([1, 4, 0.25]).reshape(1, 3, 1, 1)
    check_cam(student, activations, gradients)


@pytest.mark.points(4, task="grad_cam", hint="np.maximum(..., 0) after the sum over the maps")
def test_grad_cam_keeps_what_speaks_for_the_class(student, rng):
    """Where the sum is below 0 the map is 0; maps that speak against are subtracted first."""
    activations = 1 + draw_positive(rng, 1, 2, 3, 3)
    activations[0, 1, 0] += 6  # here the second map wins
    activations[0, 0, 1] += 6
    sign = np.array([1.0, -1.0]).reshape(1, 2, 1, 1)
    check_cam(student, activations, sign * np.ones((1, 2, 3, 3)))


@pytest.mark.points(4, task="grad_cam", hint="evidence / evidence.max(axis=(1, 2), keepdims=True)")
def test_grad_cam_scales_each_image(student, rng):
    """Each image's map runs up to 1, whatever the other images hold."""
    sizes = np.array([0.25, 1.0, 8.0]).reshape(3, 1, 1, 1)
    activations = sizes * (1 + draw_positive(rng, 3, 1, 3, 3))
    check_cam(student, activations, np.full((3, 1, 3, 3), 0.5), scale=True)


@pytest.mark.points(2, task="grad_cam", hint="divide by 1 where the largest number is 0")
@pytest.mark.depends("test_grad_cam_of_one_map")
def test_grad_cam_of_nothing(student, rng):
    """Where nothing speaks for the class the map is 0 all over, and the other image's is not."""
    activations = draw_positive(rng, 2, 1, 3, 3)
    gradients = np.ones((2, 1, 3, 3)) * np.array([-1.0, 1.0]).reshape(2, 1, 1, 1)
    found = as_array(student.grad_cam(activations, gradients), (2, 3, 3), "the maps")
    assert not np.isnan(found).any(), "the map is NaN where nothing speaks for the class: 0 / 0"
    check_close(found[0].clip(0), np.zeros((3, 3)), "the map of an image without the class")
    assert found[1].max() > 0.01, "the map of the image with the class is 0"


@pytest.mark.points(2, task="grad_cam", hint="axes are N, K, h, w")
def test_grad_cam_definition(student, rng):
    """Several images, several maps, any signs, wider than high."""
    gradients = draw(rng, 2, 4, 2, 5)
    activations = draw_positive(rng, 2, 4, 2, 5)
    gradients[:, 0] += 3  # something speaks for the class
    check_cam(student, activations, gradients)


@pytest.mark.points(1, task="grad_cam", hint="/= writes into the array: divide into a new one")
@pytest.mark.depends("test_grad_cam_of_one_map")
def test_grad_cam_leaves_its_arguments(student, rng):
    """Activations and gradients that were handed in stay as they were."""
    activations, gradients = draw_positive(rng, 1, 2, 2, 2), draw_positive(rng, 1, 2, 2, 2)
    call = student.after("grad_cam", activations, gradients)
    check_untouched(call, activations, gradients, names="activations, gradients")


# --- top_patches: 18 ---


def check_patches(student, feature_map, k, kernel, stride, pad, in_order=False):
    """The order in which patches come is the business of one test alone."""
    boxes = student.top_patches(feature_map, k, kernel, stride, pad)
    found = as_array(boxes, (k, 4), "the boxes")

    def sort(rows):
        rows = np.asarray(rows, dtype=float)
        return rows if in_order else rows[np.lexsort(rows.T[::-1])]

    case = kernel, stride, pad
    right = formulas.patches(feature_map, k, *case)
    check_close(
        sort(found),
        sort(right),
        f"{k} of {feature_map.size} boxes, kernel {kernel}, stride {stride}, pad {pad}",
        mistakes={
            "x goes with columns, y with rows": sort(right[:, [1, 0, 3, 2]]),
            "padding moves a field up and to the left": sort(
                formulas.patches(feature_map, k, kernel, stride, 0)
            ),
            "padding moves a field up and to the left, not down and to the right": sort(
                formulas.patches(feature_map, k, kernel, stride, -pad)
            ),
            "fields lie stride pixels apart": sort(
                formulas.patches(feature_map, k, kernel, 1, pad)
            ),
            "fields lie stride pixels apart, not kernel pixels": sort(
                formulas.patches(feature_map, k, kernel, kernel, pad)
            ),
            "these answer least: take the largest": sort(formulas.patches(-feature_map, k, *case)),
            "the strongest comes first": sort(right[::-1]),
            "the last pixel is not in the box: x2 = x1 + kernel": sort(right - [0, 0, 1, 1]),
            "these are corner and size: return both corners": sort(
                np.concatenate([right[:, :2], np.full((k, 2), kernel)], axis=1)
            ),
            "boxes are not cut off at the border here": sort(right.clip(0)),
        },
    )


def peak(rng, size, *places):
    """A map whose strongest answers are at these places, the first one strongest."""
    feature_map = rng.permutation(size[0] * size[1]).reshape(size) / 64
    for below, at in enumerate(places):
        feature_map[at] = 9 - below
    return feature_map


@pytest.mark.points(4, task="top_patches", hint="the place of the maximum, times the stride")
def test_top_patches_plain(student, rng):
    """The strongest answer, on the diagonal, of windows side by side."""
    at = int(rng.integers(1, 4))
    check_patches(student, peak(rng, (4, 4), (at, at)), 1, 8, 8, 0)


@pytest.mark.points(3, task="top_patches", hint="x1 = j * stride, x2 = x1 + kernel")
def test_top_patches_overlapping(student, rng):
    """Of all places of a map: fields are kernel pixels large and stride pixels apart."""
    stride = int(rng.integers(3, 6))
    check_patches(student, peak(rng, (3, 3)), 9, 11, stride, 0)


@pytest.mark.points(3, task="top_patches", hint="x1 = j * stride - pad; it may be below 0")
def test_top_patches_padding(student, rng):
    """Padding moves all fields up and to the left, over the border as well."""
    check_patches(student, peak(rng, (3, 3)), 9, 5, 5, int(rng.integers(1, 4)))


@pytest.mark.points(3, task="top_patches", hint="i is the row and goes with y, j goes with x")
def test_top_patches_rows_and_columns(student, rng):
    """x goes with columns and y with rows, on maps wider than high, or higher than wide."""
    check_patches(student, peak(rng, (2, 5)), 10, 6, 6, 0)
    check_patches(student, peak(rng, (5, 2)), 10, 6, 6, 0)


@pytest.mark.points(2, task="top_patches", hint="np.argsort(-feature_map.ravel())[:k]")
def test_top_patches_several(student, rng):
    """The k strongest answers, and no other one."""
    check_patches(student, peak(rng, (4, 4), (2, 2), (0, 0), (3, 3)), 3, 7, 7, 0)


@pytest.mark.points(2, task="top_patches", hint="by falling answer: argsort of minus the map")
def test_top_patches_order(student, rng):
    """The strongest comes first."""
    feature_map = peak(rng, (3, 3), (1, 1), (2, 2), (0, 0))
    check_patches(student, feature_map, 3, 7, 7, 0, in_order=True)


@pytest.mark.points(
    1, task="top_patches", hint="sort a copy: .sort() and = -inf change the caller's"
)
@pytest.mark.depends("test_top_patches_overlapping")
def test_top_patches_leaves_its_argument(student, rng):
    """The map that was handed in stays as it was."""
    feature_map = peak(rng, (3, 3), (1, 1))
    call = student.after("top_patches", feature_map, 2, 3, 3, 0)
    check_untouched(call, feature_map, names="feature_map")


# --- total_variation: 14 ---


def check_variation(student, image, loss=False, grad=False):
    answers = as_tuple(student.total_variation(image), "loss, grad")
    total, slope = formulas.variation(image)
    down, right = np.diff(image, axis=1), np.diff(image, axis=2)
    if loss:
        squares = (down**2).sum(), (right**2).sum()
        check_close(
            answers[0],
            total,
            f"the loss of {image.shape}",
            mistakes={
                "it is the sum of absolute differences: square them": (
                    abs(down).sum() + abs(right).sum()
                ),
                "only differences downwards count": squares[0],
                "only differences to the right count": squares[1],
                "it is a mean: take the sum": total / image.size,
                "the image ends: its last pixel has no neighbour at the other side": (
                    np.square(image - np.roll(image, 1, 1)).sum()
                    + np.square(image - np.roll(image, 1, 2)).sum()
                ),
                "channels are kept apart": total + np.square(np.diff(image, axis=0)).sum(),
            },
        )
    if grad:
        later = np.zeros(image.shape)
        later[:, 1:] += 2 * down
        later[:, :, 1:] += 2 * right
        check_close(
            answers[1],
            slope,
            f"the gradient of {image.shape}",
            mistakes={
                "the earlier pixel of a pair has a gradient, too: minus that of the later": later,
                "the later pixel of a pair has a gradient, too": slope - later,
            },
        )


def closed(rng, *shape):
    """A row or a column whose last pixel is its first one: what wraps around adds nothing."""
    pixels = draw(rng, 6)
    pixels[5] = pixels[0]
    return pixels.reshape(shape)


@pytest.mark.points(2, task="total_variation", hint="((x[:, :, 1:] - x[:, :, :-1]) ** 2).sum()")
def test_total_variation_along_a_row(student, rng):
    """The loss of an image of one row."""
    check_variation(student, closed(rng, 1, 1, 6), loss=True)


@pytest.mark.points(2, task="total_variation", hint="the same along axis 1")
def test_total_variation_along_a_column(student, rng):
    """The loss of an image of one column."""
    check_variation(student, closed(rng, 1, 6, 1), loss=True)


@pytest.mark.points(2, task="total_variation", hint="differences within a channel, all added up")
def test_total_variation_definition(student, rng):
    """The loss of an image of three channels, higher than wide."""
    check_variation(student, draw(rng, 3, 4, 3), loss=True)


@pytest.mark.points(2, task="total_variation", hint="2d to the later pixel, -2d to the earlier one")
def test_total_variation_gradient_along_a_row(student, rng):
    """The gradient of an image of one row."""
    check_variation(student, closed(rng, 1, 1, 6), grad=True)


@pytest.mark.points(2, task="total_variation", hint="2d to the lower pixel, -2d to the upper one")
def test_total_variation_gradient_along_a_column(student, rng):
    """The gradient of an image of one column."""
    check_variation(student, closed(rng, 1, 6, 1), grad=True)


@pytest.mark.points(3, task="total_variation", hint="a pixel collects from up to four neighbours")
def test_total_variation_gradient_definition(student, rng):
    """The gradient of an image of three channels, higher than wide."""
    check_variation(student, draw(rng, 3, 4, 3), grad=True)


@pytest.mark.points(1, task="total_variation", hint="grad is an array of your own: np.zeros")
@pytest.mark.depends("test_total_variation_along_a_row")
def test_total_variation_leaves_its_argument(student, rng):
    """The image that was handed in stays as it was."""
    image = draw(rng, 2, 3, 3)
    check_untouched(student.after("total_variation", image), image, names="image")


# --- deep_dream_step: 10 ---


def check_step(student, image, grad, step, low, high):
    move = step * grad / abs(grad).mean()
    check_close(
        student.deep_dream_step(image, grad, step, low, high),
        np.minimum(np.maximum(image + move, low), high),
        "the image after a step",
        mistakes={
            "the step goes downhill: add": np.clip(image - move, low, high),
            "divide by the mean size of the gradient": np.clip(image + step * grad, low, high),
            "divide by the mean of |grad|, not by the mean of grad": np.clip(
                image + step * grad / (grad.mean() or 1), low, high
            ),
            "divide by the mean of |grad|, not by its largest": np.clip(
                image + step * grad / abs(grad).max(), low, high
            ),
            "divide by the mean of |grad|, not by its length": np.clip(
                image + step * grad / np.linalg.norm(grad), low, high
            ),
            "divide by the mean of |grad|, not by its spread": np.clip(
                image + step * grad / (grad.std() or 1), low, high
            ),
            "move by the gradient, not by its sign": np.clip(
                image + step * np.sign(grad), low, high
            ),
            "nothing is clipped": image + move,
            "clip to low and high as they come in": np.clip(image + move, 0, 1),
            "clip the image, not the move": image + np.clip(move, low, high),
        },
    )


def grey(rng, *shape):
    """An image of brightness about 1/2, far from the limits 0 and 1."""
    return 0.5 + rng.integers(-2, 3, shape) / 16


@pytest.mark.points(
    3, task="deep_dream_step", hint="image + step_size * grad / np.abs(grad).mean()"
)
def test_deep_dream_step_plain(student, rng):
    """A gradient of mean size 1: uphill, by step_size times the gradient."""
    sign = rng.permutation(np.resize([1.0, -1.0, 1.0], 6)).reshape(1, 2, 3)
    check_step(student, grey(rng, 1, 2, 3), sign, 0.25, 0.0, 1.0)


@pytest.mark.points(3, task="deep_dream_step", hint="divide by np.abs(grad).mean() over everything")
def test_deep_dream_step_is_normalised(student, rng):
    """A gradient of any size: a pixel moves by step_size on average, whichever way."""
    image, grad = grey(rng, 3, 2, 4), draw(rng, 3, 2, 4)
    for scale in (1 / 64, 64):
        found = student.deep_dream_step(image, scale * grad, 0.0625, 0.0, 1.0)
        moved = abs(as_array(found, image.shape, "the image after a step") - image)
        sizes = abs(grad)
        check_close(
            moved,
            0.0625 * sizes / sizes.mean(),
            "how far a step moves each number",
            mistakes={
                "divide by the mean size of the gradient": 0.0625 * scale * sizes,
                "divide by the mean of |grad|, not by its largest": 0.0625 * sizes / sizes.max(),
                "divide by the mean of |grad|, not by its length": (
                    0.0625 * grad / np.linalg.norm(grad)
                ),
                "divide by the mean of |grad|, not by the mean of grad": (
                    0.0625 * sizes / (abs(grad.mean()) or 1)
                ),
                "move by the gradient, not by its sign": np.full(grad.shape, 0.0625),
            },
        )


@pytest.mark.points(2, task="deep_dream_step", hint="np.clip(..., low, high)")
def test_deep_dream_step_clips(student, rng):
    """The result is cut to low and high, 0 and 1 where none are given."""
    image, sign = draw(rng, 1, 4, 4), np.resize([1.0, -1.0], (1, 4, 4))
    check_step(student, image, sign, 0.5, -0.75, 0.5)
    found = student.deep_dream_step(image, sign, 0.5)
    check_close(found, np.clip(image + 0.5 * sign, 0, 1), "the image with the default limits")


@pytest.mark.points(1, task="deep_dream_step", hint="0 / 0: divide by 1 where the mean is 0")
@pytest.mark.depends("test_deep_dream_step_is_normalised")
def test_deep_dream_step_of_no_gradient(student, rng):
    """A gradient of 0 moves nothing."""
    image = grey(rng, 1, 3, 3)
    found = student.deep_dream_step(image, np.zeros((1, 3, 3)), 0.25, 0.0, 1.0)
    check_close(found, image, "the image")


@pytest.mark.points(1, task="deep_dream_step", hint="+= writes into the caller's image")
@pytest.mark.depends("test_deep_dream_step_is_normalised")
def test_deep_dream_step_leaves_its_arguments(student, rng):
    """Image and gradient that were handed in stay as they were."""
    image, grad = draw(rng, 1, 3, 3), draw(rng, 1, 3, 3)
    call = student.after("deep_dream_step", image, grad, 0.25, 0.0, 1.0)
    check_untouched(call, image, grad, names="image, grad")
