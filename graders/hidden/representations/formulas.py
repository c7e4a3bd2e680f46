"""What is right in the representations assignment, by other formulas than a solution uses.

Components are eigenvectors of a covariance, a divergence is an integral, losses follow their
definitions one pixel or one pair at a time, neighbours are sorted by their distances one by one.
"""

import numpy as np


def draw(rng, *shape):
    """Multiples of 1/16 of order 1, none of them 0."""
    x = np.round(16 * rng.standard_normal(shape)) / 16
    return np.where(x == 0, 0.5, x)


# --- principal components ---


def draw_cloud(rng, n, d):
    """(n, d) with mean 0 and spreads of 4, 2.5, ... along directions that are no axes."""
    spreads = 4 * 0.62 ** np.arange(min(n - 1, d))
    scores = rng.standard_normal((n, len(spreads)))
    scores = np.linalg.qr(scores - scores.mean(axis=0))[0] * np.sqrt(n)  # uncorrelated
    turn = np.linalg.qr(rng.standard_normal((d, d)))[0]
    return scores * spreads @ turn[: len(spreads)]


def directions(X):
    """(D, D) eigenvectors of the covariance as rows, the largest variance first."""
    values, vectors = np.linalg.eigh(np.cov(X.T, bias=True))
    return vectors[:, np.argsort(-values)].T


def draw_directions(rng, k, d):
    return np.linalg.qr(rng.standard_normal((d, d)))[0][:k]


# --- variational autoencoder ---


def divergence(mu, logvar):
    """(N, K) the mean of log q - log p under q, by quadrature, exact for polynomials."""
    points, weights = np.polynomial.hermite_e.hermegauss(8)
    weights = weights / weights.sum()
    sigma = np.sqrt(np.exp(logvar))
    total = 0.0
    for e, w in zip(points, weights, strict=True):
        z = mu + sigma * e
        total = total + w * ((z**2 - e**2) / 2 - logvar / 2)
    return total


def pixels(x, logits):
    """(N, D) binary cross-entropy by its definition."""
    lit = 1 / (1 + np.exp(-logits))
    return -x * np.log(lit) - (1 - x) * np.log(1 - lit)


def elbo(x, logits, mu, logvar, beta):
    return (pixels(x, logits).sum() + beta * divergence(mu, logvar).sum()) / len(x)


# --- contrastive ---


def nt_xent(z, temperature, partner=None, own=False, unit=True):
    """One row after the other; ``own``: with the row itself among the others."""
    count = len(z)
    if unit:
        z = z / np.sqrt((z * z).sum(axis=1, keepdims=True))
    total = 0.0
    for i in range(count):
        j = (i + count // 2) % count if partner is None else partner[i]
        mine = (z[i] * z[j]).sum() / temperature
        others = [k for k in range(count) if own or k != i]
        total = total + np.log(
            sum(np.exp((z[i] * z[k]).sum() / temperature - mine) for k in others)
        )
    return total / count


# --- neighbours ---


def voted(train, labels, test, k):
    """(M,) labels, and 0 where a vote or the choice of the k nearest was a tie."""
    answers, clear = [], 1
    for code in test:
        apart = np.sqrt(((train - code) ** 2).sum(axis=1))
        order = np.argsort(apart)
        kinds, counts = np.unique(labels[order[:k]], return_counts=True)
        answers.append(kinds[counts.argmax()])
        tie = np.sum(counts == counts.max()) > 1
        if tie or (k < len(train) and apart[order[k]] - apart[order[k - 1]] < 1e-3):
            clear = 0
    return np.array(answers), clear
