"""A cache is a function that knows the way back."""

import numpy as np


def perceptron(x, w, b):
    return 1 if np.inner(x, w) > -b else 0


def nand(a, b):
    return perceptron((a, b), (-2, -2), 3)


def xor(a, b):
    return int(a != b)


def half_adder(a, b):
    total = a + b
    return total % 2, total // 2


def sigmoid(z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def sigmoid_forward(x):
    s = sigmoid(x)
    return s, lambda dout: dout * s * (1 - s)


def relu_forward(x):
    return x * (x > 0), lambda dout: dout * (x > 0)


def affine_forward(x, w, b):
    rows = x.reshape(x.shape[0], w.shape[0])

    def back(dout):
        return (dout @ w.T).reshape(x.shape), rows.T @ dout, dout.sum(0)

    return rows @ w + b, back


def backward(dout, cache):
    return cache(dout)


sigmoid_backward = relu_backward = affine_backward = backward


def numerical_gradient(f, x, h=1e-5):
    def slope(flat_index):
        def at(offset):
            moved = x.copy()
            moved.flat[flat_index] += offset
            return float(f(moved))

        return (at(h) - at(-h)) / (2 * h)

    return np.array([slope(i) for i in range(x.size)]).reshape(x.shape)


def mlp_forward(X, params, layer=1):
    scores = X @ params[f"W{layer}"] + params[f"b{layer}"]
    if f"W{layer + 1}" not in params:
        return scores
    return mlp_forward(sigmoid(scores), params, layer + 1)


def mlp_loss(X, y, params, reg=0.0):
    def descend(h, layer):
        """Loss, gradients from this layer on, and the gradient of h."""
        W = params[f"W{layer}"]
        z, back = affine_forward(h, W, params[f"b{layer}"])
        if f"W{layer + 1}" in params:
            out, back_sigmoid = sigmoid_forward(z)
            loss, grads, dout = descend(out, layer + 1)
            dz = back_sigmoid(dout)
        else:
            z = z - z.max(axis=1, keepdims=True)
            p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
            loss, grads = -np.log(p[np.arange(len(y)), y]).mean(), {}
            dz = (p - (np.arange(p.shape[1]) == y[:, None])) / len(y)
        dh, dW, grads[f"b{layer}"] = back(dz)
        grads[f"W{layer}"] = dW + 2 * reg * W
        return loss + reg * np.linalg.norm(W) ** 2, grads, dh

    loss, grads, _ = descend(X, 1)
    return loss, grads
