"""Transposed convolution as a convolution over a stretched map, with turned kernels; masked arrays."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def iou(boxes_a, boxes_b):
    def areas(boxes):
        return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])

    common = np.empty((len(boxes_a), len(boxes_b), 4))
    common[..., :2] = np.fmax(boxes_a[:, None, :2], boxes_b[:, :2])
    common[..., 2:] = np.fmin(boxes_a[:, None, 2:], boxes_b[:, 2:])
    common[..., 2:] = np.fmax(common[..., :2], common[..., 2:])
    inside = areas(common)
    total = areas(boxes_a)[:, None] + areas(boxes_b)[None]
    return inside / (total - inside)


def nms(boxes, scores, threshold):
    alive = np.ma.array(scores, mask=np.zeros(len(scores), dtype=bool), copy=True)
    kept = []
    while alive.count():
        best = int(np.ma.argmax(alive, fill_value=-np.inf))
        kept.append(best)
        alive[iou(boxes[best : best + 1], boxes)[0] > threshold] = np.ma.masked
        alive[best] = np.ma.masked
    return np.array(kept, dtype=float)


def average_precision(scores, matches, num_objects):
    order = np.lexsort((np.arange(len(scores)), -scores))
    true = np.concatenate([[0], np.cumsum(matches[order])])
    false = np.concatenate([[0], np.cumsum(~matches[order])])
    precision = true / np.maximum(true + false, 1)
    recall = true / num_objects
    for k in range(len(precision) - 2, -1, -1):
        precision[k] = max(precision[k], precision[k + 1])
    return np.sum(np.diff(recall) * precision[1:])


def anchors(height, width, stride, sizes, ratios):
    grid = np.array(
        [
            [x, y, size, ratio]
            for y in np.arange(stride / 2, height * stride, stride)
            for x in np.arange(stride / 2, width * stride, stride)
            for size in sizes
            for ratio in ratios
        ]
    )
    x, y, size, ratio = grid.T
    tall = size * ratio**0.5
    wide = size**2 / tall
    return np.column_stack([x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2])


def encode_boxes(boxes, anchor_boxes):
    width, height = (anchor_boxes[:, 2:] - anchor_boxes[:, :2]).T
    unit = np.column_stack([width, height, width, height])
    from_corner = (boxes - np.tile(anchor_boxes[:, :2], 2)) / unit
    centre = (from_corner[:, :2] + from_corner[:, 2:]) / 2 - 0.5
    return np.column_stack([centre, np.log(from_corner[:, 2:] - from_corner[:, :2])])


def decode_boxes(offsets, anchor_boxes):
    size = anchor_boxes[:, 2:] - anchor_boxes[:, :2]
    grown = size * np.exp(offsets[:, 2:])
    corner = anchor_boxes[:, :2] + size / 2 + offsets[:, :2] * size - grown / 2
    return np.column_stack([corner, corner + grown])


def match_anchors(anchor_boxes, boxes, low, high):
    out = np.full(len(anchor_boxes), -1, dtype=np.int32)
    if not boxes.size:
        return out
    table = iou(boxes, anchor_boxes)  # the other way round
    out[np.any(table >= low, axis=0)] = -2
    good = np.any(table >= high, axis=0)
    out[good] = np.argmax(table[:, good], axis=0)
    out[np.argmax(table, axis=1)] = np.arange(len(boxes))
    return out


def max_unpool(x, switches, shape):
    out = np.zeros(x.shape[:2] + shape)
    for image, maps in enumerate(switches):
        for channel, places in enumerate(maps):
            out[image, channel].flat[places.ravel()] = x[image, channel].ravel()
    return out


def correlate(x, w):
    views = sliding_window_view(x, w.shape[2:], axis=(2, 3))
    return np.einsum("ncijpq,fcpq->nfij", views, w)


def transposed_conv_forward(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    n, c, height, width = x.shape
    kh, kw = w.shape[2:]
    stretched = np.zeros((n, c, (height - 1) * stride + 1, (width - 1) * stride + 1))
    stretched[:, :, ::stride, ::stride] = x
    around = np.pad(stretched, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    canvas = correlate(around, w[:, :, ::-1, ::-1].transpose(1, 0, 2, 3))
    _, _, rows, columns = canvas.shape
    out = canvas[:, :, pad : rows - pad, pad : columns - pad] + b.reshape(1, -1, 1, 1)

    def backward(dout):
        dcanvas = np.zeros(canvas.shape)
        dcanvas[:, :, pad : rows - pad, pad : columns - pad] = dout
        dx = correlate(dcanvas, w)[:, :, ::stride, ::stride]
        dw = correlate(dcanvas.swapaxes(0, 1), stretched.swapaxes(0, 1))  # (F, C, HH, WW)
        return dx, dw.swapaxes(0, 1), dout.sum(axis=3).sum(axis=2).sum(axis=0)

    return out, backward


def transposed_conv_backward(dout, cache):
    return cache(dout)


def mean_iou(confusion):
    wrong = confusion - np.diag(np.diag(confusion))
    right = np.diag(confusion)
    union = right + wrong.sum(axis=0) + wrong.sum(axis=1)
    return np.average(right[union != 0] / union[union != 0])


def dice_loss(probs, target, eps=1.0):
    axes = tuple(range(1, probs.ndim))
    shape = (-1,) + (1,) * (probs.ndim - 1)
    hit = np.sum(probs * target, axis=axes)
    size = np.sum(probs, axis=axes) + np.sum(target, axis=axes) + eps
    loss = (size - 2 * hit - eps) / size
    slope = -2 * target / size.reshape(shape) + ((2 * hit + eps) / size**2).reshape(shape)
    return loss.mean(), slope / len(loss)
