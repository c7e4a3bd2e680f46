"""QR, eigenvalues and Cholesky; FISTA for the lasso."""

import numpy as np


def _A(X):
    A = np.ones((X.shape[0], X.shape[1] + 1), order="F")
    A[:, 1:] = X
    return A


def _eigen_pinv(A):
    values, vectors = np.linalg.eigh(A.T @ A)
    keep = values > 1e-10 * values[-1]
    return (vectors[:, keep] / values[keep]) @ vectors[:, keep].T @ A.T


def fit_least_squares(X, y):
    A = _A(X)
    if np.linalg.matrix_rank(A) == A.shape[1]:
        Q, R = np.linalg.qr(A)
        return np.linalg.solve(R, Q.T @ y)
    return _eigen_pinv(A) @ y


def hat_matrix(X):
    A = _A(X)
    U, s, _ = np.linalg.svd(A)
    U = U[:, : np.count_nonzero(s > s[0] * 1e-10)]
    return U @ U.T


def coefficient_covariance(X, sigma2):
    L = np.linalg.cholesky(_A(X).T @ _A(X))
    inverse = np.linalg.inv(L)
    return np.matmul(inverse.T, inverse) * sigma2


def fit_ridge(X, y, lam):
    centred = X - np.mean(X, 0)
    U, s, Vt = np.linalg.svd(centred, full_matrices=False)
    b = Vt.T @ (s / (s**2 + lam) * (U.T @ (y - np.mean(y))))
    return np.hstack((np.mean(y) - np.mean(X, 0) @ b, b))


def soft_threshold(x, t):
    return x - np.clip(x, -t, t)


def fit_lasso(X, y, lam, num_steps=1000):
    mean, n = X.mean(0), X.shape[0]
    Xc, yc = X - mean, y - y.mean()
    L = np.linalg.eigvalsh(Xc.T @ Xc / n).max()
    b = z = np.zeros(X.shape[1])
    t = 1.0
    for _ in range(num_steps):
        new = soft_threshold(z + Xc.T @ (yc - Xc @ z) / (n * L), lam / L)
        t_new = (1 + np.sqrt(1 + 4 * t * t)) / 2
        z = new + (t - 1) / t_new * (new - b)
        b, t = new, t_new
    return np.r_[y.mean() - mean @ b, b]


def polynomial_features(x, degree):
    return np.power.outer(x, range(1, degree + 1))
