"""Eigenvectors of the covariance; every loss by its definition; pairwise differences."""

import numpy as np


def pca_fit(X, num_components):
    mean = np.average(X, axis=0)
    values, vectors = np.linalg.eigh(np.cov(X, rowvar=False))
    largest = np.argsort(values)[::-1][:num_components]
    return mean, -vectors[:, largest].T


def pca_transform(X, mean, components):
    return np.einsum("nd,kd->nk", X - mean, components)


def reconstruct(Z, mean, components):
    return mean + np.einsum("nk,kd->nd", Z, components)


def reparameterise(mu, logvar, rng):
    z = rng.normal(mu, np.sqrt(np.exp(logvar)))
    return z, (z - mu) / np.sqrt(np.exp(logvar))


def reparameterise_backward(dz, logvar, eps):
    return dz, 0.5 * dz * eps * np.sqrt(np.exp(logvar))


def kl_divergence(mu, logvar):
    variance = np.exp(logvar)
    return -0.5 * (1 + np.log(variance) - mu * mu - variance).sum(axis=1)


def elbo_loss(x, logits, mu, logvar, beta=1.0):
    """By cases of the sign of a score, so that nothing overflows."""
    small = np.exp(-np.abs(logits))
    cross_entropy = np.maximum(logits, 0) - logits * x + np.log1p(small)
    probability = np.where(logits >= 0, 1 / (1 + small), small / (1 + small))
    loss = np.mean(cross_entropy.sum(axis=1) + beta * kl_divergence(mu, logvar))
    n = x.shape[0]
    return loss, (probability - x) / n, beta / n * mu, beta / n * 0.5 * (np.exp(logvar) - 1)


def denoise_corrupt(x, sigma, drop, rng):
    kept = rng.binomial(1, 1 - drop, x.shape)
    return kept * rng.normal(x, sigma)


def nt_xent_loss(z, temperature):
    n = len(z) // 2
    norms = np.sqrt(np.sum(z**2, axis=1))
    cosine = z @ z.T / np.outer(norms, norms)
    scores = cosine / temperature - 1e9 * np.eye(2 * n)
    top = scores.max(axis=1, keepdims=True)
    log_p = scores - top - np.log(np.exp(scores - top).sum(axis=1, keepdims=True))
    Y = np.roll(np.eye(2 * n), n, axis=1)
    loss = -np.sum(Y * log_p) / (2 * n)
    G = (np.exp(log_p) - Y) / (2 * n * temperature)
    G = G + G.T
    # d cosine_ik / d z_i = z_k / (|z_i| |z_k|) - cosine_ik z_i / |z_i|^2
    dz = (G / np.outer(norms, norms)) @ z - (G * cosine).sum(axis=1)[:, None] * z / norms[
        :, None
    ] ** 2
    return loss, dz


def k_nearest_accuracy(train_codes, train_labels, test_codes, test_labels, k):
    right = 0
    for code, label in zip(test_codes, test_labels, strict=True):
        order = np.argsort(np.sum((train_codes - code) ** 2, axis=1))
        kinds, counts = np.unique(train_labels[order[:k]], return_counts=True)
        right += kinds[np.argmax(counts)] == label
    return right / len(test_labels)
