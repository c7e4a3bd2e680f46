"""Hidden tests of the detection assignment: 100 points.

Each demand has a test of its own, and the plainest case comes first. Where an answer has several
aspects (which boxes are kept, and their order; where anchors lie, and how large they are), a test
looks at one of them. A test depends on another one only where it would say nothing without.

What is right is worked out in ``formulas``. Tolerances: see ``graders.engine.compare``. Corners are
multiples of 1/4 and maps of 1/16, so that products of them are exact in 32-bit floats as well.
Equal scores, and overlaps equal to a threshold, are not graded: no drawn case has one.
"""

from functools import partial

import numpy as np
import pytest

from graders.engine.compare import (
    ATOL,
    as_array,
    as_number,
    as_tuple,
    check_close,
    check_untouched,
)
from graders.engine.layers import Layer
from graders.hidden.detection import formulas
from graders.hidden.detection.formulas import draw, draw_boxes, draw_turnable

CARRIED_FORWARD = {"iou": ("iou",)}
"""Later tasks are judged with a right one of these, too, where the student's own went wrong."""

CLEAR = 0.01  # how far an overlap is from a threshold, and from the next best one


def boxes_of(*rows):
    return np.array(rows, dtype=float)


def whole_numbers(value, shape, what):
    """``value`` as integers of ``shape``; floats are integers where they are whole."""
    array = as_array(value, shape, what)
    assert np.array_equal(array, np.rint(array)), f"{what} are no whole numbers"
    return array.astype(int)


# --- iou: 10 ---


def check_iou(student, a, b, what="iou"):
    right = formulas.iou(a, b)
    check_close(
        student.iou(a, b),
        right,
        f"{what} of {len(a)} boxes with {len(b)}",
        mistakes=lambda: {
            "the union counts the shared part twice: area + area - shared": (
                formulas.iou(a, b, twice=True)
            ),
            "a width is x2 - x1, without + 1": formulas.iou(a, b, more=1.0),
            "it is the shared area: divide by the union": right_shared(a, b),
            "it is divided by the area of the first box alone: take the union": (
                right_shared(a, b) / np.array([[formulas.area(box)] for box in a])
            ),
            "it is divided by the smaller area: take the union": right_shared(a, b)
            / np.minimum.outer([*map(formulas.area, a)], [*map(formulas.area, b)]),
        },
    )


def right_shared(a, b):
    return np.array([[formulas.shared(one, other) for other in b] for one in a])


def overlapping(rng):
    """Two boxes that share a part, neither inside of the other."""
    x, y, width, height = rng.integers(4, 9, 4).tolist()
    dx, dy = rng.integers(1, 4, 2).tolist()
    first = boxes_of([x, y, x + width, y + height])
    return first, first + np.array([dx, dy, dx, dy])


@pytest.mark.points(2, task="iou", hint="shared / (area + area - shared)")
def test_iou_plain(student, rng):
    """Two boxes that share a part: that part, divided by what they cover together."""
    check_iou(student, *overlapping(rng))


def check_apart(student, rng, dx, dy, where):
    """Boxes apart by dx or dy pixels, beside two that overlap."""
    first, second = overlapping(rng)
    width, height = (first[0, 2:] - first[0, :2]).tolist()
    far = first + [dx and dx + width, dy and dy + height] * 2
    found = as_array(student.iou(first, np.concatenate([second, far])), (1, 2), "iou")
    assert found[0, 0] > 0.01, "two boxes that overlap have an iou of 0, or below"
    assert abs(found[0, 1]) < 1e-6, (
        f"boxes apart {where} have an iou of {found[0, 1]:.2g}: they share nothing, so it is 0"
    )


@pytest.mark.points(1, task="iou", hint="a negative width of the shared part means 0")
def test_iou_apart_along_one_axis(student, rng):
    """Boxes side by side, or one above the other, share nothing."""
    check_apart(student, rng, 3.0, 0.0, "along x")
    check_apart(student, rng, 0.0, 2.0, "along y")


@pytest.mark.points(
    1, task="iou", hint="np.maximum(..., 0) for each axis: two negative lengths have a product > 0"
)
def test_iou_apart_along_both_axes(student, rng):
    """Boxes apart diagonally share nothing, either."""
    check_apart(student, rng, 3.0, 2.0, "along both axes")


@pytest.mark.points(1, task="iou", hint="max of the left edges, min of the right edges")
def test_iou_inside(student, rng):
    """A box inside of another one, whichever comes first, and a box with itself."""
    x, y = rng.integers(1, 5, 2).tolist()
    outer = boxes_of([x, y, x + 9, y + 8])
    inner = boxes_of([x + 2, y + 3, x + 5, y + 7])
    check_iou(student, outer, inner)
    check_iou(student, inner, outer)
    check_iou(student, outer, outer)


@pytest.mark.points(2, task="iou", hint="boxes_a[:, None] and boxes_b[None, :] make a table")
def test_iou_table(student, rng):
    """Every box of the first list meets every one of the second: row i, column j."""
    a, b = draw_boxes(rng, 4), draw_boxes(rng, 6)
    b[:3] = a[:3] + 0.5  # some overlap for certain
    check_iou(student, a, b)


@pytest.mark.points(1, task="iou", hint="corners are real numbers, in any unit")
def test_iou_any_unit(student, rng):
    """Coordinates may be negative, and boxes smaller than a pixel."""
    first, second = overlapping(rng)
    check_iou(student, first / 16 - 1, second / 16 - 1)


@pytest.mark.points(1, task="iou", hint="an array of shape (0, B) or (A, 0) is the answer")
@pytest.mark.depends("test_iou_plain")
def test_iou_of_no_boxes(student, rng):
    """No boxes in one of the lists: a table with no rows, or no columns."""
    boxes, none = draw_boxes(rng, 3), np.zeros((0, 4))
    check_close(student.iou(none, boxes), np.zeros((0, 3)), "iou of no boxes with 3")
    check_close(student.iou(boxes, none), np.zeros((3, 0)), "iou of 3 boxes with none")


@pytest.mark.points(1, task="iou", hint="work on new arrays: a -= ... writes into the caller's")
@pytest.mark.depends("test_iou_plain")
def test_iou_leaves_its_arguments(student, rng):
    """Both lists of boxes that were handed in stay as they were."""
    a, b = draw_boxes(rng, 3), draw_boxes(rng, 2)
    check_untouched(student.after("iou", a, b), a, b, names="boxes_a, boxes_b")


# --- nms: 10 ---


def check_kept(student, boxes, scores, threshold):
    """Which boxes are kept; their order is the business of one test alone."""
    what = f"nms of {len(boxes)} boxes with threshold {threshold:g}"
    kept = kept_boxes(student, boxes, scores, threshold, what)
    right = formulas.nms(boxes, scores, threshold)
    if set(kept) == right:
        return
    by_anybody = formulas.nms(boxes, scores, threshold, by_kept_alone=False)
    lowest = formulas.nms(boxes, -scores, threshold)
    advice = ""
    if set(kept) == by_anybody:
        advice = ": a box that was dropped drives nobody out, compare with the kept ones alone"
    elif set(kept) == lowest:
        advice = ": begin with the highest score, not with the lowest"
    elif set(kept) == formulas.nms(boxes, -np.arange(len(boxes)), threshold):
        advice = ": go by falling score, not by the order in which the boxes come"
    elif len(kept) == len(boxes):
        advice = ": nothing is dropped"
    elif set(range(len(boxes))) - set(kept) == right:
        advice = ": these are the dropped ones"
    elif len(kept) < len(right):
        advice = ": too many are dropped"
    raise AssertionError(f"{what} keeps {len(kept)} boxes, not the right ones{advice}")


