"""Memory is updated in place; other keys hold state too; setdefault everywhere."""

import numpy as np


def sgd(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    next_w = np.copy(w)
    next_w -= config["learning_rate"] * dw
    return next_w, config


def sgd_momentum(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    v = config.get("velocity", np.zeros_like(w))
    v *= config["momentum"]
    v -= config["learning_rate"] * dw
    config["velocity"] = v
    return w + v, config


def nesterov_momentum(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    mu = config.setdefault("momentum", 0.9)
    v = config.setdefault("velocity", np.zeros_like(w))
    v_prev = v.copy()
    v[...] = mu * v - config["learning_rate"] * dw
    return w + v + mu * (v - v_prev), config


def adagrad(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("cache", np.zeros_like(w))
    config["cache"] += np.multiply(dw, dw)
    denominator = config["cache"] ** 0.5
    denominator += config.get("epsilon", 1e-8)
    return w - config.get("learning_rate", 1e-2) * np.divide(dw, denominator), config


def rmsprop(w, dw, config=None):
    if config is None:
        config = {}
    for key, value in {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8}.items():
        config.setdefault(key, value)
    cache = config.setdefault("cache", np.zeros_like(w))
    cache += (1 - config["decay_rate"]) * (np.square(dw) - cache)
    config["rms"] = np.sqrt(cache)
    return w - dw * (config["learning_rate"] / (config["rms"] + config["epsilon"])), config


def adam(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config["t"] = np.int64(config.get("t", 0) + 1)
    config["m"] += (1 - config["beta1"]) * (dw - config["m"])
    config["v"] += (1 - config["beta2"]) * (dw * dw - config["v"])
    # the corrections gathered in the rate, epsilon scaled to match
    root = np.sqrt(1 - config["beta2"] ** config["t"])
    rate = config["learning_rate"] * root / (1 - config["beta1"] ** config["t"])
    return w - rate * config["m"] / (np.sqrt(config["v"]) + config["epsilon"] * root), config


def minibatches(num_examples, batch_size, seed):
    np.random.seed(seed)
    order = np.arange(num_examples)
    np.random.shuffle(order)
    return np.split(order, range(batch_size, num_examples, batch_size))


def proximal_l1(w, learning_rate, lam):
    shrunk = w.copy()
    t = learning_rate * lam
    shrunk[w > t] -= t
    shrunk[w < -t] += t
    shrunk[np.abs(w) <= t] = 0
    return shrunk
