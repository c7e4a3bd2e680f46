"""Layers are objects, and a cache is the object itself."""

import numpy as np


class Perceptron:
    def __init__(self, w, b):
        self.w, self.b = np.asarray(w), b

    def __call__(self, *inputs):
        return np.heaviside(self.w @ np.array(inputs) + self.b, 0.0)


def perceptron(x, w, b):
    return Perceptron(w, b)(*x)


nand = Perceptron([-1.0, -1.0], 1.5)


def xor(a, b):
    return nand(nand(a, nand(a, b)), nand(nand(a, b), b))


def half_adder(a, b):
    carry = nand(nand(a, b), nand(a, b))
    return [xor(a, b), carry]


def sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


class Layer:
    @classmethod
    def forward(cls, *args):
        layer = cls()
        return layer.run(*args), layer

    @staticmethod
    def backward(dout, layer):
        return layer.back(dout)


class Sigmoid(Layer):
    def run(self, x):
        self.out = sigmoid(x)
        return self.out.copy()

    def back(self, dout):
        return dout * (self.out - self.out**2)


class Relu(Layer):
    def run(self, x):
        self.x = x
        return (x + np.abs(x)) / 2

    def back(self, dout):
        return np.where(self.x > 0, dout, 0.0)


class Affine(Layer):
    def run(self, x, w, b):
        self.shape, self.flat, self.w = x.shape, x.reshape(x.shape[0], -1), w
        return np.einsum("nd,dm->nm", self.flat, w) + b

    def back(self, dout):
        dx = np.einsum("nm,dm->nd", dout, self.w).reshape(self.shape)
        return [dx, np.einsum("nd,nm->dm", self.flat, dout), np.ones(len(dout)) @ dout]


sigmoid_forward, sigmoid_backward = Sigmoid.forward, Sigmoid.backward
relu_forward, relu_backward = Relu.forward, Relu.backward
affine_forward, affine_backward = Affine.forward, Affine.backward


def numerical_gradient(f, x, h=1e-5):
    units = np.eye(x.size).reshape(-1, *x.shape)
    slopes = [(f(x + h * e) - f(x - h * e)) / h / 2 for e in units]
    return np.reshape(slopes, x.shape)


class Network:
    def __init__(self, params):
        self.params = params
        self.depth = sum(key[0] == "W" for key in params)
        self.trail = []

    def call(self, layer, *args):
        out, instance = layer.forward(*args)
        self.trail.append(instance)
        return out

    def scores(self, h):
        for i in range(1, self.depth + 1):
            h = self.call(Affine, h, self.params[f"W{i}"], self.params[f"b{i}"])
            if i != self.depth:
                h = self.call(Sigmoid, h)
        return h

    def gradients(self, dout):
        grads, i = {}, self.depth
        for layer in reversed(self.trail):
            dout = layer.back(dout)
            if isinstance(layer, Affine):
                dout, grads[f"W{i}"], grads[f"b{i}"] = dout
                i -= 1
        return grads


def mlp_forward(X, params):
    return Network(params).scores(X)


def mlp_loss(X, y, params, reg=0.0):
    network = Network(params)
    scores = network.scores(X)
    log_probs = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    hot = np.eye(scores.shape[1])[y]
    grads = network.gradients((np.exp(log_probs) - hot) / len(X))
    loss = -np.sum(hot * log_probs) / len(X)
    for key, value in params.items():
        if key.startswith("W"):
            loss = loss + reg * np.sum(value**2)
            grads[key] = grads[key] + 2 * reg * value
    return loss, grads
