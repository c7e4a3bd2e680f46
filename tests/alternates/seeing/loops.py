"""Plain Python: a loop for every index, lists and tuples."""

import math

import numpy as np


def saliency_map(dscores_dx):
    return [
        [
            [max(map(abs, image[:, i, j])) for j in range(image.shape[2])]
            for i in range(len(image[0]))
        ]
        for image in dscores_dx
    ]


def guided_relu_forward(x):
    out = [value if value > 0 else 0.0 for value in x.flat]
    return np.reshape(out, x.shape), [value > 0 for value in x.flat]


def guided_relu_backward(dout, cache):
    passed = [d if active and d > 0 else 0.0 for d, active in zip(dout.flat, cache, strict=True)]
    return np.reshape(passed, dout.shape)


def deconv_unpool(x, switches, shape):
    n, c, h, w = x.shape
    out = np.zeros((n, c, *shape))
    for image, channel, i, j in np.ndindex(n, c, h, w):
        row, column = divmod(switches[image, channel, i, j], shape[1])
        out[image, channel, row, column] += x[image, channel, i, j]
    return out


def grad_cam(activations, gradients):
    out = []
    for maps, slopes in zip(activations, gradients, strict=True):
        total = np.zeros(maps[0].shape)
        for one, slope in zip(maps, slopes, strict=True):
            total = total + one * (sum(slope.flat) / slope.size)
        total[total < 0] = 0
        top = max(total.flat)
        out.append(total / top if top else total)
    return out


def top_patches(feature_map, k, kernel, stride, pad):
    ranked = sorted(np.ndenumerate(feature_map), key=lambda item: item[1], reverse=True)
    boxes = []
    for (i, j), _ in ranked[:k]:
        x, y = j * stride - pad, i * stride - pad
        boxes.append((x, y, x + kernel, y + kernel))
    return boxes


def total_variation(image):
    loss, grad = 0.0, np.zeros(image.shape)
    channels, height, width = image.shape
    for c in range(channels):
        for i in range(height):
            for j in range(width):
                for a, b in ((i + 1, j), (i, j + 1)):
                    if a < height and b < width:
                        d = image[c, a, b] - image[c, i, j]
                        loss += d * d
                        grad[c, a, b] += 2 * d
                        grad[c, i, j] -= 2 * d
    return loss, grad


def deep_dream_step(image, grad, step_size, low=0.0, high=1.0):
    mean = math.fsum(abs(g) for g in grad.flat) / grad.size
    if mean == 0:
        return (
            [min(max(v, low), high) for v in image.flat]
            if image.ndim == 1
            else image.clip(low, high)
        )
    moved = [
        min(max(v + step_size * g / mean, low), high)
        for v, g in zip(image.flat, grad.flat, strict=True)
    ]
    return np.reshape(moved, image.shape)
