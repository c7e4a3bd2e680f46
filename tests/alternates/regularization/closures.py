"""Caches are functions: every forward pass returns its own backward pass."""

import numpy as np


def normal(variance, shape, rng):
    return rng.normal(scale=variance**0.5, size=shape)


def xavier_init(fan_in, fan_out, rng):
    return normal(2.0 / (fan_in + fan_out), (fan_in, fan_out), rng)


def he_init(fan_in, fan_out, rng):
    return normal(2.0 / fan_in, (fan_in, fan_out), rng)


def leaky_relu_forward(x, slope=0.01):
    return np.where(x < 0, slope * x, x), lambda dout: np.where(x < 0, slope * dout, dout)


def run(dout, cache):
    return cache(dout)


leaky_relu_backward = batchnorm_backward = spatial_batchnorm_backward = dropout_backward = run


def batchnorm_forward(x, gamma, beta, bn_param):
    """The chain of small steps, and the same backwards."""
    n = x.shape[0]
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    if bn_param["mode"] == "test":
        mean, var = bn_param["running_mean"], bn_param["running_var"]
        return gamma * (x - mean) / np.sqrt(var + eps) + beta, None
    mu = np.ones((1, n)) @ x / n
    centred = x - mu
    var = np.ones((1, n)) @ centred**2 / n
    std = np.sqrt(var + eps)
    inverse = 1.0 / std
    normalised = centred * inverse
    bn_param["running_mean"] = momentum * bn_param["running_mean"] + (1 - momentum) * mu[0]
    bn_param["running_var"] = momentum * bn_param["running_var"] + (1 - momentum) * var[0]

    def backward(dout):
        dnormalised = dout * gamma
        dinverse = (dnormalised * centred).sum(axis=0)
        dvar = -dinverse / std**2 * 0.5 / std
        dcentred = dnormalised * inverse + 2 * centred * dvar / n
        dx = dcentred - dcentred.mean(axis=0)
        return dx, np.diag(dout.T @ normalised), dout.sum(axis=0)

    return gamma * normalised + beta, backward


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    n, c, h, w = x.shape

    def to_rows(a):
        return np.swapaxes(a.reshape(n, c, h * w), 1, 2).reshape(n * h * w, c)

    def to_images(a):
        return np.swapaxes(a.reshape(n, h * w, c), 1, 2).reshape(n, c, h, w)

    out, back = batchnorm_forward(to_rows(x), gamma, beta, bn_param)

    def backward(dout):
        dx, dgamma, dbeta = back(to_rows(dout))
        return to_images(dx), dgamma, dbeta

    return to_images(out), backward


def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param["mode"] == "test" or p == 0:
        return x.copy(), lambda dout: dout
    if dropout_param.get("seed") is not None:
        np.random.seed(dropout_param["seed"])
    keep = np.random.rand(*x.shape) > p
    out = np.zeros_like(x)
    out[keep] = x[keep] / (1 - p)

    def backward(dout):
        dx = np.zeros_like(dout)
        dx[keep] = dout[keep] / (1 - p)
        return dx

    return out, backward


def l1_penalty(w, lam):
    return lam * np.linalg.norm(np.ravel(w), ord=1), np.where(w == 0, 0.0, np.copysign(lam, w))


def l2_penalty(w, lam):
    return lam * np.linalg.norm(w) ** 2, (lam * 2) * w


def random_flip(images, rng, p=0.5):
    def maybe(image):
        flip = rng.choice([True, False], p=[p, 1 - p])
        return np.flip(image, 2) if flip else image

    return np.array([maybe(image) for image in images])


def random_crop(images, rng, pad):
    (n, c, h, w) = images.shape
    down = np.arange(h) + rng.integers(0, 2 * pad + 1, size=(n, 1)) - pad
    across = np.arange(w) + rng.integers(0, 2 * pad + 1, size=(n, 1)) - pad
    inside = ((0 <= down) & (down < h))[:, :, None] & ((0 <= across) & (across < w))[:, None, :]
    which = np.arange(n)[:, None, None]
    picked = images[which, :, down.clip(0, h - 1)[:, :, None], across.clip(0, w - 1)[:, None, :]]
    return np.moveaxis(picked, 3, 1) * inside[:, None]


def early_stopping_epoch(val_losses, patience):
    if len(val_losses) == 0:
        raise ValueError("there must be an epoch")

    def search(best, epoch):
        if epoch == len(val_losses) or epoch > best + patience:
            return best
        return search(epoch if val_losses[epoch] < val_losses[best] else best, epoch + 1)

    return search(0, 1)


def ensemble_average(probs):
    return np.tensordot(np.full(len(probs), 1 / len(probs)), probs, axes=1)
