"""Plain Python over flattened lists; memory is kept as lists in config."""

import math
import random

import numpy as np


def elementwise(function, *arrays):
    shape = arrays[0].shape
    flat = [np.ravel(a).tolist() for a in arrays]
    return np.array([function(*values) for values in zip(*flat)]).reshape(shape)


def settings(config, **defaults):
    config = dict(config or {})
    for key, value in defaults.items():
        if key not in config:
            config[key] = value
    return config


def sgd(w, dw, config=None):
    config = settings(config, learning_rate=0.01)
    return elementwise(lambda a, g: a - config["learning_rate"] * g, w, dw), config


def sgd_momentum(w, dw, config=None):
    config = settings(config, learning_rate=0.01, momentum=0.9, velocity=np.zeros(w.shape))
    mu, eta = config["momentum"], config["learning_rate"]
    v = elementwise(lambda v, g: mu * v - eta * g, np.asarray(config["velocity"]), dw)
    config["velocity"] = v.tolist()
    return elementwise(lambda a, b: a + b, w, v), config


def nesterov_momentum(w, dw, config=None):
    config = settings(config, learning_rate=0.01, momentum=0.9, velocity=np.zeros(w.shape))
    mu, eta = config["momentum"], config["learning_rate"]
    before = np.array(config["velocity"])
    after = elementwise(lambda v, g: mu * v - eta * g, before, dw)
    config["velocity"] = after
    return elementwise(lambda a, p, v: a - mu * p + (1 + mu) * v, w, before, after), config


def adagrad(w, dw, config=None):
    config = settings(config, learning_rate=0.01, epsilon=1e-8, cache=np.zeros(w.shape))
    eta, eps = config["learning_rate"], config["epsilon"]
    config["cache"] = elementwise(lambda c, g: c + g * g, config["cache"], dw)
    step = elementwise(lambda c, g: eta * g / (math.sqrt(c) + eps), config["cache"], dw)
    return w - step, config


def rmsprop(w, dw, config=None):
    config = settings(
        config, learning_rate=0.01, decay_rate=0.99, epsilon=1e-8, cache=np.zeros(w.shape)
    )
    eta, rho, eps = config["learning_rate"], config["decay_rate"], config["epsilon"]
    config["cache"] = elementwise(
        lambda c, g: rho * c + (1 - rho) * g * g, np.array(config["cache"]), dw
    )
    step = elementwise(lambda c, g: eta * g / (math.sqrt(c) + eps), config["cache"], dw)
    return w - step, config


def adam(w, dw, config=None):
    config = settings(
        config,
        learning_rate=0.001,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-8,
        m=np.zeros(w.shape),
        v=np.zeros(w.shape),
        t=0,
    )
    config["t"] += 1
    b1, b2, t = config["beta1"], config["beta2"], config["t"]
    config["m"] = elementwise(lambda m, g: b1 * m + (1 - b1) * g, np.array(config["m"]), dw)
    config["v"] = elementwise(lambda v, g: b2 * v + (1 - b2) * g**2, np.array(config["v"]), dw)

    def move(a, m, v):
        return a - config["learning_rate"] * (m / (1 - b1**t)) / (
            math.sqrt(v / (1 - b2**t)) + config["epsilon"]
        )

    return elementwise(move, w, config["m"], config["v"]), config


def minibatches(num_examples, batch_size, seed):
    rest = list(range(num_examples))
    random.Random(seed).shuffle(rest)
    batches = []
    while rest:
        batches.append(np.array(rest[:batch_size]))
        rest = rest[batch_size:]
    return batches


def proximal_l1(w, learning_rate, lam):
    t = learning_rate * lam
    return elementwise(lambda a: a - t if a > t else a + t if a < -t else 0.0, w)