def kept_boxes(student, boxes, scores, threshold, what="nms"):
    value = student.nms(boxes, scores, threshold)
    assert value is not None, f"{what} is None where indices were expected: is a return missing?"
    size = value.shape if isinstance(value, np.ndarray) else (len(value),)
    assert len(size) == 1, f"{what} has shape {size}: a list of indices is asked for"
    if isinstance(value, np.ndarray) and value.dtype == bool:
        raise AssertionError(f"{what} is a mask of bools: return the indices of what is kept")
    kept = whole_numbers(value, size, what).tolist()
    assert all(0 <= index < len(boxes) for index in kept), f"{what} has indices of no box"
    assert len(set(kept)) == len(kept), f"{what} keeps a box twice"
    return kept


def heap(rng, count, x):
    """Boxes that all overlap each other a lot, around x."""
    corner = rng.integers(0, 9, (count, 2)) / 4 + [x, 5.0]
    return np.concatenate([corner, corner + 20], axis=1)


def falling(rng, count):
    """Distinct scores, the highest first."""
    return np.sort(0.05 + 0.9 * rng.permutation(count) / count)[::-1].copy()


@pytest.mark.points(2, task="nms", hint="keep the best, drop what overlaps it, and so on")
def test_nms_plain(student, rng):
    """Of several heaps of boxes one of each is kept; which one, is asked for below."""
    counts = rng.integers(2, 5, 3)
    boxes = np.concatenate([heap(rng, n, 40.0 * k) for k, n in enumerate(counts)])
    kept = kept_boxes(student, boxes, falling(rng, len(boxes)), 0.4)
    of_heap = np.repeat(np.arange(3), counts)[kept].tolist()
    assert len(of_heap) >= 3, "of three heaps of boxes, one loses all of its boxes"
    assert len(of_heap) <= 3, "boxes are kept that overlap a kept one by more than the threshold"
    assert sorted(of_heap) == [0, 1, 2], "of a heap of boxes several are kept, of another one none"


@pytest.mark.points(1, task="nms", hint="order = np.argsort(-scores) comes first")
def test_nms_by_score(student, rng):
    """The best is the one with the highest score, wherever it stands in the list."""
    boxes = np.concatenate([heap(rng, 3, 0.0), heap(rng, 3, 40.0)])
    check_kept(student, boxes, np.array([0.5, 0.8, 0.3, 0.6, 0.2, 0.9]), 0.4)


@pytest.mark.points(2, task="nms", hint="compare with kept boxes alone: dropped ones drop nobody")
def test_nms_chain(student, rng):
    """A box that was dropped does not drop others."""
    step = float(rng.integers(4, 6))
    chain = boxes_of([0, 0, 10, 6]) + step * np.arange(5)[:, None] * [1, 0, 1, 0]
    check_kept(student, chain, falling(rng, 5), 0.2)


@pytest.mark.points(1, task="nms", hint="a box goes where its overlap is > threshold")
def test_nms_threshold(student, rng):
    """A higher threshold lets boxes stay that overlap more."""
    boxes = boxes_of([0, 0, 10, 10], [0, 0, 10, 8], [0, 0, 10, 5], [0, 0, 10, 2])
    for threshold in (0.1, 0.3, 0.7, 0.9):
        check_kept(student, boxes, falling(rng, 4), threshold)


@pytest.mark.points(1, task="nms", hint="append as you go through the falling scores")
@pytest.mark.depends("test_nms_plain")
def test_nms_order(student, rng):
    """The kept boxes come by falling score."""
    boxes = np.concatenate([heap(rng, 2, 40.0 * k) for k in range(5)])
    scores = rng.permutation(10) / 10
    kept = kept_boxes(student, boxes, scores, 0.4)
    assert len(kept) > 1, "of boxes apart only one is kept"
    assert kept == sorted(kept, key=lambda i: -scores[i]), "indices do not come by falling score"


@pytest.mark.points(
    1, task="nms", hint="many boxes at once: the same two steps, until none is left"
)
def test_nms_definition(student, rng):
    """Any boxes, any scores."""
    while True:
        boxes = draw_boxes(rng, 12)
        if np.all(abs(formulas.iou(boxes, boxes) - 0.25) > CLEAR):
            break
    check_kept(student, boxes, rng.permutation(12) / 12, 0.25)


@pytest.mark.points(1, task="nms", hint="no boxes: an empty array")
@pytest.mark.depends("test_nms_plain")
def test_nms_of_few_boxes(student, rng):
    """One box is kept; of none, none."""
    check_kept(student, draw_boxes(rng, 1), np.array([0.2]), 0.5)
    check_kept(student, np.zeros((0, 4)), np.zeros(0), 0.5)


@pytest.mark.points(1, task="nms", hint="take from a copy: scores[i] = 0 writes into the caller's")
@pytest.mark.depends("test_nms_plain")
def test_nms_leaves_its_arguments(student, rng):
    """Boxes and scores that were handed in stay as they were."""
    boxes, scores = heap(rng, 4, 0.0), rng.permutation(4) / 4
    call = student.after("nms", boxes, scores, 0.5)
    check_untouched(call, boxes, scores, names="boxes, scores")


# --- average_precision: 11 ---


def check_precision(student, scores, matches, num_objects):
    right = formulas.average_precision(scores, matches, num_objects)
    as_they_come = formulas.average_precision(-np.arange(len(scores)), matches, num_objects)
    check_close(
        student.average_precision(scores, matches, num_objects),
        right,
        f"the average precision of {len(scores)} boxes, {num_objects} objects",
        mistakes=lambda: {
            "the best precision from a match on counts, not that at the match": (
                formulas.average_precision(scores, matches, num_objects, best=False)
            ),
            "sort by falling score first": as_they_come,
            "sort by falling score, not by rising": (
                formulas.average_precision(-scores, matches, num_objects)
            ),
            "divide by all objects, not by those found": (
                right * num_objects / max(1, np.sum(matches))
            ),
            "divide by the objects, not by the boxes": right * num_objects / len(scores),
            "it is the sum over the matches: divide by the objects": right * num_objects,
            "it is the recall at the end": np.sum(matches) / num_objects,
            "it is the precision at the end": np.mean(matches),
            "it is read at 11 recalls: take every recall that occurs": (
                eleven_points(scores, matches, num_objects)
            ),
        },
    )


def eleven_points(scores, matches, num_objects):
    found = np.asarray(matches)[np.argsort(-scores)]
    precision = np.cumsum(found) / np.arange(1, len(found) + 1)
    recall = np.cumsum(found) / num_objects
    return np.mean([max(precision[recall >= r - 1e-9], default=0) for r in np.linspace(0, 1, 11)])


def bools(*marks):
    return np.array(marks, dtype=bool)


