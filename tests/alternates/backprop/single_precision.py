"""32-bit floats everywhere but in the numerical gradient."""

import numpy as np

f4 = np.float32


def perceptron(x, w, b):
    return np.uint8(f4(x) @ f4(w) + f4(b) > 0)


def nand(a, b):
    return np.int8(1 - a * b)


def xor(a, b):
    n = nand(a, b)
    return nand(nand(a, n), nand(b, n))


def half_adder(a, b):
    return (xor(a, b), np.int8(1) - nand(a, b))


def sigmoid(z):
    z = f4(z)
    return f4(0.5) * (np.tanh(z * f4(0.5)) + f4(1))


def sigmoid_forward(x):
    return sigmoid(x), np.cosh(f4(x) / 2)


def sigmoid_backward(dout, cache):
    return f4(dout) / (4 * cache * cache)


def relu_forward(x):
    return np.clip(f4(x), 0, None), np.signbit(-x)


def relu_backward(dout, cache):
    dx = f4(dout)
    dx[~cache] = 0
    return dx


def affine_forward(x, w, b):
    x, w = f4(x), f4(w)
    return np.tensordot(x.reshape(len(x), -1), w, 1) + f4(b), (x, w)


def affine_backward(dout, cache):
    x, w = cache
    dout = f4(dout)
    return (w @ dout.T).T.reshape(x.shape), (dout.T @ x.reshape(len(x), -1)).T, dout.sum(axis=0)


def numerical_gradient(f, x, h=1e-5):
    g = np.empty(x.shape)
    for i in range(x.size):
        up, down = x.copy(), x.copy()
        up.flat[i] += h
        down.flat[i] -= h
        g.flat[i] = (f(up) - f(down)) / (up.flat[i] - down.flat[i])
    return g


def mlp_forward(X, params):
    *hidden, last = range(1, len(params) // 2 + 1)
    for i in hidden:
        X = sigmoid(affine_forward(X, params[f"W{i}"], params[f"b{i}"])[0])
    return affine_forward(X, params[f"W{last}"], params[f"b{last}"])[0]


def mlp_loss(X, y, params, reg=0.0):
    L = len(params) // 2
    caches, h = [], X
    for i in range(1, L + 1):
        h, cache = affine_forward(h, params[f"W{i}"], params[f"b{i}"])
        caches.append(cache)
        if i < L:
            h, cache = sigmoid_forward(h)
            caches.append(cache)
    rows = range(len(y))
    h = h - h.max(1, keepdims=True)
    p = np.exp(h)
    p /= p.sum(1, keepdims=True)
    loss = -np.log(p[rows, y]).mean()
    d = p
    d[rows, y] -= 1
    d /= f4(len(y))
    grads = {}
    for i in reversed(range(1, L + 1)):
        if i < L:
            d = sigmoid_backward(d, caches.pop())
        d, grads[f"W{i}"], grads[f"b{i}"] = affine_backward(d, caches.pop())
        grads[f"W{i}"] += f4(2 * reg) * f4(params[f"W{i}"])
        loss += f4(reg) * np.square(f4(params[f"W{i}"])).sum()
    return loss, grads
