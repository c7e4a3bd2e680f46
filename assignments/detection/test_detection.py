"""Public checks of the detection assignment: small worked numbers, and hints.

Your grade comes from other tests of the same functions, on other numbers and more cases.
"""

import numpy as np
import pytest

from graders.engine.compare import (
    as_array,
    as_tuple,
    check_close,
    check_gradient,
    check_untouched,
)


def rows(*boxes):
    return np.array(boxes, dtype=float)


def numbers(*shape):
    """The same numbers of order 1 at every call, all different."""
    return np.random.default_rng(0).standard_normal(shape)


# --- iou ---


@pytest.mark.points(1, task="iou", hint="shared / (area_a + area_b - shared)")
def test_iou_worked(student):
    """Two boxes of area 8 that share 4: one third. A box with itself: 1."""
    a = rows([0, 0, 4, 2])
    right = np.array([[1 / 3, 1.0]])
    mistakes = {
        "the union counts the shared part twice: subtract it once": np.array([[4 / 16, 8 / 16]]),
        "it is the shared area: divide by the union": np.array([[4.0, 8.0]]),
        "a width is x2 - x1, nothing is added": np.array([[9 / 21, 1.0]]),
        "divide by the union, not by one of the areas": np.array([[0.5, 1.0]]),
    }
    both = rows([2, 0, 6, 2], [0, 0, 4, 2])
    check_close(student.iou(a, both), right, "iou", reveal=True, mistakes=mistakes)


@pytest.mark.points(1, task="iou", hint="np.maximum(length, 0) along each axis, then multiply")
def test_iou_of_boxes_apart(student):
    """Boxes apart to the side, below, and diagonally share nothing."""
    a, apart = rows([0, 0, 4, 2]), rows([5, 0, 9, 2], [0, 3, 4, 5], [5, 3, 9, 5], [2, 0, 6, 2])
    check_close(
        student.iou(a, apart),
        np.array([[0, 0, 0, 1 / 3]]),
        "iou",
        reveal=True,
        mistakes={
            "a negative length is 0, for each axis by itself": np.array([[0, 0, 1 / 15, 1 / 3]]),
            "a negative length of the shared part is 0": np.array(
                [[-1 / 9, -1 / 5, 1 / 15, 1 / 3]]
            ),
        },
    )


@pytest.mark.points(1, task="iou", hint="rows go with boxes_a, columns with boxes_b")
@pytest.mark.depends("test_iou_worked")
def test_iou_is_a_table(student):
    """Three boxes and two: a table of 3 rows and 2 columns, and both lists stay as they were."""
    a = rows([0, 0, 2, 2], [0, 0, 4, 2], [0, 0, 8, 2])
    b = rows([0, 0, 2, 2], [0, 0, 4, 2])
    call = student.after("iou", a, b)
    table = np.array([[1, 0.5], [0.5, 1], [0.25, 0.5]])
    check_close(call.result, table, "iou of 3 boxes with 2", reveal=True)
    check_untouched(call, a, b, names="boxes_a, boxes_b")


# --- nms ---


LINE = rows([0, 0, 10, 4], [6, 0, 16, 4], [12, 0, 22, 4])


def check_kept(student, boxes, scores, threshold, right, advice):
    kept = student.nms(boxes, np.array(scores), threshold)
    assert kept is not None, "nms is None: is a return statement missing?"
    kept = as_array(kept, (len(kept),), "nms").tolist()
    assert kept == right, f"nms keeps {kept}, where {right} is right{advice.get(tuple(kept), '')}"


@pytest.mark.points(1, task="nms", hint="keep the best, drop what overlaps it, go on with the rest")
def test_nms_of_a_chain(student):
    """Of three boxes in a line the middle one goes, and the last one stays."""
    advice = {
        (0,): ": a box that was dropped drives nobody out",
        (2, 0): ": the highest score comes first",
        (0, 1, 2): ": nothing is dropped",
        (1,): ": these are the dropped ones",
    }
    check_kept(student, LINE, [0.9, 0.8, 0.7], 0.2, [0, 2], advice)