@pytest.mark.points(1, task="average_precision", hint="precision is 1 at each match: the mean is 1")
def test_average_precision_of_a_perfect_list(student, rng):
    """A list with all objects at its top has 1, one with a false box before them less."""
    scores = falling(rng, 5)
    check_precision(student, scores, bools(1, 1, 1, 0, 0), 3)
    worse = as_number(student.average_precision(scores, bools(0, 1, 1, 0, 1), 3), "the precision")
    assert 0 < worse < 1 - CLEAR, f"a list that begins with a false box has {worse:.3g}"


@pytest.mark.points(1, task="average_precision", hint="mean precision at the matches")
def test_average_precision_plain(student, rng):
    """A list that gets worse on the way down, and finds everything: its precisions' mean."""
    gap = int(rng.integers(1, 4))
    matches = bools(1, 1, *[0] * gap, 1)
    check_precision(student, falling(rng, len(matches)), matches, 3)


@pytest.mark.points(2, task="average_precision", hint="matches[np.argsort(-scores)] comes first")
def test_average_precision_sorts(student, rng):
    """The list is gone through from the highest score down."""
    matches = bools(1, 1, 1, 0, 0)
    order = rng.permutation(5)
    while np.array_equal(matches[order], matches):
        order = rng.permutation(5)
    check_precision(student, falling(rng, 5)[order], matches[order], 3)


@pytest.mark.points(1, task="average_precision", hint="divide by num_objects, found or not")
def test_average_precision_of_what_is_missed(student, rng):
    """Objects that nobody found add 0, and count."""
    missed = int(rng.integers(2, 6))
    check_precision(student, falling(rng, 4), bools(1, 1, 1, 0), 3 + missed)


@pytest.mark.points(
    2, task="average_precision", hint="np.maximum.accumulate over the precisions, from the end"
)
def test_average_precision_takes_the_best(student, rng):
    """At a recall counts the best precision at that recall or at a higher one."""
    worse = int(rng.integers(1, 4))
    matches = bools(*[0] * worse, 1, 1, 1, 0)
    check_precision(student, falling(rng, len(matches)), matches, 3)
    check_precision(student, falling(rng, 5), bools(1, 0, 0, 1, 1), 3)


@pytest.mark.points(2, task="average_precision", hint="sort, best from the end, sum, divide")
def test_average_precision_definition(student, rng):
    """Any list: area under the best precision over recall."""
    matches = rng.permutation(np.arange(15) < 6)
    matches[:2] = 0, 1
    check_precision(student, rng.permutation(15) / 15, matches, 9)


@pytest.mark.points(1, task="average_precision", hint="nothing found: 0, without dividing 0 by 0")
@pytest.mark.depends("test_average_precision_of_a_perfect_list")
def test_average_precision_of_nothing(student, rng):
    """No box, or none that matches: 0."""
    for count in (0, 3):
        found = student.average_precision(falling(rng, count), bools(*[0] * count), 4)
        check_close(found, 0.0, f"the average precision of {count} boxes without a match")


@pytest.mark.points(1, task="average_precision", hint="np.sort returns a copy, .sort() does not")
@pytest.mark.depends("test_average_precision_of_a_perfect_list")
def test_average_precision_leaves_its_arguments(student, rng):
    """Scores and matches that were handed in stay as they were."""
    scores, matches = np.array([0.2, 0.9, 0.4]), bools(1, 0, 1)
    call = student.after("average_precision", scores, matches, 2)
    check_untouched(call, scores, matches, names="scores, matches")


# --- anchors: 8 ---


def drawn_anchors(student, height, width, stride, sizes, ratios):
    """(A, 4): centre x and y, width and height of each anchor, as the student has them."""
    count = height * width * len(sizes) * len(ratios)
    found = student.anchors(height, width, stride, sizes, ratios)
    return formulas.centres_and_sizes(as_array(found, (count, 4), "anchors"))


def in_order(rows):
    """The rows sorted, so that their order does not count."""
    rows = np.round(np.asarray(rows, dtype=float), 6)
    return rows[np.lexsort(rows.T[::-1])]


def check_centres(student, height, width, stride):
    found = drawn_anchors(student, height, width, stride, [6.0], [1.0])[:, :2]
    right = np.array([((j + 0.5), (i + 0.5)) for i in range(height) for j in range(width)]) * stride
    check_close(
        in_order(found),
        in_order(right),
        f"the centres of anchors on {height} x {width} cells",
        mistakes={
            "the centre of a cell is half a stride from its corner": in_order(right - stride / 2),
            "half a stride, not half a pixel": in_order(right - stride / 2 + 0.5),
            "x and y are exchanged: x goes with columns": in_order(right[:, ::-1]),
            "the centres lie in cells: multiply by the stride": in_order(right / stride),
        },
    )


@pytest.mark.points(2, task="anchors", hint="x = (j + 0.5) * stride, y = (i + 0.5) * stride")
def test_anchors_in_the_middle_of_cells(student, rng):
    """An anchor's centre is the centre of its cell."""
    check_centres(student, 3, 3, 2 * int(rng.integers(2, 7)))


@pytest.mark.points(1, task="anchors", hint="x goes with columns and width, y with rows and height")
def test_anchors_on_any_map(student, rng):
    """Maps may be wider than high, or higher than wide."""
    check_centres(student, 2, 4, 8)
    check_centres(student, 3, 1, 5)


@pytest.mark.points(2, task="anchors", hint="a size is the side of a square: half of it each way")
def test_anchors_sizes(student, rng):
    """Of ratio 1, an anchor is a square with sides of its size."""
    sizes = np.sort(rng.choice(np.arange(3, 20), 3, replace=False)).astype(float).tolist()
    found = drawn_anchors(student, 1, 1, 8, sizes, [1.0])[:, 2:]
    right = np.array([[size, size] for size in sizes])
    check_close(
        in_order(found),
        in_order(right),
        "width and height of anchors of ratio 1",
        mistakes={
            "size is the whole side, not half of it": in_order(2 * right),
            "size is the side of the square, not its area": in_order(np.sqrt(right)),
        },
    )


@pytest.mark.points(1, task="anchors", hint="ratio = height / width")
def test_anchors_ratios(student, rng):
    """A ratio is height divided by width."""
    ratios = [4.0, 2.25, 0.36]
    _, _, width, height = drawn_anchors(student, 1, 1, 8, [float(rng.integers(4, 12))], ratios).T
    check_close(
        np.sort(height / width),
        np.sort(ratios),
        "height / width of the anchors",
        mistakes={
            "the ratio is height / width, not width / height": np.sort(1 / np.array(ratios)),
            "width and height each take one square root of the ratio": np.sort(np.square(ratios)),
        },
    )


@pytest.mark.points(1, task="anchors", hint="w = size / sqrt(ratio), h = size * sqrt(ratio)")
def test_anchors_areas(student, rng):
    """Whatever its ratio, an anchor has the area of its size squared."""
    size = float(rng.integers(4, 12))
    _, _, width, height = drawn_anchors(student, 1, 1, 8, [size], [4.0, 0.25]).T
    assert abs(width[0] - width[1]) > 0.1, "anchors of two ratios are equally wide"
    check_close(
        width * height,
        np.full(2, size**2),
        "the areas of anchors of one size",
    )


