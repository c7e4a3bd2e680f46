"""One example, one number, one pair at a time."""

from collections import Counter
from math import exp, log, sqrt

import numpy as np


def pca_fit(X, num_components):
    """One direction after the other: square the covariance often, and take off what was found."""
    mean = np.array([sum(column) / len(X) for column in X.T])
    left = (X - mean).T @ (X - mean)
    found = []
    for _ in range(num_components):
        power = left / np.trace(left)
        for _ in range(30):
            power = power @ power
            power /= np.trace(power)
        u = power[:, np.argmax(np.diag(power))]
        u = u / sqrt(u @ u)
        found.append(u)
        left = left - (u @ left @ u) * np.outer(u, u)
    return mean, np.array(found)


def pca_transform(X, mean, components):
    return [[float((x - mean) @ u) for u in components] for x in X]


def reconstruct(Z, mean, components):
    images = []
    for z in Z:
        image = mean.copy()
        for number, u in zip(z, components, strict=True):
            image += number * u
        images.append(image)
    return images


def reparameterise(mu, logvar, rng):
    z, eps = np.zeros(mu.shape), np.zeros(mu.shape)
    for place in np.ndindex(mu.shape):
        eps[place] = rng.normal()
        z[place] = mu[place] + exp(logvar[place] / 2) * eps[place]
    return z, eps


def reparameterise_backward(dz, logvar, eps):
    dlogvar = np.zeros(dz.shape)
    for place in np.ndindex(dz.shape):
        dlogvar[place] = dz[place] * eps[place] * exp(0.5 * logvar[place]) * 0.5
    return dz + 0.0, dlogvar


def kl_divergence(mu, logvar):
    prices = []
    for m, lv in zip(mu, logvar, strict=True):
        prices.append(sum((a * a + exp(b) - b - 1) / 2 for a, b in zip(m, lv, strict=True)))
    return prices


def price(x, s):
    return (s if s > 0 else 0.0) + log(1 + exp(-abs(s))) - x * s


def elbo_loss(x, logits, mu, logvar, beta=1.0):
    n = len(x)
    loss, dlogits = 0.0, np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        s = logits[place]
        loss += price(x[place], s)
        lit = 1 / (1 + exp(-s)) if s > 0 else exp(s) / (1 + exp(s))
        dlogits[place] = (lit - x[place]) / n
    dmu, dlogvar = np.zeros(mu.shape), np.zeros(mu.shape)
    for place in np.ndindex(mu.shape):
        m, lv = mu[place], logvar[place]
        loss += beta * (m * m + exp(lv) - lv - 1) / 2
        dmu[place] = beta * m / n
        dlogvar[place] = beta * (exp(lv) - 1) / 2 / n
    return loss / n, dlogits, dmu, dlogvar


def denoise_corrupt(x, sigma, drop, rng):
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        noise = sigma * rng.standard_normal()
        if rng.random() >= drop:
            out[place] = x[place] + noise
    return out


def nt_xent_loss(z, temperature):
    count = len(z)
    lengths = [sqrt(sum(row * row)) for row in z]
    u = np.array([row / length for row, length in zip(z, lengths, strict=True)])
    loss, du = 0.0, np.zeros(z.shape)
    for i in range(count):
        j = i + count // 2 if i < count // 2 else i - count // 2
        others = [k for k in range(count) if k != i]
        scores = [u[i] @ u[k] / temperature for k in others]
        top = max(scores)
        total = sum(exp(s - top) for s in scores)
        loss += top + log(total) - u[i] @ u[j] / temperature
        for k, s in zip(others, scores, strict=True):
            g = (exp(s - top) / total - (k == j)) / temperature / count
            du[i] += g * u[k]
            du[k] += g * u[i]
    dz = np.array([(d - (d @ v) * v) / length for d, v, length in zip(du, u, lengths, strict=True)])
    return loss / count, dz


def k_nearest_accuracy(train_codes, train_labels, test_codes, test_labels, k):
    right = []
    for code, label in zip(test_codes, test_labels, strict=True):
        apart = [
            (sum((code - other) ** 2), kind)
            for other, kind in zip(train_codes, train_labels, strict=True)
        ]
        votes = Counter(kind for _, kind in sorted(apart)[:k])
        right.append(votes.most_common(1)[0][0] == label)
    return sum(right) / len(right)
