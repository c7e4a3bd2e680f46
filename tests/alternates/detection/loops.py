"""Plain Python: a loop for every index, Python numbers, lists and tuples as answers and caches."""

import math

import numpy as np


def overlap(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def iou(boxes_a, boxes_b):
    table = np.empty((len(boxes_a), len(boxes_b)))
    for i, a in enumerate(boxes_a):
        for j, b in enumerate(boxes_b):
            table[i, j] = overlap(a, b)
    return table


def nms(boxes, scores, threshold):
    kept = []
    for i in sorted(range(len(scores)), key=lambda i: scores[i], reverse=True):
        if all(overlap(boxes[i], boxes[j]) <= threshold for j in kept):
            kept.append(i)
    return kept


def average_precision(scores, matches, num_objects):
    ranked = sorted(zip(scores.tolist(), matches.tolist(), strict=True), reverse=True)
    precisions, found = [], 0
    for rank, (_, match) in enumerate(ranked, start=1):
        found += bool(match)
        precisions.append(found / rank)
    total = 0.0
    for k, (_, match) in enumerate(ranked):
        if match:
            total += max(precisions[k:])
    return total / num_objects


def anchors(height, width, stride, sizes, ratios):
    out = []
    for i in range(height):
        for j in range(width):
            for size in sizes:
                for ratio in ratios:
                    w = size / math.sqrt(ratio)
                    h = w * ratio
                    x, y = stride * j + stride / 2, stride * i + stride / 2
                    out.append((x - w / 2, y - h / 2, x + w / 2, y + h / 2))
    return out


def encode_boxes(boxes, anchor_boxes):
    out = []
    for (x1, y1, x2, y2), (u1, v1, u2, v2) in zip(boxes, anchor_boxes, strict=True):
        w, h = u2 - u1, v2 - v1
        tx, ty = ((x1 + x2) - (u1 + u2)) / 2 / w, ((y1 + y2) - (v1 + v2)) / 2 / h
        out.append([tx, ty, math.log(x2 - x1) - math.log(w), math.log(y2 - y1) - math.log(h)])
    return out


def decode_boxes(offsets, anchor_boxes):
    out = []
    for (tx, ty, tw, th), (u1, v1, u2, v2) in zip(offsets, anchor_boxes, strict=True):
        w, h = math.exp(tw) * (u2 - u1), math.exp(th) * (v2 - v1)
        x, y = (u1 + u2) / 2 + tx * (u2 - u1), (v1 + v2) / 2 + ty * (v2 - v1)
        out.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return out


def match_anchors(anchor_boxes, boxes, low, high):
    found = []
    for anchor in anchor_boxes:
        shares = [overlap(anchor, box) for box in boxes]
        best = max(shares, default=0)
        found.append(-1 if best < low else shares.index(best) if best >= high else -2)
    for k, box in enumerate(boxes):
        shares = [overlap(anchor, box) for anchor in anchor_boxes]
        found[shares.index(max(shares))] = k
    return found


def max_unpool(x, switches, shape):
    n, c, h, w = x.shape
    out = np.zeros((n, c, *shape))
    for image, channel, i, j in np.ndindex(n, c, h, w):
        row, column = divmod(switches[image, channel, i, j], shape[1])
        out[image, channel, row, column] = x[image, channel, i, j]
    return out


def transposed_conv_forward(x, w, b, conv_param):
    s, pad = conv_param["stride"], conv_param["pad"]
    n, c, height, width = x.shape
    _, f, kh, kw = w.shape
    out_height, out_width = (height - 1) * s + kh - 2 * pad, (width - 1) * s + kw - 2 * pad
    out = np.zeros((n, f, out_height, out_width))
    for k in range(f):
        out[:, k] = b[k]
    for image, i, j, p, q in np.ndindex(n, height, width, kh, kw):
        row, column = s * i + p - pad, s * j + q - pad
        if 0 <= row < out_height and 0 <= column < out_width:
            for channel in range(c):
                out[image, :, row, column] += x[image, channel, i, j] * w[channel, :, p, q]
    return out, [x, w, s, pad]


def transposed_conv_backward(dout, cache):
    x, w, s, pad = cache
    n, f, out_height, out_width = dout.shape
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for image, i, j, p, q in np.ndindex(n, *x.shape[2:], *w.shape[2:]):
        row, column = s * i + p - pad, s * j + q - pad
        if 0 <= row < out_height and 0 <= column < out_width:
            for k in range(f):
                given = dout[image, k, row, column]
                dx[image, :, i, j] += given * w[:, k, p, q]
                dw[:, k, p, q] += given * x[image, :, i, j]
    return dx, dw, [dout[:, k].sum() for k in range(f)]


def mean_iou(confusion):
    total, classes = 0.0, 0
    for c in range(len(confusion)):
        row = sum(confusion[c])
        column = sum(confusion[:, c])
        if row + column > 0:
            total += confusion[c, c] / (row + column - confusion[c, c])
            classes += 1
    return total / classes


def dice_loss(probs, target, eps=1.0):
    loss, dprobs = 0.0, np.zeros(probs.shape)
    for n in range(len(probs)):
        both = sum(p * t for p, t in zip(probs[n].flat, target[n].flat, strict=True))
        below = sum(probs[n].flat) + sum(target[n].flat) + eps
        above = 2 * both + eps
        loss += (1 - above / below) / len(probs)
        for i, j in np.ndindex(probs.shape[1:]):
            dprobs[n, i, j] = (above / below - 2 * target[n, i, j]) / below / len(probs)
    return loss, dprobs