@pytest.mark.points(1, task="anchors", hint="for rows: for columns: for sizes: for ratios")
@pytest.mark.depends("test_anchors_in_the_middle_of_cells", "test_anchors_sizes")
def test_anchors_order(student):
    """Cells come row by row, in each cell sizes, for each size ratios."""
    case = 2, 2, 10, [4.0, 6.0], [1.0, 4.0]
    found = as_array(student.anchors(*case), (16, 4), "anchors")
    centred, right = (formulas.centres_and_sizes(b) for b in (found, formulas.anchors(*case)))
    assert np.allclose(centred[:, :2], right[:, :2]), (
        "cells do not come row by row, each with all of its anchors"
    )
    one_cell = np.sort(centred[:4, 2:].prod(axis=1))
    if np.allclose(one_cell, [16, 16, 36, 36]):  # else another test says what is wrong
        areas = centred[:4, 2:].prod(axis=1)
        assert np.allclose(areas, np.sort(areas)), (
            "in a cell, sizes come first, for each its ratios"
        )


# --- box_offsets: 10 ---


def draw_pairs(rng, count, same_centre=False, same_size=False):
    """Boxes, anchors and the offsets between them; corners are multiples of 1/4."""
    anchor_boxes = formulas.centres_and_sizes(draw_boxes(rng, count))
    centred = formulas.centres_and_sizes(draw_boxes(rng, count))
    if same_centre:
        centred[:, :2] = anchor_boxes[:, :2]
    if same_size:
        centred[:, 2:] = anchor_boxes[:, 2:]
    move = (centred[:, :2] - anchor_boxes[:, :2]) / anchor_boxes[:, 2:]
    grow = np.log(centred[:, 2:] / anchor_boxes[:, 2:])
    offsets = np.concatenate([move, grow], axis=1)
    return formulas.corners(centred), formulas.corners(anchor_boxes), offsets


def wrong_moves(boxes, anchor_boxes):
    box, anchor = (formulas.centres_and_sizes(b) for b in (boxes, anchor_boxes))
    return {
        "the move is measured in anchors: divide by their width and height": (
            (box - anchor)[:, :2]
        ),
        "divide by the anchor's width and height, not by the box's": (
            (box - anchor)[:, :2] / box[:, 2:]
        ),
        "compare the centres, not the corners": ((boxes - anchor_boxes)[:, :2] / anchor[:, 2:]),
        "x goes with the width, y with the height": (box - anchor)[:, :2] / anchor[:, :1:-1],
        "the logarithm is for sizes alone": (box[:, :2] / anchor[:, :2]),
    }


def check_encoded(student, boxes, anchor_boxes, offsets, columns, what):
    found = student.encode_boxes(boxes, anchor_boxes)
    found = as_array(found, offsets.shape, "the offsets")[:, columns]
    box, anchor = (formulas.centres_and_sizes(b) for b in (boxes, anchor_boxes))
    if what == "tx and ty":
        mistakes = wrong_moves(boxes, anchor_boxes)
    else:
        ratio = (box / anchor)[:, 2:]
        mistakes = {
            "sizes enter by their logarithm": ratio,
            "the logarithm is the natural one, np.log": np.log2(ratio),
            "the box is divided by the anchor, not the other way round": -np.log(ratio),
            "the difference of sizes is divided by the anchor's: take the logarithm": ratio - 1,
            "it is the logarithm of the size: divide by the anchor's first": np.log(box[:, 2:]),
        }
    check_close(found, offsets[:, columns], what, mistakes=mistakes)


MOVES, SIZES, ALL = slice(0, 2), slice(2, 4), slice(0, 4)


@pytest.mark.points(2, task="box_offsets", hint="(cx - ax) / aw, (cy - ay) / ah")
def test_encode_moves(student, rng):
    """Boxes as large as their anchors: how far they moved, in anchors."""
    case = draw_pairs(rng, 4, same_size=True)
    check_encoded(student, *case, MOVES, "tx and ty")


@pytest.mark.points(2, task="box_offsets", hint="np.log(w / aw), np.log(h / ah)")
def test_encode_sizes(student, rng):
    """Boxes around their anchor's centre: how many times as large, as a logarithm."""
    case = draw_pairs(rng, 4, same_centre=True)
    check_encoded(student, *case, SIZES, "tw and th")


@pytest.mark.points(1, task="box_offsets", hint="centres from both corners: (x1 + x2) / 2")
def test_encode_any_boxes(student, rng):
    """Boxes that moved and grew at the same time."""
    boxes, anchor_boxes, offsets = draw_pairs(rng, 5)
    check_encoded(student, boxes, anchor_boxes, offsets, MOVES, "tx and ty")


def check_decoded(student, boxes, anchor_boxes, offsets, columns, what):
    found = as_array(student.decode_boxes(offsets, anchor_boxes), boxes.shape, "the boxes")
    anchor = formulas.centres_and_sizes(anchor_boxes)
    right = formulas.centres_and_sizes(boxes)
    wrong = {
        "the move is in anchors: multiply by their width and height": (
            anchor[:, :2] + offsets[:, :2],
            right[:, 2:],
        ),
        "add to the anchor's centre, not to its corner": (
            right[:, :2] - anchor[:, 2:] / 2,
            right[:, 2:],
        ),
        "add the anchor's centre": (right[:, :2] - anchor[:, :2], right[:, 2:]),
        "sizes come back by np.exp": (right[:, :2], offsets[:, 2:] * anchor[:, 2:]),
        "multiply by the anchor's width and height": (right[:, :2], np.exp(offsets[:, 2:])),
        "half of the width lies on each side of the centre": (right[:, :2], 2 * right[:, 2:]),
    }
    check_close(
        formulas.centres_and_sizes(found)[:, columns],
        right[:, columns],
        what,
        mistakes={
            advice: np.concatenate(parts, axis=1)[:, columns] for advice, parts in wrong.items()
        },
    )


@pytest.mark.points(2, task="box_offsets", hint="cx = ax + tx * aw, then half the width each way")
def test_decode_moves(student, rng):
    """Offsets of the centre alone: the anchor, moved."""
    case = draw_pairs(rng, 4, same_size=True)
    check_decoded(student, *case, MOVES, "the centres of the decoded boxes")


@pytest.mark.points(1, task="box_offsets", hint="w = aw * np.exp(tw)")
def test_decode_sizes(student, rng):
    """Offsets of the size alone: the anchor, grown or shrunk."""
    case = draw_pairs(rng, 4, same_centre=True)
    check_decoded(student, *case, SIZES, "width and height of the decoded boxes")


@pytest.mark.points(1, task="box_offsets", hint="columns are x1, y1, x2, y2 again")
def test_decode_any_offsets(student, rng):
    """All four at once, as corners."""
    boxes, anchor_boxes, offsets = draw_pairs(rng, 5)
    found = student.decode_boxes(offsets, anchor_boxes)
    centred = formulas.centres_and_sizes(boxes)
    check_close(
        found,
        boxes,
        "the decoded boxes",
        mistakes={
            "these are centres and sizes: return corners": centred,
            "these are corners and sizes: return both corners": np.concatenate(
                [boxes[:, :2], centred[:, 2:]], axis=1
            ),
        },
    )


