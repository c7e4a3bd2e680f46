"""The reference's formulas in 32-bit floats."""

import numpy as np


def f32(*arrays):
    return [np.asarray(a, dtype=np.float32) for a in arrays]


def pca_fit(X, num_components):
    (X,) = f32(X)
    mean = X.mean(axis=0)
    return mean, np.linalg.svd(X - mean, full_matrices=False)[2][:num_components]


def pca_transform(X, mean, components):
    X, mean, components = f32(X, mean, components)
    return (X - mean) @ components.T


def reconstruct(Z, mean, components):
    Z, mean, components = f32(Z, mean, components)
    return Z @ components + mean


def reparameterise(mu, logvar, rng):
    mu, logvar = f32(mu, logvar)
    eps = rng.standard_normal(mu.shape, dtype=np.float32)
    return mu + np.exp(logvar / 2) * eps, eps


def reparameterise_backward(dz, logvar, eps):
    dz, logvar, eps = f32(dz, logvar, eps)
    return dz, dz * eps * np.exp(logvar / 2) / 2


def kl_divergence(mu, logvar):
    mu, logvar = f32(mu, logvar)
    return np.sum(mu**2 + np.exp(logvar) - logvar - 1, axis=1) / 2


def elbo_loss(x, logits, mu, logvar, beta=1.0):
    x, logits, mu, logvar = f32(x, logits, mu, logvar)
    n, beta = np.float32(len(x)), np.float32(beta)
    pixels = np.sum(np.logaddexp(np.float32(0), logits) - x * logits)
    loss = (pixels + beta * np.sum(kl_divergence(mu, logvar))) / n
    lit = (1 + np.tanh(logits / 2)) / 2
    return loss, (lit - x) / n, beta * mu / n, beta * (np.exp(logvar) - 1) / (2 * n)


def denoise_corrupt(x, sigma, drop, rng):
    (x,) = f32(x)
    noisy = x + np.float32(sigma) * rng.standard_normal(x.shape, dtype=np.float32)
    noisy[rng.random(x.shape) < drop] = 0
    return noisy


def nt_xent_loss(z, temperature):
    (z,) = f32(z)
    count, length = len(z), np.linalg.norm(z, axis=1, keepdims=True)
    u = z / length
    scores = u @ u.T / np.float32(temperature)
    scores[np.arange(count), np.arange(count)] = -np.inf
    scores = scores - scores.max(axis=1, keepdims=True)
    total = np.exp(scores).sum(axis=1, keepdims=True)
    partner = np.concatenate([np.arange(count // 2, count), np.arange(count // 2)])
    loss = np.mean(np.log(total[:, 0]) - scores[np.arange(count), partner])
    G = np.exp(scores) / total - np.eye(count, dtype=np.float32)[partner]
    du = (G + G.T) @ u / np.float32(temperature * count)
    return loss, (du - (du * u).sum(axis=1, keepdims=True) * u) / length


def k_nearest_accuracy(train_codes, train_labels, test_codes, test_labels, k):
    train, test = f32(train_codes, test_codes)
    distance = np.linalg.norm(test[:, None] - train, axis=2)
    nearest = np.argpartition(distance, k - 1, axis=1)[:, :k]
    votes = train_labels[nearest]
    answers = np.array([np.bincount(row).argmax() for row in votes])
    return np.float32(np.mean(answers == test_labels))
