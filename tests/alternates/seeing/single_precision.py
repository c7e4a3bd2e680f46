"""32-bit floats throughout."""

import numpy as np


def single(x):
    return np.asarray(x, dtype=np.float32)


def saliency_map(dscores_dx):
    return np.maximum(single(dscores_dx).max(1), -single(dscores_dx).min(1))


def guided_relu_forward(x):
    return single(x).clip(0), single(x)


def guided_relu_backward(dout, cache):
    return np.where(cache > 0, single(dout), 0).clip(0)


def deconv_unpool(x, switches, shape):
    n, c = x.shape[:2]
    size = shape[0] * shape[1]
    start = np.arange(n * c).reshape(n, c, 1, 1) * size
    flat = np.bincount((start + switches).ravel(), weights=x.ravel(), minlength=n * c * size)
    return single(flat).reshape(n, c, *shape)


def grad_cam(activations, gradients):
    alpha = single(gradients).mean((2, 3))
    evidence = np.einsum("nk,nkij->nij", alpha, single(activations)).clip(0)
    return evidence / (evidence.max((1, 2))[:, None, None] + np.float32(1e-12))


def top_patches(feature_map, k, kernel, stride, pad):
    order = single(feature_map).ravel().argsort()[::-1][:k]
    rows, columns = divmod(order, feature_map.shape[1])
    corner = single([columns, rows]).T * stride - pad
    return np.hstack([corner, corner + kernel])


def total_variation(image):
    x = single(image)
    down, right = x[:, 1:] - x[:, :-1], x[:, :, 1:] - x[:, :, :-1]
    pad = np.pad
    grad = pad(down, ((0, 0), (1, 0), (0, 0))) - pad(down, ((0, 0), (0, 1), (0, 0)))
    grad += pad(right, ((0, 0), (0, 0), (1, 0))) - pad(right, ((0, 0), (0, 0), (0, 1)))
    return np.vdot(down, down) + np.vdot(right, right), 2 * grad


def deep_dream_step(image, grad, step_size, low=0.0, high=1.0):
    scale = np.abs(single(grad)).mean()
    move = single(grad) / scale if scale else single(grad)
    return np.minimum(np.maximum(single(image) + np.float32(step_size) * move, low), high)