@pytest.mark.points(1, task="box_offsets", hint="compute new arrays: += writes into the caller's")
@pytest.mark.depends("test_encode_moves", "test_decode_moves")
def test_box_offsets_leave_their_arguments(student, rng):
    """Boxes, anchors and offsets that were handed in stay as they were."""
    boxes, anchor_boxes, offsets = draw_pairs(rng, 3)
    call = student.after("encode_boxes", boxes, anchor_boxes)
    check_untouched(call, boxes, anchor_boxes, names="boxes, anchor_boxes")
    call = student.after("decode_boxes", offsets, anchor_boxes)
    check_untouched(call, offsets, anchor_boxes, names="offsets, anchor_boxes")


# --- match_anchors: 11 ---


def check_matched(student, anchor_boxes, boxes, low, high, marks=False):
    """Background and ignored are told apart only where the ``marks`` are asked for."""
    lowest = -2 if marks else -1
    found = student.match_anchors(anchor_boxes, boxes, low, high)
    found = whole_numbers(found, (len(anchor_boxes),), "the matches")
    right = formulas.match(anchor_boxes, boxes, low, high)
    mistakes = {
        "the anchor that overlaps an object most has to find it, however little that is": (
            formulas.match(anchor_boxes, boxes, low, high, claims=False)
        ),
        "between low and high an anchor is ignored, -2": np.where(right == -2, -1, right),
        "between low and high an anchor is ignored, not matched": (
            formulas.match(anchor_boxes, boxes, low, low)
        ),
        "background is -1 and ignored is -2": np.select(
            [right == -1, right == -2], [-2, -1], right
        ),
        "objects are counted from 0": np.where(right >= 0, right + 1, right),
    }
    check_close(
        found.clip(lowest),
        right.clip(lowest),
        f"the matches of {len(anchor_boxes)} anchors with {len(boxes)} objects",
        mistakes={advice: wrong.clip(lowest) for advice, wrong in mistakes.items()},
    )


ROW = boxes_of(
    *([x, 0, x + 10, 10] for x in range(0, 60, 12))
)  # five anchors apart from each other


def shifted(anchor, share):
    """A box whose IoU with this anchor of 10 x 10 is ``share``: the anchor, made lower."""
    x1, y1, x2, _ = anchor
    return [x1, y1, x2, y1 + 10 * share]


@pytest.mark.points(2, task="match_anchors", hint="iou.max(axis=1) >= high: iou.argmax(axis=1)")
def test_match_anchors_plain(student, rng):
    """An anchor that overlaps an object by high or more finds it; far from all, background."""
    first, second = rng.choice(5, 2, replace=False)
    boxes = boxes_of(shifted(ROW[first], 0.9), shifted(ROW[second], 0.8))
    check_matched(student, ROW, boxes, 0.4, 0.6)


@pytest.mark.points(2, task="match_anchors", hint="low <= overlap < high: -2")
def test_match_anchors_ignored(student, rng):
    """Between low and high an anchor is ignored."""
    # the object's best anchor is another one, so that nobody claims the anchor in between
    at = float(rng.integers(0, 5))
    good = [at, 0, at + 10, 10]
    anchor_boxes = boxes_of(good, shifted(good, 0.5), [40, 40, 50, 50])
    order = rng.permutation(3)
    check_matched(student, anchor_boxes[order], boxes_of(good), 0.4, 0.7, marks=True)


@pytest.mark.points(1, task="match_anchors", hint="use the low and high that come in")
def test_match_anchors_limits(student, rng):
    """Both limits are those that are given."""
    whole = [0, 0, 10, 10]
    anchor_boxes = boxes_of(whole, *(shifted(whole, share) for share in (0.8, 0.6, 0.4, 0.2)))
    order = rng.permutation(5)
    for low, high in [(0.1, 0.3), (0.3, 0.5), (0.5, 0.9), (0.7, 0.9)]:
        check_matched(student, anchor_boxes[order], boxes_of(whole), low, high, marks=True)


@pytest.mark.points(2, task="match_anchors", hint="argmax over the objects, axis 1")
def test_match_anchors_best_of_several(student, rng):
    """An anchor that overlaps several objects finds the one that it overlaps most."""
    anchor_boxes = boxes_of([0, 0, 10, 10], [0, 0, 10, 7], [0, 0, 7, 10], [0, 0, 9, 10])
    boxes = boxes_of([0, 0, 10, 6.5], [0, 0, 6.5, 10], [0, 0, 10, 10])
    order, other = rng.permutation(4), rng.permutation(3)
    for some in (other, other[::-1]):  # neither the first nor the last one is the best by chance
        check_matched(student, anchor_boxes[order], boxes[some], 0.3, 0.5)


@pytest.mark.points(
    2, task="match_anchors", hint="found[iou.argmax(axis=0)] = the objects, after everything else"
)
def test_match_anchors_claims(student, rng):
    """The anchor that overlaps an object most has to find it, below high and below low."""
    first, second, third = rng.choice(5, 3, replace=False)
    boxes = boxes_of(shifted(ROW[first], 0.9), shifted(ROW[second], 0.5), shifted(ROW[third], 0.2))
    check_matched(student, ROW, boxes[rng.permutation(3)], 0.4, 0.6)


@pytest.mark.points(1, task="match_anchors", hint="a maximum over no objects raises: look first")
@pytest.mark.depends("test_match_anchors_plain")
def test_match_anchors_without_objects(student):
    """In an empty image everything is background."""
    check_close(
        student.match_anchors(ROW, np.zeros((0, 4)), 0.4, 0.5),
        np.full(len(ROW), -1),
        "the matches of anchors with no objects",
    )


@pytest.mark.points(1, task="match_anchors", hint="write into an array of your own")
@pytest.mark.depends("test_match_anchors_plain")
def test_match_anchors_leaves_its_arguments(student, rng):
    """Anchors and objects that were handed in stay as they were."""
    boxes = draw_boxes(rng, 2)
    call = student.after("match_anchors", ROW, boxes, 0.4, 0.5)
    check_untouched(call, ROW, boxes, names="anchor_boxes, boxes")


# --- max_unpool: 6 ---


def draw_switches(rng, n, c, tiles, window):
    """Switches (N, C, *tiles): a random place in each window, and the map's shape."""
    (height, width), (rows, columns) = tiles, window
    i, j = np.indices((n, c, height, width))[2:]
    row = rows * i + rng.integers(0, rows, (n, c, height, width))
    column = columns * j + rng.integers(0, columns, (n, c, height, width))
    return row * (columns * width) + column, (rows * height, columns * width)


def check_unpooled(student, rng, n, c, tiles, window):
    switches, shape = draw_switches(rng, n, c, tiles, window)
    x = draw(rng, *switches.shape)
    by_columns = (switches % shape[1]) * shape[0] + switches // shape[1]
    check_close(
        student.max_unpool(x, switches, shape),
        formulas.unpool(x, switches, shape),
        f"the unpooled maps of {x.shape}",
        mistakes=lambda: {
            "a switch is row * W + column: W is the width": formulas.unpool(x, by_columns, shape),
            "the whole window is filled: only one place gets the value": (
                x.repeat(window[0], axis=2).repeat(window[1], axis=3)
            ),
            "all channels use the first one's switches": (
                formulas.unpool(x, np.broadcast_to(switches[:, :1], x.shape), shape)
            ),
            "all images use the first one's switches": (
                formulas.unpool(x, np.broadcast_to(switches[:1], x.shape), shape)
            ),
            "the value stands in its window's first place: use the switches": (
                formulas.unpool(x, first_places(tiles, window, x), shape)
            ),
        },
    )


