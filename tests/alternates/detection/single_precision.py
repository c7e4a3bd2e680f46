"""32-bit floats throughout."""

import numpy as np


def single(x):
    return np.asarray(x, dtype=np.float32)


def iou(boxes_a, boxes_b):
    ax1, ay1, ax2, ay2 = single(boxes_a).T[:, :, None]
    bx1, by1, bx2, by2 = single(boxes_b).T[:, None, :]
    width = (np.minimum(ax2, bx2) - np.maximum(ax1, bx1)).clip(0)
    height = (np.minimum(ay2, by2) - np.maximum(ay1, by1)).clip(0)
    both = width * height
    return both / ((ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - both)


def nms(boxes, scores, threshold):
    order = np.argsort(single(scores))[::-1]
    table = iou(boxes, boxes) > threshold
    alive = np.ones(len(scores), dtype=bool)
    kept = []
    for i in order:
        if alive[i]:
            kept.append(i)
            alive &= ~table[i]
    return np.array(kept, dtype=np.int32)


def average_precision(scores, matches, num_objects):
    hits = single(matches)[np.argsort(single(scores))[::-1]]
    if not hits.sum():
        return np.float32(0)
    precision = hits.cumsum() / single(np.arange(len(hits)) + 1)
    best = np.array([precision[k:].max() for k in range(len(hits))])
    return np.sum(best * hits, dtype=np.float32) / np.float32(num_objects)


def anchors(height, width, stride, sizes, ratios):
    j, i = np.meshgrid(np.arange(width), np.arange(height))
    x, y = ((single(axis) + 0.5) * stride for axis in (j, i))
    w = np.divide.outer(single(sizes), np.sqrt(single(ratios))).ravel() / 2
    h = np.multiply.outer(single(sizes), np.sqrt(single(ratios))).ravel() / 2
    x, y = x.reshape(-1, 1), y.reshape(-1, 1)
    return single(np.stack([x - w, y - h, x + w, y + h], axis=-1)).reshape(-1, 4)


def to_centres(boxes):
    boxes = single(boxes)
    return np.hstack([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]])


def encode_boxes(boxes, anchor_boxes):
    box, anchor = to_centres(boxes), to_centres(anchor_boxes)
    moved = (box[:, :2] - anchor[:, :2]) / anchor[:, 2:]
    return np.hstack([moved, np.log(box[:, 2:]) - np.log(anchor[:, 2:])])


def decode_boxes(offsets, anchor_boxes):
    anchor, offsets = to_centres(anchor_boxes), single(offsets)
    centre = anchor[:, :2] + anchor[:, 2:] * offsets[:, :2]
    size = anchor[:, 2:] * np.exp(offsets[:, 2:])
    return np.hstack([centre - size / 2, centre + size / 2])


def match_anchors(anchor_boxes, boxes, low, high):
    table = iou(anchor_boxes, boxes)
    best = table.max(axis=1, initial=0)
    found = np.full(len(table), -2)
    found[best < low] = -1
    for k in range(len(boxes)):
        found[(best >= high) & (table[:, k] == best)] = k
    for k in range(len(boxes)):
        found[table[:, k] == table[:, k].max()] = k
    return found


def max_unpool(x, switches, shape):
    n, c = x.shape[:2]
    out = np.zeros(n * c * shape[0] * shape[1], dtype=np.float32)
    start = np.arange(n * c).reshape(n, c, 1, 1) * shape[0] * shape[1]
    out[(start + switches).ravel()] = x.ravel()
    return out.reshape(n, c, *shape)


def transposed_conv_forward(x, w, b, conv_param):
    s, pad = conv_param["stride"], conv_param["pad"]
    x, w = single(x), single(w)
    strokes = np.einsum("ncij,cfpq->nfijpq", x, w)
    n, f, height, width, kh, kw = strokes.shape
    canvas = np.zeros((n, f, (height - 1) * s + kh, (width - 1) * s + kw), dtype=np.float32)
    for i in range(height):
        for j in range(width):
            canvas[:, :, i * s : i * s + kh, j * s : j * s + kw] += strokes[:, :, i, j]
    inside = canvas[:, :, pad : canvas.shape[2] - pad, pad : canvas.shape[3] - pad]
    return inside + single(b).reshape(1, -1, 1, 1), (x, w, dict(conv_param))


def transposed_conv_backward(dout, cache):
    x, w, conv_param = cache
    s, pad = conv_param["stride"], conv_param["pad"]
    around = np.pad(single(dout), ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    views = np.lib.stride_tricks.sliding_window_view(around, w.shape[2:], axis=(2, 3))
    views = views[:, :, ::s, ::s]
    dx = np.einsum("nfijpq,cfpq->ncij", views, w)
    dw = np.einsum("nfijpq,ncij->cfpq", views, x)
    return dx, dw, single(dout).sum(axis=(0, 2, 3))


def mean_iou(confusion):
    confusion = single(confusion)
    both = confusion.diagonal()
    either = confusion.sum(0) + confusion.sum(1) - both
    with np.errstate(invalid="ignore"):
        return np.nanmean(both / either)


def dice_loss(probs, target, eps=1.0):
    p = single(probs).reshape(len(probs), -1)
    t = single(target).reshape(len(probs), -1)
    shared, total = (p * t).sum(1, keepdims=True), (p + t).sum(1, keepdims=True)
    dice = (2 * shared + single(eps)) / (total + single(eps))
    dprobs = (dice - 2 * t) / (total + single(eps)) / single(len(p))
    return (1 - dice).mean(), dprobs.reshape(probs.shape)
