"""Plain Python where it can be: Gaussian elimination, lists, loops."""

import numpy as np


def solve(matrix, right):
    """Gauss-Jordan elimination with partial pivoting."""
    n = len(right)
    rows = [list(map(float, matrix[i])) + [float(right[i])] for i in range(n)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [v / rows[i][i] for v in rows[i]]
        for k in range(n):
            if k != i:
                factor = rows[k][i]
                rows[k] = [a - factor * b for a, b in zip(rows[k], rows[i])]
    return [row[-1] for row in rows]


def ones_and(X):
    return [[1.0] + list(row) for row in X.tolist()]


def products(A, y, extra=0.0):
    d = len(A[0])
    gram = [[sum(row[i] * row[j] for row in A) for j in range(d)] for i in range(d)]
    for j in range(1, d):
        gram[j][j] += extra
    return gram, [sum(row[i] * v for row, v in zip(A, y)) for i in range(d)]


def fit_least_squares(X, y):
    A = np.array(ones_and(X))
    if np.linalg.matrix_rank(A) < A.shape[1]:
        U, s, Vt = np.linalg.svd(A, full_matrices=False)
        beta = np.zeros(A.shape[1])
        for u, value, v in zip(U.T, s, Vt):
            if value > 1e-9 * s[0]:
                beta += (u @ y) / value * v
        return beta
    return np.array(solve(*products(ones_and(X), y.tolist())))


def hat_matrix(X):
    """Gram and Schmidt: project out every column, one after another."""
    H = np.zeros((len(X), len(X)))
    for column in np.array(ones_and(X)).T:
        rest = column - H @ column
        rest = rest - H @ rest
        if np.linalg.norm(rest) > 1e-8 * np.linalg.norm(column):
            q = rest / np.linalg.norm(rest)
            H += np.outer(q, q)
    return H


def coefficient_covariance(X, sigma2):
    gram, _ = products(ones_and(X), [0.0] * len(X))
    d = len(gram)
    columns = [solve(gram, [float(i == j) for i in range(d)]) for j in range(d)]
    return [[sigma2 * columns[j][i] for j in range(d)] for i in range(d)]


def fit_ridge(X, y, lam):
    return solve(*products(ones_and(X), y.tolist(), lam))


def soft_threshold(x, t):
    flat = [v - t if v > t else v + t if v < -t else 0.0 for v in x.ravel().tolist()]
    return np.array(flat).reshape(x.shape)


def fit_lasso(X, y, lam, num_steps=1000):
    n, d = X.shape
    b0, b = float(y.mean()), [0.0] * d
    residual = y - b0
    for _ in range(min(num_steps, 300)):
        shift = residual.mean()
        b0 += shift
        residual = residual - shift
        for j in range(d):
            column = X[:, j]
            size = column @ column / n
            z = column @ residual / n + size * b[j]
            new = (abs(z) - lam) / size * (1 if z > 0 else -1) if abs(z) > lam else 0
            residual = residual - column * (new - b[j])
            b[j] = new
    return [b0, *b]


def polynomial_features(x, degree):
    return np.array([[value**power for power in range(1, degree + 1)] for value in x.tolist()])