@pytest.mark.points(1, task="nms", hint="np.argsort(-scores) goes by falling score")
def test_nms_by_score(student):
    """The best of the same three is now the one in the middle; or nothing overlaps enough."""
    advice = {(0, 2): ": go by falling score, not by the order of the list"}
    check_kept(student, LINE, [0.7, 0.9, 0.8], 0.2, [1], advice)
    advice = {(0, 1, 2): ": return them by falling score", (1,): ": drop above the threshold alone"}
    check_kept(student, LINE, [0.7, 0.9, 0.8], 0.3, [1, 2, 0], advice)


# --- average_precision ---


@pytest.mark.points(1, task="average_precision", hint="the table of the section, step by step")
def test_average_precision_worked(student):
    """The table's four boxes and three objects: (2/3 + 2/3) / 3."""
    check_close(
        student.average_precision(
            np.array([0.9, 0.8, 0.7, 0.6]), np.array([False, True, True, False]), 3
        ),
        4 / 9,
        "the average precision",
        reveal=True,
        mistakes={
            "the best precision from a match on counts: go on to the better one": 7 / 18,
            "divide by all objects, not by those found": 2 / 3,
            "it is the sum over the matches: divide by the objects": 4 / 3,
            "it is the recall at the end": 2 / 3,
            "it is the precision at the end": 1 / 2,
        },
    )


@pytest.mark.points(1, task="average_precision", hint="sort both lists by falling score first")
def test_average_precision_sorts(student):
    """Two matches with the highest scores, at the end of the list: 1."""
    check_close(
        student.average_precision(np.array([0.1, 0.8, 0.9]), np.array([False, True, True]), 2),
        1.0,
        "the average precision",
        reveal=True,
        mistakes={
            "sort by falling score first": 2 / 3,
            "sort by falling score first, and take the best precision": 7 / 12,
        },
    )


# --- anchors ---


@pytest.mark.points(1, task="anchors", hint="a cell's centre is at (j + 0.5, i + 0.5) * stride")
def test_anchors_of_two_cells(student):
    """One square of 4 in each of two cells of 8 pixels: around (4, 4) and (12, 4)."""
    right = rows([2, 2, 6, 6], [10, 2, 14, 6])
    check_close(
        student.anchors(1, 2, 8, [4.0], [1.0]),
        right,
        "anchors",
        reveal=True,
        mistakes={
            "the centre of a cell is half a stride from its corner": right - 4,
            "x and y are exchanged": right[:, [1, 0, 3, 2]],
            "a size is the whole side: half of it on each side of the centre": (
                right + np.array([-2, -2, 2, 2])
            ),
        },
    )


@pytest.mark.points(1, task="anchors", hint="w = size / sqrt(ratio), h = size * sqrt(ratio)")
def test_anchors_of_a_ratio(student):
    """Of ratio 4 and size 4: 2 wide, 8 high. Sizes come before ratios."""
    right = rows([3, 0, 5, 8], [2, -4, 6, 12])
    check_close(
        student.anchors(1, 1, 8, [4.0, 8.0], [4.0]),
        right,
        "anchors",
        reveal=True,
        mistakes={
            "the ratio is height / width": right[:, [1, 0, 3, 2]],
            "the area stays: a square root of the ratio for each side": (
                rows([2, -4, 6, 12], [0, -12, 8, 20])
            ),
        },
    )
    found = as_array(student.anchors(1, 1, 8, [4.0, 8.0], [1.0, 4.0]), (4, 4), "anchors")
    areas = (found[:, 2] - found[:, 0]) * (found[:, 3] - found[:, 1])
    check_close(areas, np.array([16.0, 16, 64, 64]), "areas, sizes before ratios", reveal=True)


# --- box_offsets ---

ANCHOR, BOX = rows([0, 0, 4, 8]), rows([2, 4, 10, 8])
OFFSETS = np.array([[1, 0.25, np.log(2), -np.log(2)]])


@pytest.mark.points(1, task="box_offsets", hint="(cx - ax) / aw, (cy - ay) / ah, log(w / aw), ...")
def test_encode_boxes_worked(student):
    """The section's box and anchor: 1, 0.25, log 2, -log 2."""
    check_close(
        student.encode_boxes(BOX, ANCHOR),
        OFFSETS,
        "the offsets",
        reveal=True,
        mistakes={
            "sizes enter by their logarithm": np.array([[1, 0.25, 2, 0.5]]),
            "the move is measured in anchors": np.array([[4, 2, np.log(2), -np.log(2)]]),
            "divide by the anchor's size": np.array([[0.5, 0.5, np.log(2), -np.log(2)]]),
            "compare the centres, not the corners": np.array([[0.5, 0.5, np.log(2), -np.log(2)]]),
        },
    )


