"""Closures, recursion and extended precision."""

import functools

import numpy as np


def rowwise(function):
    @functools.wraps(function)
    def apply(x, y=None):
        x = np.array(x, dtype=np.longdouble, ndmin=2)
        return function(x) if y is None else function(x, np.array(y).astype(int))

    return apply


def total(values):
    """Pairwise summation by recursion."""
    if len(values) < 3:
        return sum(values)
    half = len(values) // 2
    return total(values[:half]) + total(values[half:])


@rowwise
def log_softmax(x):
    x = x - x.max(axis=1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=1, keepdims=True))


def softmax(scores):
    return np.exp(log_softmax(scores)).astype(np.float64)


def cross_entropy(probs, y):
    losses = [-np.log(np.maximum(np.longdouble(p), 1e-13)) for p in probs[np.arange(len(y)), y]]
    return float(total(losses) / len(losses))


@rowwise
def softmax_loss(x, y):
    log_probs = log_softmax(x)
    dx = np.exp(log_probs)
    for i, label in enumerate(y):
        dx[i, label] -= 1
    loss = -total([log_probs[i, label] for i, label in enumerate(y)]) / len(y)
    return float(loss), (dx / len(y)).astype(float)


@rowwise
def svm_loss(x, y):
    def hinge(i):
        margins = x[i] - x[i, y[i]] + 1
        margins[y[i]] = 0
        return np.maximum(margins, 0)

    margins = np.array([hinge(i) for i in range(len(y))])
    dx = np.sign(margins)
    for i, label in enumerate(y):
        dx[i, label] = -np.count_nonzero(margins[i])
    return float(total(list(margins.ravel())) / len(y)), (dx / len(y)).astype(float)


@rowwise
def mse_loss(x, y):
    x[np.arange(len(y)), y] -= 1  # a copy: rowwise made it
    return (x**2).sum().astype(float) / len(y), (2 * x / len(y)).astype(float)


def linear_softmax_loss(W, X, y, reg):
    loss, d = softmax_loss(X @ W, y)
    return loss + reg * float(np.sum(W * W)), np.tensordot(X, d, axes=(0, 0)) + reg * 2 * W


def accuracy(scores, y):
    return np.mean(np.argmax(scores, axis=1) == np.asarray(y), dtype=float)


def train_linear_softmax(
    X, y, num_classes, learning_rate=0.1, reg=0.0, num_steps=200, batch_size=64, seed=0
):
    def batches(rng):
        while True:
            yield rng.choice(len(X), size=min(batch_size, len(X)), replace=False)

    def step(W, batch):
        return W - learning_rate * linear_softmax_loss(W, X[batch], y[batch], reg)[1]

    draws = batches(np.random.default_rng(seed))
    first = np.zeros((X.shape[1], num_classes))
    return functools.reduce(step, (next(draws) for _ in range(num_steps)), first)
