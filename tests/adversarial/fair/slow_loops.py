"""Right, by plain loops over single numbers."""

import math

# <solution>


def cross_entropy(probs, y):
    total = 0.0
    for row, label in zip(probs, y):
        total -= math.log(max(row[label], 1e-12))
    return total / len(y)


def accuracy(scores, y):
    right = 0
    for row, label in zip(scores.tolist(), y.tolist()):
        right += row.index(max(row)) == label
    return right / len(y)


def mse_loss(x, y):
    n, c = x.shape
    loss, dx = 0.0, [[0.0] * c for _ in range(n)]
    for i in range(n):
        for j in range(c):
            difference = x[i, j] - (1.0 if y[i] == j else 0.0)
            loss += difference**2 / n
            dx[i][j] = 2 * difference / n
    return loss, dx
