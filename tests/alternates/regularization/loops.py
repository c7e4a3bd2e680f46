"""Plain Python: loops, lists, math, sums written out, dictionaries as caches."""

import math
import random

import numpy as np


def xavier_init(fan_in, fan_out, rng):
    sd = math.sqrt(2.0 / (fan_in + fan_out))
    return np.array([[rng.normal(0, sd) for _ in range(fan_out)] for _ in range(fan_in)])


def he_init(fan_in, fan_out, rng):
    w = np.zeros((fan_in, fan_out))
    for i in range(fan_in):
        w[i] = rng.standard_normal(fan_out)
    return w * (2 / fan_in) ** 0.5


def leaky_relu_forward(x, slope=0.01):
    out = [v if v > 0 else slope * v for v in x.ravel().tolist()]
    return np.array(out).reshape(x.shape), {"x": x, "slope": slope}


def leaky_relu_backward(dout, cache):
    dx = dout.copy()
    dx[cache["x"] < 0] *= cache["slope"]
    return dx


def batchnorm_forward(x, gamma, beta, bn_param):
    n, d = x.shape
    out, xhat, inv = [[0.0] * d for _ in range(n)], np.zeros((n, d)), []
    means, variances = [], []
    for j in range(d):
        if bn_param["mode"] == "train":
            mu = sum(x[i, j] for i in range(n)) / n
            var = sum((x[i, j] - mu) ** 2 for i in range(n)) / n
        else:
            mu, var = bn_param["running_mean"][j], bn_param["running_var"][j]
        means.append(mu)
        variances.append(var)
        inv.append(1 / math.sqrt(var + bn_param["eps"]))
        for i in range(n):
            xhat[i, j] = (x[i, j] - mu) * inv[j]
            out[i][j] = gamma[j] * xhat[i, j] + beta[j]
    if bn_param["mode"] == "train":
        m = bn_param["momentum"]
        bn_param["running_mean"] = [
            m * a + (1 - m) * b for a, b in zip(bn_param["running_mean"], means)
        ]
        bn_param["running_var"] = [
            m * a + (1 - m) * b for a, b in zip(bn_param["running_var"], variances)
        ]
    return out, {"xhat": xhat, "inv": inv, "gamma": gamma}


def batchnorm_backward(dout, cache):
    xhat, inv, gamma = cache["xhat"], cache["inv"], cache["gamma"]
    n, d = dout.shape
    dx, dgamma, dbeta = np.zeros((n, d)), [0.0] * d, [0.0] * d
    for j in range(d):
        for i in range(n):
            dbeta[j] += dout[i, j]
            dgamma[j] += dout[i, j] * xhat[i, j]
        for i in range(n):
            inner = n * dout[i, j] - dbeta[j] - xhat[i, j] * dgamma[j]
            dx[i, j] = gamma[j] * inv[j] / n * inner
    return dx, dgamma, dbeta


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    n, c, h, w = x.shape
    rows = np.array([x[i, :, j, k] for i in range(n) for j in range(h) for k in range(w)])
    flat, cache = batchnorm_forward(rows, gamma, beta, bn_param)
    out = np.empty(x.shape)
    places = [(i, j, k) for i in range(n) for j in range(h) for k in range(w)]
    for (i, j, k), row in zip(places, flat):
        out[i, :, j, k] = row
    return out, (cache, places)


def spatial_batchnorm_backward(dout, cache):
    cache, places = cache
    rows = np.array([dout[i, :, j, k] for i, j, k in places])
    flat, dgamma, dbeta = batchnorm_backward(rows, cache)
    dx = np.empty(dout.shape)
    for (i, j, k), row in zip(places, flat):
        dx[i, :, j, k] = row
    return dx, dgamma, dbeta


def dropout_forward(x, dropout_param):
    if dropout_param["mode"] != "train":
        return x, None
    draw = random.Random(dropout_param["seed"]) if "seed" in dropout_param else random
    p = dropout_param["p"]
    mask = [draw.random() < 1 - p for _ in range(x.size)]
    out = [v / (1 - p) if keep else 0.0 for v, keep in zip(x.ravel(), mask)]
    return np.reshape(out, x.shape), (mask, p)


def dropout_backward(dout, cache):
    if cache is None:
        return dout
    mask, p = cache
    return np.where(np.reshape(mask, dout.shape), dout / (1 - p), 0)


def l1_penalty(w, lam):
    grad = [(v > 0) * lam - (v < 0) * lam for v in w.ravel()]
    return sum(lam * abs(float(v)) for v in w.ravel()), np.reshape(grad, w.shape)


def l2_penalty(w, lam):
    return sum(lam * float(v) ** 2 for v in w.ravel()), lam * w * 2


def random_flip(images, rng, p=0.5):
    out = []
    for image in images:
        if rng.uniform() < p:
            image = [[row[::-1] for row in channel] for channel in image]
        out.append(image)
    return np.array(out)


def random_crop(images, rng, pad):
    n, c, h, w = images.shape
    out = np.zeros((n, c, h, w))
    for m in range(n):
        down, across = (int(rng.integers(-pad, pad, endpoint=True)) for _ in range(2))
        for i in range(h):
            for j in range(w):
                if 0 <= i + down < h and 0 <= j + across < w:
                    out[m, :, i, j] = images[m, :, i + down, j + across]
    return out


def early_stopping_epoch(val_losses, patience):
    best_epoch, best, bad = None, None, 0
    for epoch, loss in enumerate(val_losses):
        if best is None or loss < best:
            best_epoch, best, bad = epoch, loss, 0
        else:
            bad += 1
            if bad == patience:
                return best_epoch
    if best_epoch is None:
        raise ValueError("no epochs")
    return best_epoch


def ensemble_average(probs):
    total = np.zeros(probs[0].shape)
    for member in probs:
        total += member
    return total / len(probs)
