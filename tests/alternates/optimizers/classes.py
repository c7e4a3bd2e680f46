"""One class for every rule; its instance is the memory, and travels in config."""

import numpy as np


class Rule:
    defaults = {"learning_rate": 1e-2}

    def __init__(self, config):
        self.options = {**self.defaults, **config}
        self.state = {key: config[key] for key in ("velocity", "cache", "m", "v") if key in config}
        self.steps = config.get("t", 0)

    def memory(self, name, like):
        return self.state.get(name, np.zeros(like.shape))

    @classmethod
    def function(cls):
        def rule(w, dw, config=None):
            config = {} if config is None else dict(config)
            self = config.get("rule") or cls(config)
            config["rule"] = self
            return self.step(w, dw, **self.options), config

        return rule


class Sgd(Rule):
    def step(self, w, dw, learning_rate, **_):
        return w - learning_rate * dw


class Momentum(Rule):
    defaults = {"learning_rate": 1e-2, "momentum": 0.9}

    def push(self, dw, learning_rate, momentum):
        before = self.memory("velocity", dw)
        self.state["velocity"] = momentum * before - learning_rate * dw
        return before, self.state["velocity"]

    def step(self, w, dw, learning_rate, momentum, **_):
        return w + self.push(dw, learning_rate, momentum)[1]


class Nesterov(Momentum):
    def step(self, w, dw, learning_rate, momentum, **_):
        before, after = self.push(dw, learning_rate, momentum)
        return w - momentum * before + (1 + momentum) * after


class Adagrad(Rule):
    defaults = {"learning_rate": 1e-2, "epsilon": 1e-8}

    def step(self, w, dw, learning_rate, epsilon, **_):
        self.state["cache"] = self.memory("cache", w) + dw**2
        return w - learning_rate * dw / (np.sqrt(self.state["cache"]) + epsilon)


class Rmsprop(Rule):
    defaults = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8}

    def step(self, w, dw, learning_rate, decay_rate, epsilon, **_):
        cache = decay_rate * self.memory("cache", w) + (1 - decay_rate) * dw**2
        self.state["cache"] = cache
        return w - learning_rate * dw / (np.sqrt(cache) + epsilon)


class Adam(Rule):
    defaults = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}

    def step(self, w, dw, learning_rate, beta1, beta2, epsilon, **_):
        self.steps += 1
        for name, beta, value in (("m", beta1, dw), ("v", beta2, dw**2)):
            self.state[name] = beta * self.memory(name, w) + (1 - beta) * value
        m_hat = self.state["m"] / (1 - beta1**self.steps)
        v_hat = self.state["v"] / (1 - beta2**self.steps)
        return w - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)


sgd = Sgd.function()
sgd_momentum = Momentum.function()
nesterov_momentum = Nesterov.function()
adagrad = Adagrad.function()
rmsprop = Rmsprop.function()
adam = Adam.function()


class Batches(list):
    def __init__(self, order, size):
        super().__init__(order[i : i + size] for i in range(0, len(order), size))


def minibatches(num_examples, batch_size, seed):
    generator = np.random.Generator(np.random.Philox(seed))
    return list(Batches(generator.permutation(num_examples), batch_size))


class Shrink:
    def __init__(self, threshold):
        self.threshold = threshold

    def __call__(self, w):
        return w - np.clip(w, -self.threshold, self.threshold)


def proximal_l1(w, learning_rate, lam):
    return Shrink(learning_rate * lam)(w)
