"""Everything is worked out in 32-bit floats, results included."""

import numpy as np


def softmax(scores):
    s = scores.astype(np.float32)
    e = np.exp(s - np.max(s, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def cross_entropy(probs, y):
    p = probs.astype(np.float32)[range(len(y)), y]
    return np.mean(-np.log(np.where(p < 1e-7, np.float32(1e-7), p)))


def softmax_loss(x, y):
    x = x.astype("f4")
    top = x.max(1, keepdims=True)
    log_total = np.log(np.exp(x - top).sum(1, keepdims=True)) + top
    dx = np.exp(x - log_total)
    dx[range(len(y)), y] -= 1
    return np.mean(log_total[:, 0] - x[range(len(y)), y]), dx / np.float32(len(y))


def svm_loss(x, y):
    x = x.astype(np.float32)
    n = len(y)
    true = x[range(n), y]
    margin = (x.T - true + 1).T
    margin[range(n), y] = -1
    dx = np.where(margin > 0, np.float32(1 / n), np.float32(0))
    dx[range(n), y] = -dx.sum(axis=1)
    return np.where(margin > 0, margin, 0).sum() / np.float32(n), dx


def mse_loss(x, y):
    d = x.astype(np.float32)
    d[range(len(y)), y] -= 1
    return np.float32(np.linalg.norm(d) ** 2 / len(y)), d * np.float32(2 / len(y))


def linear_softmax_loss(W, X, y, reg):
    W, X = np.float32(W), np.float32(X)
    loss, ds = softmax_loss(X @ W, y)
    dW = X.T @ ds
    dW += np.float32(2 * reg) * W
    return loss + np.float32(reg) * np.square(W).sum(), dW


def accuracy(scores, y):
    return np.float32(np.count_nonzero(np.argmax(scores, 1) == y) / len(scores))


def train_linear_softmax(
    X, y, num_classes, learning_rate=0.1, reg=0.0, num_steps=200, batch_size=64, seed=0
):
    g = np.random.default_rng(seed)
    W = g.normal(0, 0.001, (X.shape[1], num_classes)).astype(np.float32)
    for _ in range(num_steps):
        b = g.permutation(len(X))[:batch_size]
        W -= np.float32(learning_rate) * linear_softmax_loss(W, X[b], y[b], reg)[1]
    return W