@pytest.mark.points(1, task="box_offsets", hint="solve the four equations for cx, cy, w, h")
def test_decode_boxes_worked(student):
    """The same offsets and anchor give the box back."""
    check_close(
        student.decode_boxes(OFFSETS, ANCHOR),
        BOX,
        "the box",
        reveal=True,
        mistakes={
            "this is centre and size: return corners": np.array([[6.0, 6, 8, 4]]),
            "the move is from centre to centre": BOX - [2, 4, 2, 4],
            "multiply the move by the anchor's width and height": rows([-1, 2.25, 7, 6.25]),
            "sizes come back by np.exp": rows(
                [6 - 2 * np.log(2), 6 + 4 * np.log(2), 6 + 2 * np.log(2), 6 - 4 * np.log(2)]
            ),
        },
    )


@pytest.mark.points(1, task="box_offsets", hint="work on new arrays")
@pytest.mark.depends("test_encode_boxes_worked", "test_decode_boxes_worked")
def test_box_offsets_leave_their_arguments(student):
    """Boxes, anchors and offsets stay as they were."""
    call = student.after("encode_boxes", BOX, ANCHOR)
    check_untouched(call, BOX, ANCHOR, names="boxes, anchor_boxes")
    call = student.after("decode_boxes", OFFSETS, ANCHOR)
    check_untouched(call, OFFSETS, ANCHOR, names="offsets, anchor_boxes")


# --- match_anchors ---


@pytest.mark.points(1, task="match_anchors", hint="the rules in the order of the section")
def test_match_anchors_worked(student):
    """Four squares in a row; one object overlaps the first by 0.78, one the last by 0.25."""
    grid = rows([0, 0, 8, 8], [8, 0, 16, 8], [16, 0, 24, 8], [24, 0, 32, 8])
    objects = rows([1, 0, 9, 8], [26, 2, 30, 6])
    check_close(
        student.match_anchors(grid, objects, 0.4, 0.5),
        np.array([0, -1, -1, 1]),
        "the matches",
        reveal=True,
        mistakes={
            "the anchor that overlaps an object most has to find it": np.array([0, -1, -1, -1]),
            "background is -1": np.array([0, -2, -2, 1]),
            "objects are counted from 0": np.array([1, -1, -1, 2]),
        },
    )


@pytest.mark.points(1, task="match_anchors", hint="low <= overlap < high: -2")
def test_match_anchors_in_between(student):
    """Overlaps of 1, 0.75, 0.45 and 0.25 with low 0.4 and high 0.5; no object: background."""
    grid = rows([0, 0, 10, 20], [0, 0, 10, 15], [0, 0, 10, 9], [0, 0, 10, 5])
    check_close(
        student.match_anchors(grid, grid[:1], 0.4, 0.5),
        np.array([0, 0, -2, -1]),
        "the matches",
        reveal=True,
        mistakes={
            "between low and high an anchor is ignored, -2": np.array([0, 0, -1, -1]),
            "between low and high an anchor finds nothing": np.array([0, 0, 0, -1]),
            "many anchors may find the same object": np.array([0, -2, -2, -1]),
        },
    )
    nothing = student.match_anchors(grid, np.zeros((0, 4)), 0.4, 0.5)
    check_close(nothing, np.full(4, -1), "the matches with no object", reveal=True)


# --- max_unpool ---


@pytest.mark.points(1, task="max_unpool", hint="row = switch // W, column = switch % W")
def test_max_unpool_worked(student):
    """The section's four values in a map of 4 x 4, and one in a map of 2 x 3."""
    unpooled = np.zeros((1, 1, 4, 4))
    unpooled[0, 0, [1, 0, 3, 2], [0, 2, 0, 3]] = 7, 9, 2, 5
    check_close(
        student.max_unpool(
            np.array([[[[7.0, 9.0], [2.0, 5.0]]]]), np.array([[[[4, 2], [12, 11]]]]), (4, 4)
        ),
        unpooled,
        "the unpooled map",
        reveal=True,
        mistakes={
            "switches go row by row, not column by column": unpooled.transpose(0, 1, 3, 2),
            "the rest of a window is 0": (
                np.array([[7.0, 9], [2, 5]]).repeat(2, 0).repeat(2, 1)[None, None]
            ),
        },
    )
    one = np.zeros((1, 1, 2, 3))
    one[0, 0, 1, 1] = 6
    found = student.max_unpool(np.array([[[[6.0]]]]), np.array([[[[4]]]]), (2, 3))
    check_close(found, one, "the unpooled map of 2 x 3", reveal=True)