def first_places(tiles, window, x):
    i, j = np.indices(tiles)
    return np.broadcast_to(i * window[0] * window[1] * tiles[1] + j * window[1], x.shape)


@pytest.mark.points(2, task="max_unpool", hint="out.ravel()[switch] = value, map by map")
def test_max_unpool_plain(student, rng):
    """Each value stands where its switch says, and zeros elsewhere."""
    check_unpooled(student, rng, 1, 1, (3, 3), (2, 2))


@pytest.mark.points(1, task="max_unpool", hint="a switch counts within one channel's map")
def test_max_unpool_channels(student, rng):
    """Each channel has switches of its own."""
    check_unpooled(student, rng, 1, 3, (2, 2), (2, 2))


@pytest.mark.points(1, task="max_unpool", hint="a switch counts within one image's map")
def test_max_unpool_images(student, rng):
    """Each image has switches of its own."""
    check_unpooled(student, rng, 3, 1, (2, 2), (2, 2))


@pytest.mark.points(1, task="max_unpool", hint="row = switch // W, column = switch % W")
def test_max_unpool_not_square(student, rng):
    """Maps and windows may be higher than wide, or wider than high."""
    check_unpooled(student, rng, 1, 1, (2, 4), (3, 1))
    check_unpooled(student, rng, 1, 1, (4, 1), (1, 3))


@pytest.mark.points(1, task="max_unpool", hint="np.zeros(...) is an array of your own")
@pytest.mark.depends("test_max_unpool_plain")
def test_max_unpool_leaves_its_arguments(student, rng):
    """Values and switches that were handed in stay as they were."""
    switches, shape = draw_switches(rng, 1, 2, (2, 2), (2, 2))
    x = draw(rng, *switches.shape)
    call = student.after("max_unpool", x, switches, shape)
    check_untouched(call, x, switches, names="x, switches")


# --- transposed_conv_forward: 10 ---


def param(stride, pad):
    return {"stride": stride, "pad": pad}


def draw_layer(rng, n, c, size, f, kernel, draw_kernels=draw_turnable):
    """Maps, kernels and biases; the kernels show no direction unless they are drawn to."""
    return draw(rng, n, c, *size), draw_kernels(rng, c, f, *kernel), draw(rng, f)


def cut_to(out, right):
    """The middle of ``out``, where a student cut off too little, or padded instead."""
    if isinstance(out, np.ndarray) and out.ndim == 4 and out.shape[:2] == right.shape[:2]:
        more = [n - m for n, m in zip(out.shape[2:], right.shape[2:], strict=True)]
        if more[0] == more[1] > 0 and more[0] % 2 == 0:
            edge = more[0] // 2
            return out[:, :, edge:-edge, edge:-edge]
    return out


def check_forward(student, x, w, b, stride=2, pad=1, cut=False):
    """Whether ``pad`` pixels are cut off is the business of one test alone."""
    out, _ = as_tuple(student.transposed_conv_forward(x, w, b, param(stride, pad)), "out, cache")
    right = formulas.transposed_conv(x, w, b, stride, pad)
    check_close(
        out if cut else cut_to(out, right),
        right,
        f"the output for maps {x.shape}, kernels {w.shape}, stride {stride}, pad {pad}",
        mistakes=partial(wrong_forward, x, w, b, stride, pad, right),
    )


def wrong_forward(x, w, b, stride, pad, right):
    bias = b[:, None, None]
    return {
        "the kernel is turned: it is painted as it is": (
            formulas.transposed_conv(x, w[:, :, ::-1, ::-1], b, stride, pad)
        ),
        "the bias is missing": right - bias,
        "the bias is added once for each input channel": right + (x.shape[1] - 1) * bias,
        "paintings overlap: add to what is there with +=": assigned(x, w, b, stride, pad),
        "only the first channel is painted: add up over all of them": (
            formulas.transposed_conv(x[:, :1], w[:1], b, stride, pad)
        ),
        "only the last channel is painted: add up over all of them": (
            formulas.transposed_conv(x[:, -1:], w[-1:], b, stride, pad)
        ),
        "padding cuts here: nothing is cut off": (formulas.transposed_conv(x, w, b, stride, 0)),
    }


def assigned(x, w, b, stride, pad):
    """Each painting writes over the ones before it."""
    size = [(n - 1) * stride + k for n, k in zip(x.shape[2:], w.shape[2:], strict=True)]
    canvas = np.zeros((len(x), w.shape[1], *size))
    for i, j in np.ndindex(x.shape[2:]):
        place = canvas[:, :, i * stride :, j * stride :][:, :, : w.shape[2], : w.shape[3]]
        place[...] = np.tensordot(x[:, :, i, j], w, axes=1)
    return canvas[:, :, pad : size[0] - pad, pad : size[1] - pad] + b[:, None, None]


def check_plain_forward(student, rng):
    x, w, _ = draw_layer(rng, 1, 1, (3, 3), 1, (3, 3))
    check_forward(student, x, w, np.zeros(1), stride=3)


TASK = "transposed_conv_forward"


@pytest.mark.points(2, task=TASK, hint="canvas[window of i, j] += x[i, j] * kernel")
def test_transposed_conv_forward_plain(student, rng):
    """Where no two paintings overlap: each number times the kernel, side by side."""
    check_plain_forward(student, rng)


@pytest.mark.points(1, task=TASK, hint="add with +=, do not assign")
def test_transposed_conv_forward_overlapping(student, rng):
    """Where paintings overlap they add up."""
    x, w, _ = draw_layer(rng, 1, 1, (3, 3), 1, (3, 3))
    check_forward(student, x, w, np.zeros(1))


@pytest.mark.points(1, task=TASK, hint="add up over the input channels")
def test_transposed_conv_forward_channels(student, rng):
    """Each output adds up over all input channels."""
    x, w, _ = draw_layer(rng, 1, 3, (3, 3), 1, (2, 2))
    check_forward(student, x, w, np.zeros(1))


@pytest.mark.points(1, task=TASK, hint="w is (C, F, HH, WW), out is (N, F, H', W')")
def test_transposed_conv_forward_images_and_filters(student, rng):
    """Every image meets every filter."""
    x, w, _ = draw_layer(rng, 3, 1, (3, 3), 2, (2, 2))
    check_forward(student, x, w, np.zeros(2))


@pytest.mark.points(1, task=TASK, hint="+ b[f], once, to each number of filter f's output")
def test_transposed_conv_forward_bias(student, rng):
    """Maps of zeros give each filter's bias, once."""
    _, w, b = draw_layer(rng, 2, 2, (3, 3), 3, (2, 2))
    check_forward(student, np.zeros((2, 2, 3, 3)), w, b)


@pytest.mark.points(1, task=TASK, hint="the kernel is painted as it is")
def test_transposed_conv_forward_direction(student, rng):
    """The kernel is not turned."""
    x, w, _ = draw_layer(rng, 1, 1, (3, 3), 1, (2, 2), draw)
    check_forward(student, x, w, np.zeros(1))


