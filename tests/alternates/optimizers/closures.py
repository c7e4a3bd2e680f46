"""Rules made by functions; the history of all gradients is kept instead of running sums."""

import numpy as np


def with_history(step, **defaults):
    """A rule from ``step(settings, gradients)``, which sees every gradient so far."""

    def rule(w, dw, config=None):
        config = {**defaults, **(config or {})}
        config["history"] = [*config.get("history", []), dw]
        return w + step(config, config["history"]), config

    return rule


def _fading(history, decay):
    return sum(decay**age * g for age, g in enumerate(reversed(history)))


def _velocity(c, history):
    inherited = c.get("velocity", 0.0) * c["momentum"] ** len(history)
    return inherited - c["learning_rate"] * _fading(history, c["momentum"])


def _momentum(c, history):
    return _velocity(c, history)


def _nesterov(c, history):
    before = _velocity(c, history[:-1]) if history[:-1] else c.get("velocity", 0.0)
    return -c["momentum"] * before + (1 + c["momentum"]) * _velocity(c, history)


def _scaled(c, history, square):
    return -c["learning_rate"] * history[-1] / (np.sqrt(square) + c["epsilon"])


def _adagrad(c, history):
    return _scaled(c, history, c.get("cache", 0.0) + sum(g**2 for g in history))


def _rmsprop(c, history):
    rho = c["decay_rate"]
    square = rho ** len(history) * c.get("cache", 0.0)
    return _scaled(c, history, square + (1 - rho) * _fading([g**2 for g in history], rho))


def _adam(c, history):
    t = c.get("t", 0) + len(history)

    def average(name, values, beta):
        old = beta ** len(values) * c.get(name, 0.0)
        return (old + (1 - beta) * _fading(values, beta)) / (1 - beta**t)

    m_hat = average("m", history, c["beta1"])
    v_hat = average("v", [g**2 for g in history], c["beta2"])
    return -c["learning_rate"] * m_hat / (np.sqrt(v_hat) + c["epsilon"])


sgd = with_history(lambda c, history: -c["learning_rate"] * history[-1], learning_rate=1e-2)
sgd_momentum = with_history(_momentum, learning_rate=1e-2, momentum=0.9)
nesterov_momentum = with_history(_nesterov, learning_rate=1e-2, momentum=0.9)
adagrad = with_history(_adagrad, learning_rate=1e-2, epsilon=1e-8)
rmsprop = with_history(_rmsprop, learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8)
adam = with_history(_adam, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8)


def minibatches(num_examples, batch_size, seed):
    def cut(order):
        if len(order) <= batch_size:
            return [order] if len(order) else []
        return [order[:batch_size], *cut(order[batch_size:])]

    return tuple(cut(np.random.RandomState(seed).permutation(num_examples)))


def proximal_l1(w, learning_rate, lam):
    return np.vectorize(lambda a: np.copysign(max(abs(a) - learning_rate * lam, 0.0), a) + 0.0)(w)
