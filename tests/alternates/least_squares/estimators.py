"""Estimator classes with fit, and functions that wrap them; recursion for powers."""

import numpy as np


class Linear:
    def __init__(self, solver):
        self.solver = solver

    def fit(self, X, y):
        self.centre, self.level = X.mean(axis=0), y.mean()
        self.slopes = self.solver(X - self.centre, y - self.level)
        return self

    @property
    def beta(self):
        return np.concatenate(([self.level - self.centre @ self.slopes], self.slopes))


class Pinv:
    def __init__(self, X):
        self.A = np.c_[np.ones(X.shape[0]), X]
        self.inverse = np.linalg.pinv(self.A, rcond=1e-10)


def fit_least_squares(X, y):
    return np.dot(Pinv(X).inverse, y)


def hat_matrix(X):
    both = Pinv(X)
    return np.dot(both.A, both.inverse)


def coefficient_covariance(X, sigma2):
    inverse = Pinv(X).inverse
    return np.einsum("an,bn->ab", inverse, inverse) * sigma2


def fit_ridge(X, y, lam):
    def solver(Xc, yc):
        if len(Xc) < Xc.shape[1]:  # the dual form is smaller
            return Xc.T @ np.linalg.solve(Xc @ Xc.T + lam * np.eye(len(Xc)), yc)
        return np.linalg.solve(Xc.T @ Xc + lam * np.eye(Xc.shape[1]), Xc.T @ yc)

    return Linear(solver).fit(X, y).beta


def soft_threshold(x, t):
    return np.where(np.abs(x) <= t, 0.0, x - t * np.sign(x))


def fit_lasso(X, y, lam, num_steps=1000):
    def solver(Xc, yc):
        """The method of multipliers (ADMM)."""
        n, d = Xc.shape
        z, u = np.zeros(d), np.zeros(d)
        inverse = np.linalg.inv(Xc.T @ Xc / n + np.eye(d))
        for _ in range(num_steps):
            b = inverse @ (Xc.T @ yc / n + z - u)
            z = soft_threshold(b + u, lam)
            u = u + b - z
        return z

    return Linear(solver).fit(X, y).beta


def polynomial_features(x, degree):
    if degree == 1:
        return x.reshape(-1, 1)
    lower = polynomial_features(x, degree - 1)
    return np.hstack([lower, lower[:, -1:] * x.reshape(-1, 1)])
