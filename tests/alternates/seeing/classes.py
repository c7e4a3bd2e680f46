"""A layer as a class, an instance and a closure as caches, small images of one's own."""

import numpy as np


class GuidedReLU:
    def __init__(self, x):
        self.active = np.heaviside(x, 0)
        self.out = x * self.active

    def back(self, dout):
        return self.active * dout * np.heaviside(dout, 0)


def saliency_map(dscores_dx):
    return np.linalg.norm(dscores_dx, ord=np.inf, axis=1)


def guided_relu_forward(x):
    layer = GuidedReLU(x)
    return layer.out, layer


def guided_relu_backward(dout, cache):
    return cache.back(dout)


def deconv_unpool(x, switches, shape):
    out = np.zeros(x.shape[:2] + tuple(shape))
    for maps, numbers, places in zip(out, x, switches, strict=True):
        for one, values, where in zip(maps, numbers, places, strict=True):
            np.add.at(one.reshape(-1), where.ravel(), values.ravel())
    return out


class Evidence:
    def __init__(self, maps, slopes):
        weights = slopes.reshape(len(slopes), -1).mean(axis=1)
        self.map = np.tensordot(weights, maps, axes=1)

    def shown(self):
        kept = np.where(self.map > 0, self.map, 0)
        return kept / kept.max() if kept.any() else kept


def grad_cam(activations, gradients):
    pairs = zip(activations, gradients, strict=True)
    return np.stack([Evidence(maps, slopes).shown() for maps, slopes in pairs])


def top_patches(feature_map, k, kernel, stride, pad):
    left = feature_map.astype(float)  # a copy
    boxes = np.zeros((k, 4), dtype=int)
    for box in boxes:
        i, j = np.unravel_index(left.argmax(), left.shape)
        left[i, j] = -np.inf
        box[:2] = j * stride - pad, i * stride - pad
        box[2:] = box[:2] + kernel
    return boxes


class Differences:
    def __init__(self, image, axis):
        self.axis, self.shape = axis, image.shape
        self.values = np.diff(image, axis=axis)

    def loss(self):
        return np.square(self.values).sum()

    def gradient(self):
        edges = (
            np.zeros_like(np.take(self.values, [0], axis=self.axis)) if self.values.size else None
        )
        if edges is None:
            return np.zeros(self.shape)
        joined = np.concatenate([edges, self.values, edges], axis=self.axis)
        return -2 * np.diff(joined, axis=self.axis)


def total_variation(image):
    both = [Differences(image, axis) for axis in (1, 2)]
    return sum(d.loss() for d in both), sum(d.gradient() for d in both)


def deep_dream_step(image, grad, step_size, low=0.0, high=1.0):
    sizes = np.abs(grad)
    if sizes.any():
        image = image + grad * (step_size / np.average(sizes))
    return np.clip(image, low, high)