@pytest.mark.points(1, task=TASK, hint="out[:, :, pad : H - pad, pad : W - pad], for pad 0, too")
def test_transposed_conv_forward_pad(student, rng):
    """Padding cuts pixels off all four sides; with 0 nothing is cut, and gaps stay zero."""
    x, w, _ = draw_layer(rng, 1, 1, (3, 3), 1, (4, 4))
    check_forward(student, x, w, np.zeros(1), stride=4, pad=2, cut=True)
    x, w, _ = draw_layer(rng, 1, 1, (2, 2), 1, (2, 2))
    check_forward(student, x, w, np.zeros(1), stride=3, pad=0, cut=True)


@pytest.mark.points(1, task=TASK, hint="rows with H and HH, columns with W and WW")
def test_transposed_conv_forward_together(student, rng):
    """All of it at once, on maps and with kernels that are no squares."""
    x, w, b = draw_layer(rng, 2, 3, (2, 4), 2, (3, 2), draw)
    check_forward(student, x, w, b)


@pytest.mark.points(1, task=TASK, hint="paint on a canvas of your own")
@pytest.mark.depends("test_transposed_conv_forward_plain")
def test_transposed_conv_forward_leaves_its_arguments(student, rng):
    """Maps, kernels, biases and conv_param that were handed in stay as they were."""
    x, w, b = draw_layer(rng, 2, 2, (3, 3), 2, (2, 2))
    call = student.after("transposed_conv_forward", x, w, b, param(2, 1))
    check_untouched(call, x, w, b, param(2, 1), names="x, w, b, conv_param")


# --- transposed_conv_backward: 10 ---

BACK = "transposed_conv_backward"
NO_MEAN = "dout carries the 1/N of the mean already: do not divide"


def check_backward(student, rng, sizes, *names, stride=2, pad=0, draw_kernels=draw_turnable):
    """Check the gradients of these names, "x", "w" or "b", for a random gradient of the output."""
    x, w, b = draw_layer(rng, *sizes, draw_kernels)
    out = formulas.transposed_conv(x, w, b, stride, pad)
    dout = draw(rng, *out.shape)
    case = x, w, dout, stride, pad
    checks = {
        "x": lambda dx: check_dx(dx, *case),
        "w": lambda dw: check_dw(dw, *case),
        "b": lambda db: check_db(db, dout),
    }
    sound = partial(check_plain_forward, student, rng)
    options = (param(stride, pad),)
    layer = Layer(student, "transposed_conv", {"x": x, "w": w, "b": b}, options, out, sound)
    layer.check(dout, **{name: checks[name] for name in names})


def check_dx(dx, x, w, dout, stride, pad):
    right = formulas.transposed_conv_dx(x, w, dout, stride, pad)
    check_close(
        dx,
        right,
        f"dx of maps {x.shape} with stride {stride}, pad {pad}",
        mistakes=lambda: {
            "the kernel is turned: it lies on dout as it was painted": (
                formulas.transposed_conv_dx(x, w[:, :, ::-1, ::-1], dout, stride, pad)
            ),
            "only the last filter counts: add up over all of them": (
                formulas.transposed_conv_dx(x, w[:, -1:], dout[:, -1:], stride, pad)
            ),
            "only the first filter counts: add up over all of them": (
                formulas.transposed_conv_dx(x, w[:, :1], dout[:, :1], stride, pad)
            ),
            NO_MEAN: right / len(x),
        },
    )


def check_dw(dw, x, w, dout, stride, pad):
    right = formulas.transposed_conv_dw(x, w, dout, stride, pad)
    check_close(
        dw,
        right,
        f"dw of kernels {w.shape} with stride {stride}, pad {pad}",
        mistakes=lambda: {
            "the gradient is turned": right[:, :, ::-1, ::-1],
            "only the last image counts: add up over all of them": (
                formulas.transposed_conv_dw(x[-1:], w, dout[-1:], stride, pad)
            ),
            "only the first image counts: add up over all of them": (
                formulas.transposed_conv_dw(x[:1], w, dout[:1], stride, pad)
            ),
            NO_MEAN: right / len(x),
            "add up over the places, do not average": right / x[0, 0].size,
        },
    )


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


@pytest.mark.points(2, task=BACK, hint="dout under each painting times kernel")
def test_transposed_conv_backward_dx_plain(student, rng):
    """Where paintings do not overlap, a number collects the gradients of its own."""
    check_backward(student, rng, (1, 1, (3, 3), 1, (2, 2)), "x")


@pytest.mark.points(1, task=BACK, hint="a place under two paintings gives both")
def test_transposed_conv_backward_dx_overlapping(student, rng):
    """Where they overlap, each collects all of what it lies under."""
    check_backward(student, rng, (1, 1, (3, 3), 1, (3, 3)), "x")


@pytest.mark.points(1, task=BACK, hint="add up over the filters F")
def test_transposed_conv_backward_dx_images_and_filters(student, rng):
    """Each image collects from its own outputs, of all filters."""
    check_backward(student, rng, (2, 2, (2, 2), 3, (2, 2)), "x")


@pytest.mark.points(1, task=BACK, hint="the kernel lies as it was painted")
def test_transposed_conv_backward_dx_direction(student, rng):
    """The kernel is not turned on the way back."""
    check_backward(student, rng, (1, 1, (3, 3), 1, (2, 2)), "x", draw_kernels=draw)


@pytest.mark.points(1, task=BACK, hint="zeros around dout: np.pad with pad")
def test_transposed_conv_backward_pad(student, rng):
    """What was cut off gives nothing to anybody."""
    check_backward(student, rng, (1, 1, (3, 3), 1, (3, 3)), "x", "w", stride=3, pad=1)


@pytest.mark.points(2, task=BACK, hint="a weight collects x * dout, all places")
def test_transposed_conv_backward_dw_plain(student, rng):
    """The gradient for a kernel collects from all places."""
    check_backward(student, rng, (1, 1, (3, 3), 1, (2, 2)), "w")


@pytest.mark.points(1, task=BACK, hint="dw is (C, F, HH, WW), summed over N")
def test_transposed_conv_backward_dw_images_and_filters(student, rng):
    """Each pair of channel and filter has its own gradient, from all images."""
    check_backward(student, rng, (3, 2, (2, 2), 3, (2, 2)), "w", draw_kernels=draw)


@pytest.mark.points(1, task=BACK, hint="db = dout.sum(axis=(0, 2, 3))")
def test_transposed_conv_backward_db(student, rng):
    """The gradient for a bias adds up over all places of all images."""
    check_backward(student, rng, (2, 1, (2, 2), 3, (2, 2)), "b")


# --- mean_iou: 6 ---


def check_mean_iou(student, confusion):
    ious = formulas.class_ious(confusion)
    both, rows, columns = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)

    def mean(below):
        return np.mean(both[below > 0] / below[below > 0])

    check_close(
        student.mean_iou(confusion),
        np.mean(ious),
        f"the mean iou of {len(confusion)} classes",
        mistakes=lambda: {
            "it is the accuracy: divide class by class": both.sum() / confusion.sum(),
            "it is the mean recall: divide by the union": mean(rows),
            "it is the mean precision: divide by the union": mean(columns),
            "the diagonal is in both sums: subtract it once": mean(rows + columns),
            "a class that occurs nowhere is left out of the mean": sum(ious) / len(confusion),
            "a class that is never hit counts, as 0": np.mean([one for one in ious if one]),
            "it is the median: take the mean": np.median(ious),
        },
    )