@pytest.mark.points(1, task="max_unpool", hint="out[n, c].ravel()[switches[n, c]] = x[n, c]")
def test_max_unpool_keeps_maps_apart(student):
    """Two images of two channels, each with a switch of its own."""
    switches = np.arange(4).reshape(2, 2, 1, 1)
    right = np.eye(4).reshape(2, 2, 2, 2)
    found = student.max_unpool(np.ones((2, 2, 1, 1)), switches, (2, 2))
    check_close(found, right, "the unpooled maps", reveal=True)


# --- transposed_conv_forward ---


def param(stride, pad):
    return {"stride": stride, "pad": pad}


def forward(student, x, w, b, stride, pad):
    return as_tuple(student.transposed_conv_forward(x, w, b, param(stride, pad)), "out, cache")


@pytest.mark.points(1, task="transposed_conv_forward", hint="canvas[..., s*i + p] += x[i] * w[p]")
def test_transposed_conv_forward_worked(student):
    """The row (1, 2), a kernel of three ones, stride 2: 1 1 3 2 2; with pad 1 the middle of it."""
    x, w = np.array([[[[1.0, 2.0]]]]), np.ones((1, 1, 1, 3))
    out, _ = forward(student, x, w, np.array([0.5]), 2, 0)
    right = np.array([[[[1.5, 1.5, 3.5, 2.5, 2.5]]]])
    mistakes = {
        "paintings overlap: add with +=": np.array([[[[1.5, 1.5, 2.5, 2.5, 2.5]]]]),
        "the bias is missing": right - 0.5,
    }
    check_close(out, right, "out", reveal=True, mistakes=mistakes)
    tall = student.transposed_conv_forward(
        x.transpose(0, 1, 3, 2), np.ones((1, 1, 3, 3)), np.zeros(1), param(2, 1)
    )
    middle = np.array([[[[1.0], [3.0], [2.0]]]])
    check_close(as_tuple(tall, "out, cache")[0], middle, "out with pad 1", reveal=True)


@pytest.mark.points(1, task="transposed_conv_forward", hint="add up over C; the kernel as it is")
def test_transposed_conv_forward_channels(student):
    """One pixel of two channels paints both kernels, not turned; every filter has its bias."""
    w = np.arange(16.0).reshape(2, 2, 2, 2)
    x = np.array([[[[1.0]], [[10.0]]]])
    right = (w[0] + 10 * w[1])[None] + np.array([100.0, 200.0])[:, None, None]
    out, _ = forward(student, x, w, np.array([100.0, 200.0]), 1, 0)
    check_close(
        out,
        right,
        "out",
        reveal=True,
        mistakes={
            "the kernel is turned: it is painted as it is": (
                (w[0] + 10 * w[1])[None, :, ::-1, ::-1] + np.array([100.0, 200.0])[:, None, None]
            ),
            "w is (C, F, HH, WW): the input's channels come first": (
                (w[:, 0] + 10 * w[:, 1])[None] + np.array([100.0, 200.0])[:, None, None]
            ),
            "the bias is added once, not once a channel": (
                right + np.array([100.0, 200.0])[:, None, None]
            ),
        },
    )


# --- transposed_conv_backward ---


@pytest.mark.points(1, task="transposed_conv_backward", hint="the three sums of the section")
def test_transposed_conv_backward_worked(student):
    """The row (1, 2), three ones, stride 2, dout of ones: dx 3 3, dw 3 3 3, db 5."""
    x, w = np.array([[[[1.0, 2.0]]]]), np.ones((1, 1, 1, 3))
    _, cache = forward(student, x, w, np.zeros(1), 2, 0)
    gradients = student.transposed_conv_backward(np.ones((1, 1, 1, 5)), cache)
    dx, dw, db = as_tuple(gradients, "dx, dw, db")
    check_close(dx, np.full((1, 1, 1, 2), 3.0), "dx", reveal=True)
    check_close(dw, np.full((1, 1, 1, 3), 3.0), "dw", reveal=True)
    check_close(db, np.array([5.0]), "db", reveal=True, mistakes={"add up, do not average": 1.0})


