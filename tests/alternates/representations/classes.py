"""A small automatic differentiation for the losses; numbers as 0-d arrays."""

import numpy as np


class Value:
    """An array that remembers how it came about."""

    def __init__(self, data, parents=()):
        self.data, self.parents, self.grad = np.asarray(data, dtype=float), parents, 0.0

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for parent, _ in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = np.ones_like(self.data)
        for node in reversed(order):
            for parent, share in node.parents:
                parent.grad = parent.grad + share(node.grad)

    def __add__(self, other):
        return Value(self.data + other.data, ((self, lambda g: g), (other, lambda g: g)))

    def times(self, factor):
        return Value(self.data * factor, ((self, lambda g: g * factor),))

    def sum(self):
        return Value(self.data.sum(), ((self, lambda g: g * np.ones_like(self.data)),))

    def each(self, value, slope):
        """A function of every entry."""
        return Value(value, ((self, lambda g: g * slope),))


def pixels(x, logits):
    probability = np.exp(-np.logaddexp(0, -logits.data))
    value = np.logaddexp(0, logits.data) - x * logits.data
    return logits.each(value, probability - x)


def halves(mu, logvar):
    shift = mu.each(mu.data**2 / 2, mu.data)
    variance = np.exp(logvar.data)
    return shift + logvar.each((variance - logvar.data - 1) / 2, (variance - 1) / 2)


def unit(z):
    length = np.linalg.norm(z.data, axis=1, keepdims=True)
    u = z.data / length
    return Value(u, ((z, lambda g: (g - (g * u).sum(axis=1, keepdims=True) * u) / length),))


def products(u):
    return Value(u.data @ u.data.T, ((u, lambda g: (g + g.T) @ u.data),))


def cross_entropy(scores, labels):
    masked = scores.data - np.diag(np.full(len(labels), np.inf))
    log_p = masked - np.logaddexp.reduce(masked, axis=1)[:, None]
    rows = np.arange(len(labels))
    onehot = np.zeros(masked.shape)
    onehot[rows, labels] = 1
    mean = -log_p[rows, labels].mean()
    return Value(mean, ((scores, lambda g: g * (np.exp(log_p) - onehot) / len(labels)),))


def pca_fit(X, num_components):
    mean = X.mean(axis=0)
    q, r = np.linalg.qr((X - mean).T @ (X - mean))
    for _ in range(2000):  # orthogonal iteration
        new, r = np.linalg.qr((X - mean).T @ ((X - mean) @ q))
        done = np.abs(np.abs(np.sum(new * q, axis=0)) - 1).max() < 1e-13
        q = new
        if done:
            break
    order = np.argsort(-np.abs(np.diag(r)))
    return mean, q[:, order[:num_components]].T


def pca_transform(X, mean, components):
    return np.stack([(X - mean) @ u for u in components], axis=1)


def reconstruct(Z, mean, components):
    return np.tile(mean, (len(Z), 1)) + np.matmul(Z, components)


def reparameterise(mu, logvar, rng):
    eps = rng.normal(size=mu.shape)
    return np.exp(np.log(np.exp(logvar)) / 2) * eps + mu, eps


def reparameterise_backward(dz, logvar, eps):
    logvar = Value(logvar)
    sigma = np.exp(logvar.data / 2)
    z = logvar.each(sigma * eps, sigma * eps / 2)
    z.each(z.data * dz, dz).sum().backward()
    return dz * 1.0, logvar.grad


def kl_divergence(mu, logvar):
    return halves(Value(mu), Value(logvar)).data.sum(axis=1)


def elbo_loss(x, logits, mu, logvar, beta=1.0):
    logits, mu, logvar = Value(logits), Value(mu), Value(logvar)
    total = pixels(x, logits).sum() + halves(mu, logvar).sum().times(beta)
    loss = total.times(1 / len(x))
    loss.backward()
    return loss.data, logits.grad, mu.grad, logvar.grad


def denoise_corrupt(x, sigma, drop, rng):
    noise = rng.standard_normal(x.size).reshape(x.shape) * sigma
    return (x + noise) * (rng.random(x.size) >= drop).reshape(x.shape)


def nt_xent_loss(z, temperature):
    z = Value(z)
    count = len(z.data)
    loss = cross_entropy(
        products(unit(z)).times(1 / temperature), (np.arange(count) + count // 2) % count
    )
    loss.backward()
    return loss.data, z.grad


class Neighbours:
    def __init__(self, codes, labels):
        self.codes, self.labels = codes, labels

    def label(self, code, k):
        near = np.linalg.norm(self.codes - code, axis=1).argsort()[:k]
        votes = self.labels[near].tolist()
        return max(set(votes), key=votes.count)


def k_nearest_accuracy(train_codes, train_labels, test_codes, test_labels, k):
    neighbours = Neighbours(train_codes, train_labels)
    return np.mean(
        [neighbours.label(c, k) == y for c, y in zip(test_codes, test_labels, strict=True)]
    )
