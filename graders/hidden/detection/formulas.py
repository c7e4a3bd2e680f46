"""What is right in the detection assignment, by other formulas than a solution uses.

Boxes are Python numbers, one pair at a time, areas of overlap are sums over an axis' pieces,
average precision is an area under a staircase. A transposed convolution is a product of four
tables: maps, kernels, and for rows and for columns a table that says onto which pixel of the output
which entry of the kernel is painted from which pixel of the input. So its gradients are products of
three.
"""

import math
from itertools import pairwise

import numpy as np


def draw(rng, *shape):
    """Multiples of 1/16, of order 1, none of them 0: sums of products are exact in 32 bits too."""
    x = np.round(16 * rng.standard_normal(shape)) / 16
    return np.where(x == 0, 0.5, x)


def draw_turnable(rng, *shape):
    """As ``draw``, but the same after half a turn of the last two axes: no direction shows."""
    x = draw(rng, *shape)
    return np.round(8 * (x + x[..., ::-1, ::-1])) / 16


# --- boxes ---


def draw_boxes(rng, count, side=20):
    """(count, 4): corners at multiples of 1/4 within side x side pixels, sides of 2 at least."""
    size = rng.integers(8, 2 * side, (count, 2)) / 4
    corner = rng.integers(0, 2 * side, (count, 2)) / 4
    return np.concatenate([corner, corner + size], axis=1)


def area(box):
    x1, y1, x2, y2 = box
    return (x2 - x1) * (y2 - y1)


def shared(a, b):
    """Area of the overlap: the pieces between neighbouring edges that lie in both boxes."""
    return math.prod(
        sum(
            end - start
            for start, end in pairwise(edges)
            if max(a[axis], b[axis]) <= start and end <= min(a[axis + 2], b[axis + 2])
        )
        for axis in (0, 1)
        for edges in [sorted((a[axis], a[axis + 2], b[axis], b[axis + 2]))]
    )


def iou(boxes_a, boxes_b, more=0.0, twice=False):
    """``more`` is added to each length by mistake; ``twice`` counts the shared part twice."""
    out = np.zeros((len(boxes_a), len(boxes_b)))
    for (i, a), (j, b) in (
        (first, second) for first in enumerate(boxes_a) for second in enumerate(boxes_b)
    ):
        grown_a, grown_b = (np.add(box, [0, 0, more, more]) for box in (a, b))
        both = shared(grown_a, grown_b)
        out[i, j] = both / (area(grown_a) + area(grown_b) - (0 if twice else both))
    return out


def nms(boxes, scores, threshold, by_kept_alone=True):
    """The kept boxes as a set, from a table of who drives out whom."""
    overlap = iou(boxes, boxes)
    kept: set[int] = set()
    for i in sorted(range(len(boxes)), key=lambda i: -scores[i]):
        rivals = kept if by_kept_alone else {j for j in range(len(boxes)) if scores[j] > scores[i]}
        if all(overlap[i, j] <= threshold for j in rivals):
            kept.add(i)
    return kept


def average_precision(scores, matches, num_objects, best=True):
    """The area under a staircase, from the highest recall down."""
    order = sorted(range(len(scores)), key=lambda i: -scores[i])
    ranks = [rank for rank, i in enumerate(order, start=1) if matches[i]]
    total, highest = 0.0, 0.0
    for count in range(len(ranks), 0, -1):
        precision = count / ranks[count - 1]
        highest = max(highest, precision)
        total += highest if best else precision
    return total / num_objects


def anchor(i, j, stride, size, ratio):
    x, y = (j + 0.5) * stride, (i + 0.5) * stride
    half_width, half_height = size / ratio**0.5 / 2, size * ratio**0.5 / 2
    return x - half_width, y - half_height, x + half_width, y + half_height


def anchors(height, width, stride, sizes, ratios):
    return np.array(
        [
            anchor(i, j, stride, size, ratio)
            for i in range(height)
            for j in range(width)
            for size in sizes
            for ratio in ratios
        ]
    )


def centres_and_sizes(boxes):
    """(N, 4): x and y of the centre, width, height."""
    x1, y1, x2, y2 = np.asarray(boxes, dtype=float).T
    return np.stack([(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1], axis=1)


def corners(centred):
    x, y, width, height = centred.T
    return np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], axis=1)


def match(anchor_boxes, boxes, low, high, claims=True):
    """The object of each anchor, one anchor at a time."""
    overlap = iou(anchor_boxes, boxes)
    out = []
    for row in overlap:
        best = max(range(len(row)), key=row.__getitem__)
        out.append(best if row[best] >= high else -1 if row[best] < low else -2)
    if claims:
        for k, column in enumerate(overlap.T):
            out[max(range(len(column)), key=column.__getitem__)] = k
    return np.array(out)


# --- maps ---


def unpool(x, switches, shape):
    out = np.zeros((*x.shape[:2], *shape))
    for place in np.ndindex(x.shape):
        row, column = divmod(int(switches[place]), shape[1])
        out[(*place[:2], row, column)] = x[place]
    return out


def painted(size, kernel, stride, pad):
    """(size, kernel, size of the output): 1 where this entry is painted onto that pixel."""
    pixel = stride * np.arange(size)[:, None] + np.arange(kernel) - pad  # (size, kernel)
    out_size = (size - 1) * stride + kernel - 2 * pad
    return (pixel[..., None] == np.arange(out_size)).astype(float)


def tables(x, w, stride, pad):
    return [painted(n, k, stride, pad) for n, k in zip(x.shape[2:], w.shape[2:], strict=True)]


def transposed_conv(x, w, b, stride, pad):
    rows, columns = tables(x, w, stride, pad)
    strokes = np.tensordot(x, w, axes=(1, 0))  # (N, H, W, F, HH, WW)
    down = np.tensordot(strokes, rows, axes=([1, 4], [0, 1]))  # (N, W, F, WW, H')
    out = np.tensordot(down, columns, axes=([1, 3], [0, 1]))  # (N, F, H', W')
    return out + b[:, None, None]


def under(dout, rows, columns):
    """(N, F, H, HH, W, WW): the gradient of the output under each kernel."""
    return np.tensordot(np.tensordot(dout, rows, axes=(2, 2)), columns, axes=(2, 2))


def transposed_conv_dx(x, w, dout, stride, pad):
    views = under(dout, *tables(x, w, stride, pad))
    out = np.tensordot(views, w, axes=([1, 3, 5], [1, 2, 3]))  # (N, H, W, C)
    return out.transpose(0, 3, 1, 2)


def transposed_conv_dw(x, w, dout, stride, pad):
    views = under(dout, *tables(x, w, stride, pad))
    return np.tensordot(x, views, axes=([0, 2, 3], [0, 2, 4]))  # (C, F, HH, WW)


def class_ious(confusion):
    """IoU of each class that occurs, from the pixels one by one."""
    out = []
    for c in range(len(confusion)):
        either = sum(confusion[t, p] for t, p in np.ndindex(confusion.shape) if c in (t, p))
        if either:
            out.append(confusion[c, c] / either)
    return out


def dice(p, t, eps):
    """Of one image: (loss, gradient), the gradient by the product rule of a and 1 / s."""
    both, total = float(np.vdot(p, t)), float(p.sum() + t.sum())
    share = 1 / (total + eps)
    return 1 - (2 * both + eps) * share, (2 * both + eps) * share**2 - 2 * t * share
