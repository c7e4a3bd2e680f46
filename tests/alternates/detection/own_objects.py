"""A class for boxes, closures and an instance as caches, torchvision's rule for contested anchors."""

import numpy as np


class Boxes:
    def __init__(self, rows):
        rows = np.asarray(rows, dtype=float).reshape(-1, 4)
        self.low, self.high = rows[:, :2], rows[:, 2:]

    @property
    def centre(self):
        return (self.low + self.high) * 0.5

    @property
    def size(self):
        return self.high - self.low

    @property
    def area(self):
        return self.size[:, 0] * self.size[:, 1]

    @classmethod
    def around(cls, centre, size):
        return cls(np.hstack([centre - size / 2, centre + size / 2]))

    def rows(self):
        return np.hstack([self.low, self.high])


def iou(boxes_a, boxes_b):
    a, b = Boxes(boxes_a), Boxes(boxes_b)
    reach = (
        np.minimum.outer(a.high[:, 0], b.high[:, 0]),
        np.minimum.outer(a.high[:, 1], b.high[:, 1]),
    )
    start = np.maximum.outer(a.low[:, 0], b.low[:, 0]), np.maximum.outer(a.low[:, 1], b.low[:, 1])
    sides = [np.where(r > s, r - s, 0) for r, s in zip(reach, start, strict=True)]
    both = sides[0] * sides[1]
    return both / (np.add.outer(a.area, b.area) - both)


def nms(boxes, scores, threshold):
    if len(scores) == 0:
        return np.empty(0, dtype=np.int64)
    best = int(np.argmax(scores))
    rest = np.flatnonzero(iou(boxes[best : best + 1], boxes)[0] <= threshold)
    return np.concatenate([[best], rest[nms(boxes[rest], scores[rest], threshold)]])


def average_precision(scores, matches, num_objects):
    order = np.argsort(scores)[::-1]
    hits = np.flatnonzero(matches[order])
    precision = np.arange(1, len(hits) + 1) / (hits + 1)
    area = 0.0
    ceiling = 0.0
    for value in precision[::-1]:
        ceiling = max(ceiling, value)
        area += ceiling
    return area / num_objects


def anchors(height, width, stride, sizes, ratios):
    shapes = [(size / ratio**0.5, size * ratio**0.5) for size in sizes for ratio in ratios]
    cells = [(j + 0.5, i + 0.5) for i in range(height) for j in range(width)]
    centre = np.repeat(np.array(cells) * stride, len(shapes), axis=0)
    return Boxes.around(centre, np.tile(shapes, (len(cells), 1))).rows()


def encode_boxes(boxes, anchor_boxes):
    box, anchor = Boxes(boxes), Boxes(anchor_boxes)
    return np.hstack([(box.centre - anchor.centre) / anchor.size, np.log(box.size / anchor.size)])


def decode_boxes(offsets, anchor_boxes):
    anchor = Boxes(anchor_boxes)
    move, grow = np.hsplit(offsets, 2)
    return Boxes.around(anchor.centre + move * anchor.size, np.exp(grow) * anchor.size).rows()


def match_anchors(anchor_boxes, boxes, low, high):
    found = np.full(len(anchor_boxes), -1)
    if len(boxes):
        table = iou(anchor_boxes, boxes)
        own, best = table.argmax(axis=1), table.max(axis=1)
        found[(low <= best) & (best < high)] = -2
        claimed = np.unique(table.argmax(axis=0))
        chosen = (best >= high) | np.isin(np.arange(len(found)), claimed)
        found[chosen] = own[chosen]
    return found


def max_unpool(x, switches, shape):
    places = np.unravel_index(switches, shape)
    n, c = np.indices(x.shape)[:2]
    out = np.zeros(x.shape[:2] + tuple(shape))
    out[n, c, places[0], places[1]] = x
    return out


class TransposedConv:
    """Its matrix is that of a convolution, transposed."""

    def __init__(self, x, w, conv_param):
        self.x, self.w = x, w
        stride, pad = conv_param["stride"], conv_param["pad"]
        self.sizes = [
            (n - 1) * stride + k - 2 * pad for n, k in zip(x.shape[2:], w.shape[2:], strict=True)
        ]
        self.place = []
        for n, k, size in zip(x.shape[2:], w.shape[2:], self.sizes, strict=True):
            at = stride * np.arange(n)[:, None] + np.arange(k) - pad
            self.place.append(np.where((at >= 0) & (at < size), at, -1))

    def pairs(self):
        rows, columns = self.place
        for i, j, p, q in np.ndindex(*self.x.shape[2:], *self.w.shape[2:]):
            if rows[i, p] >= 0 and columns[j, q] >= 0:
                yield i, j, p, q, rows[i, p], columns[j, q]


def transposed_conv_forward(x, w, b, conv_param):
    layer = TransposedConv(x, w, conv_param)
    out = np.zeros((len(x), w.shape[1], *layer.sizes))
    for i, j, p, q, row, column in layer.pairs():
        out[:, :, row, column] += x[:, :, i, j] @ w[:, :, p, q]
    return out + np.reshape(b, (-1, 1, 1)), layer


def transposed_conv_backward(dout, cache):
    dx, dw = np.zeros_like(cache.x), np.zeros_like(cache.w)
    for i, j, p, q, row, column in cache.pairs():
        dx[:, :, i, j] += dout[:, :, row, column] @ cache.w[:, :, p, q].T
        dw[:, :, p, q] += cache.x[:, :, i, j].T @ dout[:, :, row, column]
    return dx, dw, np.einsum("nfij->f", dout)


def mean_iou(confusion):
    shares = []
    for c, right in enumerate(np.diagonal(confusion)):
        union = confusion[c].sum() + np.delete(confusion[:, c], c).sum()
        if union:
            shares.append(right / union)
    return np.float64(sum(shares) / len(shares))


def dice_loss(probs, target, eps=1.0):
    each = [one_dice(p, t, eps) for p, t in zip(probs, target, strict=True)]
    return sum(loss for loss, _ in each) / len(each), np.stack([d for _, d in each]) / len(each)


def one_dice(p, t, eps):
    below = np.sum(p) + np.sum(t) + eps
    dice = (2 * np.vdot(p, t) + eps) / below
    return 1 - dice, dice / below - 2 * t / below
