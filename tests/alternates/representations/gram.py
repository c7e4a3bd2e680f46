"""PCA by the Gram matrix; losses through log-probabilities; views as two halves; a heap."""

from heapq import nsmallest
from statistics import multimode

import numpy as np


def pca_fit(X, num_components):
    mean = X.sum(axis=0) / len(X)
    centred = X - mean[None, :]
    values, left = np.linalg.eig(centred @ centred.T)  # (N, N): for fewer images than pixels
    order = np.argsort(-values.real)[:num_components]
    directions = left[:, order].real.T @ centred
    return mean, directions / np.linalg.norm(directions, axis=1)[:, None]


def pca_transform(X, mean, components):
    return np.tensordot(np.subtract(X, mean), components, axes=(1, 1))


def reconstruct(Z, mean, components):
    return np.hstack([Z, np.ones((len(Z), 1))]) @ np.vstack([components, mean])


def reparameterise(mu, logvar, rng):
    # Box and Muller's way to a normal distribution
    radius = np.sqrt(-2 * np.log1p(-rng.random(mu.shape)))
    eps = radius * np.cos(2 * np.pi * rng.random(mu.shape))
    return eps * np.exp(logvar) ** 0.5 + mu, eps


def reparameterise_backward(dz, logvar, eps):
    sigma = np.exp(logvar) ** 0.5
    dsigma = dz * eps
    return np.array(dz), dsigma * sigma * 0.5


def kl_divergence(mu, logvar):
    sigma = np.exp(0.5 * logvar)
    return np.sum(-np.log(sigma) + (sigma**2 + mu**2) / 2 - 0.5, axis=-1)


def log_sigmoid(s):
    return -np.logaddexp(0, -s)


def elbo_loss(x, logits, mu, logvar, beta=1.0):
    log_likelihood = np.sum(x * log_sigmoid(logits) + (1 - x) * log_sigmoid(-logits), axis=1)
    bound = log_likelihood - beta * kl_divergence(mu, logvar)
    weight = 1 / len(bound)
    dlogits = np.exp(log_sigmoid(logits)) - x
    return -bound.mean(), dlogits * weight, mu * beta * weight, np.expm1(logvar) * beta * weight / 2


def denoise_corrupt(x, sigma, drop, rng):
    out = x.copy()
    out += rng.normal(0, sigma, size=x.shape)
    flat = out.ravel()
    flat[rng.uniform(size=flat.size) < drop] = 0
    return flat.reshape(x.shape)


def nt_xent_loss(z, temperature):
    first, second = np.split(z, 2)
    n = len(first)
    lengths = np.sqrt(np.einsum("nd,nd->n", z, z))[:, None]
    u = np.concatenate([first, second]) / lengths
    a, b = u[:n], u[n:]
    off = np.where(np.eye(n, dtype=bool), -np.inf, 0.0)
    blocks = [[a @ a.T / temperature + off, a @ b.T / temperature],
              [b @ a.T / temperature, b @ b.T / temperature + off]]  # fmt: skip
    scores = np.block(blocks)
    log_total = np.logaddexp.reduce(scores, axis=1)
    agree = np.diag(blocks[0][1])
    loss = (log_total.sum() - 2 * agree.sum()) / (2 * n)
    P = np.exp(scores - log_total[:, None])
    swap = np.kron([[0, 1], [1, 0]], np.eye(n))
    du = (P + P.T - 2 * swap) @ u / (2 * n * temperature)
    turn = np.eye(z.shape[1]) - u[:, :, None] * u[:, None, :]  # (2N, D, D)
    return loss, np.einsum("nij,nj->ni", turn, du) / lengths


def k_nearest_accuracy(train_codes, train_labels, test_codes, test_labels, k):
    def answer(code):
        near = nsmallest(k, range(len(train_codes)), key=lambda i: np.hypot.reduce(
            np.append(train_codes[i] - code, 0.0)))  # fmt: skip
        return multimode(train_labels[near].tolist())[0]

    answers = [answer(code) for code in test_codes]
    return np.array(np.equal(answers, test_labels).mean())
