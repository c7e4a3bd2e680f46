"""Products of matrices: transposed convolution as a matrix, unpooling as one, sums by einsum."""

from functools import lru_cache

import numpy as np


def iou(boxes_a, boxes_b):
    joined = np.stack(np.broadcast_arrays(boxes_a[:, np.newaxis], boxes_b[np.newaxis]))
    first, last = joined[..., :2].max(axis=0), joined[..., 2:].min(axis=0)
    length = np.where(last > first, last - first, 0.0)
    shared = np.einsum("ab,ab->ab", length[..., 0], length[..., 1])
    areas = np.einsum("kabd,d->kab", np.log(joined[..., 2:] - joined[..., :2]), np.ones(2))
    return shared / (np.exp(areas).sum(axis=0) - shared)


def nms(boxes, scores, threshold):
    clash = iou(boxes, boxes) > threshold
    above = scores[:, None] < scores[None, :]
    rivals = clash & above  # row i: the better ones that box i overlaps
    kept = np.ones(len(scores), dtype=bool)
    for _ in scores:
        kept = ~(rivals & kept[None, :]).any(axis=1)
    chosen = np.flatnonzero(kept)
    return chosen[np.argsort(-scores[chosen])]


def average_precision(scores, matches, num_objects):
    rank = (scores[None, :] >= scores[:, None]).sum(axis=1)  # of each box, from 1
    better = (scores[None, :] >= scores[:, None]) & np.asarray(matches, dtype=bool)[None, :]
    precision = better.sum(axis=1) / np.maximum(rank, 1)
    best = [precision[rank >= r].max() for r in rank[np.asarray(matches, dtype=bool)]]
    return np.array(sum(best) / num_objects)


def anchors(height, width, stride, sizes, ratios):
    out = np.zeros((height, width, len(sizes), len(ratios), 4))
    root = np.sqrt(ratios)
    half = np.array(sizes)[:, None] / 2
    out[..., 0] = out[..., 2] = (np.arange(width)[:, None, None] + 0.5) * stride
    out[..., 1] = out[..., 3] = (np.arange(height)[:, None, None, None] + 0.5) * stride
    out += np.stack([-half / root, -half * root, half / root, half * root], axis=-1)
    return out.reshape(-1, 4)


MIDDLE = np.array([[0.5, 0, -1, 0], [0, 0.5, 0, -1], [0.5, 0, 1, 0], [0, 0.5, 0, 1]])
CORNERS = np.linalg.inv(MIDDLE)


def encode_boxes(boxes, anchor_boxes):
    box, anchor = boxes @ MIDDLE, anchor_boxes @ MIDDLE
    out = box / np.tile(anchor[:, 2:], 2)
    out[:, :2] -= anchor[:, :2] / anchor[:, 2:]
    out[:, 2:] = np.log(out[:, 2:])
    return out


def decode_boxes(offsets, anchor_boxes):
    anchor = anchor_boxes @ MIDDLE
    centred = anchor.copy()
    centred[:, :2] += offsets[:, :2] * anchor[:, 2:]
    centred[:, 2:] *= np.exp(offsets[:, 2:])
    return centred @ CORNERS


def match_anchors(anchor_boxes, boxes, low, high):
    table = np.hstack([np.zeros((len(anchor_boxes), 1)), iou(anchor_boxes, boxes)])
    best = table.max(axis=1)
    found = table.argmax(axis=1) - 1
    found[best < high] = -2
    found[best < low] = -1
    for k in range(1, table.shape[1]):
        found[np.argmax(table[:, k])] = k - 1
    return found.astype(float)


def max_unpool(x, switches, shape):
    one_hot = switches[..., None] == np.arange(shape[0] * shape[1])
    return np.einsum("ncij,ncijp->ncp", x, one_hot).reshape(*x.shape[:2], *shape)


@lru_cache
def table(size, kernel, stride, pad):
    rows = np.zeros((size, kernel, (size - 1) * stride + kernel))
    for i in range(size):
        for p in range(kernel):
            rows[i, p, i * stride + p] = 1
    return rows[:, :, pad : rows.shape[2] - pad]


def transposed_conv_forward(x, w, b, conv_param):
    step = conv_param["stride"], conv_param["pad"]
    rows, columns = (table(n, k, *step) for n, k in zip(x.shape[2:], w.shape[2:], strict=True))
    out = np.einsum("ncij,cfpq,ipr,jqs->nfrs", x, w, rows, columns, optimize=True)
    return out + b[None, :, None, None], {"x": x, "w": w, "rows": rows, "columns": columns}


def transposed_conv_backward(dout, cache):
    x, w, rows, columns = cache["x"], cache["w"], cache["rows"], cache["columns"]
    dx = np.einsum("nfrs,cfpq,ipr,jqs->ncij", dout, w, rows, columns, optimize=True)
    dw = np.einsum("nfrs,ncij,ipr,jqs->cfpq", dout, x, rows, columns, optimize=True)
    return dx, dw, np.einsum("nfrs->f", dout)


def mean_iou(confusion):
    ones = np.ones(len(confusion))
    union = confusion @ ones + ones @ confusion - confusion.diagonal()
    share = np.divide(confusion.diagonal(), union, out=np.zeros(len(union)), where=union > 0)
    return share.sum() / np.count_nonzero(union)


def dice_loss(probs, target, eps=1.0):
    above = 2 * np.einsum("nij,nij->n", probs, target) + eps
    below = np.einsum("nij->n", probs + target) + eps
    weight = np.einsum("n,nij->nij", 1 / below, np.ones(probs.shape)) / len(probs)
    dprobs = weight * (np.einsum("n,nij->nij", above / below, np.ones(probs.shape)) - 2 * target)
    return np.mean(1 - above / below), dprobs
