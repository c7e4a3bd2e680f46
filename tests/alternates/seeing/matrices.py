"""Sums by einsum, unpooling and differences as products of matrices."""

import numpy as np


def saliency_map(dscores_dx):
    return np.sqrt(np.square(dscores_dx).max(axis=1))


def guided_relu_forward(x):
    return (x + np.abs(x)) / 2, np.sign(x)


def guided_relu_backward(dout, cache):
    return (dout + np.abs(dout)) / 2 * (cache + 1) / 2


def deconv_unpool(x, switches, shape):
    one_hot = switches[..., None] == np.arange(shape[0] * shape[1])
    return np.einsum("ncij,ncijp->ncp", x, one_hot).reshape(*x.shape[:2], *shape)


def grad_cam(activations, gradients):
    n, maps, h, w = activations.shape
    evidence = np.einsum("nkab,nkij->nij", gradients, activations) / (h * w)
    evidence = evidence.clip(min=0)
    most = np.einsum("nij->nij", evidence).reshape(n, -1).max(axis=1)
    return np.divide(
        evidence, most[:, None, None], out=np.zeros((n, h, w)), where=most[:, None, None] > 0
    )


def top_patches(feature_map, k, kernel, stride, pad):
    best = np.argpartition(-feature_map, k - 1, axis=None)[:k]
    best = best[np.argsort(-feature_map.ravel()[best])]
    place = np.column_stack(np.unravel_index(best, feature_map.shape))  # (k, 2), row and column
    turn = np.array([[0, 1, 0, 1], [1, 0, 1, 0]])
    return place @ turn * stride + np.array([-pad, -pad, kernel - pad, kernel - pad])


def step_matrix(n):
    return np.eye(n)[1:] - np.eye(n)[:-1]


def total_variation(image):
    _, height, width = image.shape
    down, right = step_matrix(height), step_matrix(width)
    pull_down, pull_right = down.T @ down, right.T @ right
    half = pull_down @ image + image @ pull_right  # half of the gradient of a quadratic form
    return np.vdot(image, half), 2 * half


def deep_dream_step(image, grad, step_size, low=0.0, high=1.0):
    mean = np.sqrt(np.square(grad)).sum() / grad.size
    move = np.divide(grad, mean, out=np.zeros(grad.shape), where=mean > 0)
    return np.median(np.stack(np.broadcast_arrays(image + step_size * move, low, high)), axis=0)