def draw_confusion(rng, size):
    return rng.integers(1, 9, (size, size)) + 10.0 * np.diag(rng.integers(1, 9, size))


@pytest.mark.points(3, task="mean_iou", hint="diagonal / (row sum + column sum - diagonal), mean")
def test_mean_iou_plain(student, rng):
    """Of each class the pixels that truth and prediction share, divided by those of either."""
    check_mean_iou(student, draw_confusion(rng, 2))
    check_mean_iou(student, draw_confusion(rng, 5))


@pytest.mark.points(1, task="mean_iou", hint="leave out classes of which the union is 0")
def test_mean_iou_of_a_class_that_is_not_there(student, rng):
    """A class in neither truth nor prediction is left out of the mean."""
    confusion = draw_confusion(rng, 4)
    confusion[2], confusion[:, 2] = 0, 0
    check_mean_iou(student, confusion)


@pytest.mark.points(1, task="mean_iou", hint="leave out by the union, not by the diagonal")
def test_mean_iou_of_a_class_that_is_never_hit(student, rng):
    """A class that occurs and is never predicted, or predicted and never there, counts as 0."""
    confusion = draw_confusion(rng, 4)
    confusion[:, 1] = 0
    check_mean_iou(student, confusion)
    check_mean_iou(student, confusion.T.copy())


@pytest.mark.points(1, task="mean_iou", hint="confusion.diagonal() is a view: do not write into it")
@pytest.mark.depends("test_mean_iou_plain")
def test_mean_iou_leaves_its_argument(student, rng):
    """The table that was handed in stays as it was."""
    confusion = draw_confusion(rng, 3)
    check_untouched(student.after("mean_iou", confusion), confusion, names="confusion")


# --- dice_loss: 8 ---


def draw_masks(rng, n, height, width):
    """Probabilities, multiples of 1/16 within 0 and 1, and masks of which none is empty."""
    probs = rng.integers(1, 16, (n, height, width)) / 16
    target = rng.integers(0, 2, (n, height, width)).astype(float)
    target[:, 0, 0], target[:, -1, -1] = 1, 0
    return probs, target


def right_dice(probs, target, eps):
    losses, gradients = zip(
        *(formulas.dice(p, t, eps) for p, t in zip(probs, target, strict=True)), strict=True
    )
    return np.mean(losses), np.array(gradients) / len(probs)


def dice_answer(student, probs, target, eps):
    return as_tuple(student.dice_loss(probs, target, eps), "loss, dprobs")


def check_dice(student, probs, target, eps):
    loss, _ = dice_answer(student, probs, target, eps)
    right = right_dice(probs, target, eps)[0]
    whole, _ = formulas.dice(probs, target, eps)
    both = (probs * target).sum(axis=(1, 2))
    sums = (probs + target).sum(axis=(1, 2))
    check_close(
        loss,
        right,
        "the loss",
        mistakes=lambda: {
            "it is the dice coefficient: the loss is 1 minus that": 1 - right,
            "each image has sums of its own, and the loss is the mean of theirs": whole,
            "it is the sum over the images: take the mean": right * len(probs),
            "what is shared counts twice: 2 * (p * t).sum()": np.mean(
                1 - (both + eps) / (sums + eps)
            ),
            "it is 1 - IoU: divide by the sum of both": np.mean(
                1 - (both + eps) / (sums - both + eps)
            ),
            "eps is added above and below": np.mean(1 - 2 * both / (sums + eps)),
            "eps is the argument, 1 by default": right_dice(probs, target, 1.0)[0],
            "eps has no effect": right_dice(probs, target, 0.0)[0],
        },
    )


def check_dice_gradient(student, probs, target, eps):
    loss, dprobs = dice_answer(student, probs, target, eps)
    right_loss, right = right_dice(probs, target, eps)
    # of a loss of 1/2, which does occur, the coefficient is the same
    if np.size(loss) == 1 and abs(loss + right_loss - 1) < ATOL < abs(loss - right_loss):
        right = -right  # the coefficient in place of the loss has cost its points already
    both = 2 * (probs * target).sum(axis=(1, 2), keepdims=True) + eps
    sums = (probs + target).sum(axis=(1, 2), keepdims=True) + eps
    n = len(probs)
    check_close(
        dprobs,
        right,
        "dprobs",
        mistakes=lambda: {
            "the sum below depends on probs, too: quotient rule": -2 * target / sums / n,
            "what is shared depends on probs, too: quotient rule": both / sums**2 / n
            + np.zeros(probs.shape),
            "the loss is a mean over the images, so the gradient is divided by N": right * n,
            "the quotient rule divides by the square": right * sums,
            "the images' sums are kept apart": formulas.dice(probs, target, eps)[1],
        },
    )


@pytest.mark.points(2, task="dice_loss", hint="1 - 2 * (p * t).sum() / (p.sum() + t.sum())")
def test_dice_loss_plain(student, rng):
    """Of one image, with an eps of 0: one minus twice what is shared, divided by the sum."""
    check_dice(student, *draw_masks(rng, 1, 3, 4), 0.0)


@pytest.mark.points(1, task="dice_loss", hint="sums over axes 1 and 2, then the mean over images")
def test_dice_loss_of_images(student, rng):
    """Of several images the mean of their losses, each with sums of its own."""
    probs, target = draw_masks(rng, 3, 3, 3)
    target[1] = 0
    target[1, 0, 0] = 1
    check_dice(student, probs, target, 1.0)


@pytest.mark.points(1, task="dice_loss", hint="+ eps above and below; eps=1.0 where none is given")
def test_dice_loss_eps(student, rng):
    """The eps that is given is added above and below, 1 where none is; it makes nothing perfect."""
    case = draw_masks(rng, 1, 3, 3)
    check_dice(student, *case, 0.5)
    loss, _ = as_tuple(student.dice_loss(*case), "loss, dprobs")
    check_close(loss, right_dice(*case, 1.0)[0], "the loss with the default eps")
    loss, _ = dice_answer(student, np.zeros((1, 2, 2)), np.zeros((1, 2, 2)), 1.0)
    check_close(loss, 0.0, "the loss of an empty answer to an empty mask")


@pytest.mark.points(2, task="dice_loss", hint="quotient rule: both sums depend on probs")
def test_dice_loss_gradient_plain(student, rng):
    """The gradient for one image, with an eps of 1."""
    check_dice_gradient(student, *draw_masks(rng, 1, 3, 4), 1.0)


@pytest.mark.points(1, task="dice_loss", hint="divide by N; eps is in both sums")
def test_dice_loss_gradient_of_images(student, rng):
    """The gradient for several images, with an eps."""
    check_dice_gradient(student, *draw_masks(rng, 3, 2, 4), 0.5)


@pytest.mark.points(1, task="dice_loss", hint="compute new arrays: -= writes into the caller's")
@pytest.mark.depends("test_dice_loss_of_images")
def test_dice_loss_leaves_its_arguments(student, rng):
    """Probabilities and masks that were handed in stay as they were."""
    probs, target = draw_masks(rng, 2, 3, 3)
    call = student.after("dice_loss", probs, target, 1.0)
    check_untouched(call, probs, target, names="probs, target")