@pytest.mark.points(
    1, task="transposed_conv_backward", hint="np.pad(dout) with pad on all four sides"
)
@pytest.mark.depends("test_transposed_conv_forward_worked")
def test_transposed_conv_backward_slopes(student):
    """The gradients are the slopes of your forward pass, with padding and several of everything."""
    x, w, b = numbers(2, 2, 2, 3), numbers(2, 3, 3, 2), numbers(3)
    out, cache = forward(student, x, w, b, 2, 1)
    dout = np.cos(np.arange(out.size)).reshape(out.shape)
    gradients = as_tuple(student.transposed_conv_backward(dout, cache), "dx, dw, db")

    def total(x, w, b):
        return float(np.vdot(dout, forward(student, x, w, b, 2, 1)[0]))

    check_gradient(lambda value: total(value, w, b), x, gradients[0], "dx")
    check_gradient(lambda value: total(x, value, b), w, gradients[1], "dw")
    check_gradient(lambda value: total(x, w, value), b, gradients[2], "db")


# --- mean_iou ---


@pytest.mark.points(1, task="mean_iou", hint="diagonal / (row sums + column sums - diagonal)")
def test_mean_iou_worked(student):
    """Ten pixels, all called background: (0.8 + 0) / 2. And a class that is nowhere."""
    check_close(
        student.mean_iou(np.array([[8.0, 0], [2, 0]])),
        0.4,
        "the mean iou",
        reveal=True,
        mistakes={
            "it is the accuracy: divide class by class": 0.8,
            "a class that occurs and is never hit counts, as 0": 0.8,
            "it is the mean recall: divide by the union": 0.5,
            "the diagonal is in both sums: subtract it once": 8 / 18 / 2,
        },
    )
    check_close(
        student.mean_iou(np.array([[8.0, 0, 0], [0, 0, 0], [2, 0, 0]])),
        0.4,
        "the mean iou of three classes, one of which is nowhere",
        reveal=True,
        mistakes={"a class that occurs nowhere is left out of the mean": 0.8 / 3},
    )


# --- dice_loss ---


@pytest.mark.points(1, task="dice_loss", hint="1 - (2 * shared + eps) / (both sums + eps)")
def test_dice_loss_worked(student):
    """p = (0.5, 0.5), t = (1, 0): 0.5 with eps 0, and 1 - 2/3 with eps 1."""
    p, t = np.array([[[0.5, 0.5]]]), np.array([[[1.0, 0.0]]])
    for eps, right in [(0.0, 0.5), (1.0, 1 / 3)]:
        loss, dprobs = as_tuple(student.dice_loss(p, t, eps), "loss, dprobs")
        check_close(
            loss,
            right,
            f"the loss with eps {eps}",
            reveal=True,
            mistakes={
                "it is the coefficient: the loss is 1 minus that": 1 - right,
                "what is shared counts twice": 1 - (0.5 + eps) / (2 + eps),
                "it is 1 - IoU: divide by the sum of both": 1 - (0.5 + eps) / (1.5 + eps),
                "eps has no effect": 0.5,
            },
        )
    right = np.array([[[-4 / 9, 2 / 9]]])
    no_slope_below = {"the sum below depends on probs, too": np.array([[[-2 / 3, 0.0]]])}
    check_close(dprobs, right, "dprobs", reveal=True, mistakes=no_slope_below)


@pytest.mark.points(1, task="dice_loss", hint="sums over axes 1 and 2 with keepdims=True; / N")
def test_dice_loss_slopes(student):
    """Of two images the loss is a mean, and dprobs its slope."""
    p = np.array([[[0.5, 0.5]], [[0.25, 1.0]]])
    t = np.array([[[1.0, 0.0]], [[1.0, 1.0]]])
    loss, dprobs = as_tuple(student.dice_loss(p, t), "loss, dprobs")
    right = (1 / 3 + 1 - 3.5 / 4.25) / 2
    together = {"each image has sums of its own": 1 - 4.5 / 6.25, "take the mean": 2 * right}
    check_close(loss, right, "the loss", reveal=True, mistakes=together)
    check_gradient(lambda value: student.dice_loss(value, t)[0], p, dprobs, "dprobs")
