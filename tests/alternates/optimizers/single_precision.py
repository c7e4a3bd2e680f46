"""32-bit memory and results."""

import numpy as np

f = np.float32


def sgd(w, dw, config=None):
    config = config or {}
    return (w - f(config.get("learning_rate", 1e-2)) * f(dw)).astype(f), config


def _velocity(dw, config):
    config = dict(config or {})
    before = f(config.get("velocity", 0))
    mu, rate = f(config.get("momentum", 0.9)), f(config.get("learning_rate", 1e-2))
    config["velocity"] = mu * before - rate * f(dw)
    return before, mu, config


def sgd_momentum(w, dw, config=None):
    _, _, config = _velocity(dw, config)
    return f(w) + config["velocity"], config


def nesterov_momentum(w, dw, config=None):
    before, mu, config = _velocity(dw, config)
    return f(w) - mu * before + (f(1) + mu) * config["velocity"], config


def _adaptive(w, dw, cache, config):
    rate, epsilon = f(config.get("learning_rate", 1e-2)), f(config.get("epsilon", 1e-8))
    config["cache"] = cache
    return f(w) - rate * f(dw) / (np.sqrt(cache) + epsilon), config


def adagrad(w, dw, config=None):
    config = config or {}
    return _adaptive(w, dw, f(config.get("cache", 0)) + f(dw) ** 2, config)


def rmsprop(w, dw, config=None):
    config = config or {}
    rho = config.get("decay_rate", 0.99)
    cache = f(rho) * f(config.get("cache", 0)) + f(1 - rho) * f(dw) ** 2
    return _adaptive(w, dw, cache, config)


def adam(w, dw, config=None):
    config = config or {}
    b1, b2 = config.get("beta1", 0.9), config.get("beta2", 0.999)
    config["t"] = config.get("t", 0) + 1
    config["m"] = f(b1) * f(config.get("m", 0)) + f(1 - b1) * f(dw)
    config["v"] = f(b2) * f(config.get("v", 0)) + f(1 - b2) * f(dw) ** 2
    m_hat, v_hat = config["m"] / f(1 - b1 ** config["t"]), config["v"] / f(1 - b2 ** config["t"])
    rate = f(config.get("learning_rate", 1e-3))
    return f(w) - rate * m_hat / (np.sqrt(v_hat) + f(config.get("epsilon", 1e-8))), config


def minibatches(num_examples, batch_size, seed):
    order = np.argsort(np.random.default_rng(seed).random(num_examples)).astype(np.int32)
    return [order[k : k + batch_size] for k in range(0, num_examples, batch_size)]


def proximal_l1(w, learning_rate, lam):
    t = f(learning_rate * lam)
    return np.maximum(f(w) - t, 0) - np.maximum(-f(w) - t, 0)
