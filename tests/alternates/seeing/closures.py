"""A closure as a cache, masked arrays, boolean indices, padding by convolution with (1, -1)."""

import numpy as np


def saliency_map(dscores_dx):
    sizes = np.where(dscores_dx < 0, -dscores_dx, dscores_dx)
    return np.maximum.reduce(sizes, axis=1)


def guided_relu_forward(x):
    mask = ~(x > 0)
    out = x.copy()
    out[mask] = 0

    def back(dout):
        passed = dout.copy()
        passed[mask | (dout < 0)] = 0
        return passed

    return out, back


def guided_relu_backward(dout, cache):
    return cache(dout)


def deconv_unpool(x, switches, shape):
    out = np.zeros(x.shape[:2] + tuple(shape))
    for place in range(shape[0] * shape[1]):
        row, column = divmod(place, shape[1])
        out[:, :, row, column] = np.where(switches == place, x, 0).sum(axis=(2, 3))
    return out


def grad_cam(activations, gradients):
    weighted = np.apply_over_axes(np.mean, gradients, (2, 3)) * activations
    evidence = np.ma.masked_less(weighted.sum(axis=1), 0).filled(0)
    for one in evidence:
        if one.max() > 0:
            one /= one.max()
    return evidence


def top_patches(feature_map, k, kernel, stride, pad):
    threshold = np.sort(feature_map, axis=None)[-k]
    rows, columns = np.nonzero(feature_map >= threshold)
    boxes = np.array([columns, rows, columns, rows]).T * stride - pad + [0, 0, kernel, kernel]
    return boxes[np.argsort(-feature_map[rows, columns])]


def total_variation(image):
    mean = {}
    for axis in (1, 2):
        ahead = np.concatenate([image, np.take(image, [-1], axis=axis)], axis=axis)
        behind = np.concatenate([np.take(image, [0], axis=axis), image], axis=axis)
        mean[axis] = ahead - behind  # one longer, 0 at both ends
    loss = sum(np.sum(d**2) for d in mean.values())
    grad = sum(-2 * np.diff(d, axis=axis) for axis, d in mean.items())
    return np.array(loss), grad


def deep_dream_step(image, grad, step_size, low=0.0, high=1.0):
    total = np.abs(grad).sum()
    if total == 0:
        return np.clip(image, low, high)
    return np.clip(image + step_size * grad.size * grad / total, a_min=low, a_max=high)
