"""Losses built from softmax and each other; views, transposes and masks; global NumPy seed."""

import numpy as np

EPSILON = 1e-12


def softmax(scores):
    e = np.exp(scores.T - np.max(scores, axis=1))
    return (e / e.sum(axis=0)).T  # a transposed view


def cross_entropy(probs, y):
    mask = np.zeros(probs.shape, dtype=bool)
    mask[np.arange(probs.shape[0]), y] = True
    return -np.mean(np.log(probs[mask] + EPSILON))


def softmax_loss(x, y):
    n = x.shape[0]
    p = softmax(x)
    loss = cross_entropy(p, y)
    if p[np.arange(n), y].min() < 1e-6:  # the exact form where probabilities underflow
        shifted = x - x.max(axis=1)[:, None]
        loss = np.mean(np.log(np.sum(np.exp(shifted), axis=1)) - shifted[np.arange(n), y])
    p[np.arange(n), y] -= 1
    p /= n
    return loss, p


def svm_loss(x, y):
    n = x.shape[0]
    correct = np.take_along_axis(x, np.asarray(y, dtype=int)[:, None], axis=1)
    margins = np.maximum(x - correct + 1.0, 0)
    loss = (margins.sum() - n) / n
    binary = np.where(margins > 0, 1.0, 0.0)
    np.put_along_axis(binary, np.asarray(y, dtype=int)[:, None], 0.0, axis=1)
    np.put_along_axis(
        binary, np.asarray(y, dtype=int)[:, None], -binary.sum(1, keepdims=True), axis=1
    )
    return loss, np.asfortranarray(binary / n)


def mse_loss(x, y):
    targets = np.zeros_like(x)
    np.add.at(targets, (np.arange(len(y)), y), 1)
    return np.square(x - targets).sum(axis=1).mean(), 2 * (x - targets) / len(y)


def linear_softmax_loss(W, X, y, reg):
    loss, d = softmax_loss(X.dot(W), y)
    return loss + reg * np.vdot(W, W), (d.T @ X).T + 2 * reg * W


def accuracy(scores, y):
    return sum(np.argsort(row)[-1] == k for row, k in zip(scores, y)) / len(y)


def train_linear_softmax(
    X, y, num_classes, learning_rate=0.1, reg=0.0, num_steps=200, batch_size=64, seed=0
):
    np.random.seed(seed)
    W = np.random.randn(X.shape[1], num_classes) * 0.01
    for _ in range(num_steps):
        batch = np.random.choice(X.shape[0], min(batch_size, X.shape[0]))
        W -= learning_rate * linear_softmax_loss(W, X[batch], y[batch], reg)[1]
    return W
