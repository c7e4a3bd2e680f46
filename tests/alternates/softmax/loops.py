"""Plain Python: loops, math, lists, and Python floats for scalars."""

import math
import random

import numpy as np


def softmax(scores):
    result = []
    for row in scores.tolist():
        top = max(row)
        powers = [math.exp(s - top) for s in row]
        total = sum(powers)
        result.append([p / total for p in powers])
    return np.array(result)


def cross_entropy(probs, y):
    total = 0.0
    for row, label in zip(probs, y):
        total -= math.log(max(float(row[label]), 1e-300))
    return total / len(y)


def softmax_loss(x, y):
    loss, dx = 0.0, []
    for row, label in zip(x.tolist(), y.tolist()):
        top = max(row)
        log_total = top + math.log(sum(math.exp(s - top) for s in row))
        loss += log_total - row[label]
        dx.append([(math.exp(s - log_total) - (j == label)) / len(y) for j, s in enumerate(row)])
    return loss / len(y), np.array(dx)


def svm_loss(x, y):
    n, c = x.shape
    loss, dx = 0, np.zeros((n, c))
    for i in range(n):
        for j in range(c):
            if j == y[i]:
                continue
            margin = x[i][j] - x[i][y[i]] + 1
            if margin > 0:
                loss += margin
                dx[i][j] += 1 / n
                dx[i][y[i]] -= 1 / n
    return loss / n, dx


def mse_loss(x, y):
    n, c = x.shape
    loss, dx = 0.0, [[0.0] * c for _ in range(n)]
    for i in range(n):
        for j in range(c):
            error = float(x[i, j]) - (1 if j == y[i] else 0)
            loss += error * error / n
            dx[i][j] = 2 * error / n
    return loss, dx


def linear_softmax_loss(W, X, y, reg):
    loss, dscores = softmax_loss(np.dot(X, W), y)
    dW = np.zeros(W.shape)
    for d in range(W.shape[0]):
        for c in range(W.shape[1]):
            loss += reg * W[d, c] ** 2
            dW[d, c] = sum(X[i, d] * dscores[i, c] for i in range(len(X))) + 2 * reg * W[d, c]
    return loss, dW


def accuracy(scores, y):
    hits = 0
    for row, label in zip(scores.tolist(), y.tolist()):
        hits += row.index(max(row)) == label
    return hits / len(y)


def train_linear_softmax(
    X, y, num_classes, learning_rate=0.1, reg=0.0, num_steps=200, batch_size=64, seed=0
):
    random.seed(seed)
    W = np.array([[random.gauss(0, 0.01) for _ in range(num_classes)] for _ in range(X.shape[1])])
    for _ in range(num_steps):
        rows = random.sample(range(len(X)), min(batch_size, len(X)))
        W = W - learning_rate * linear_softmax_loss(W, X[rows], y[rows], reg)[1]
    return W
