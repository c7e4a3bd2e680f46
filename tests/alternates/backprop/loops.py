"""Plain Python: loops over examples and units, lists, Booleans for bits."""

import math

import numpy as np


def perceptron(x, w, b):
    total = b
    for xi, wi in zip(x, w):
        total += xi * wi
    return bool(total > 0)


def nand(a, b):
    return not (a and b)


def xor(a, b):
    return nand(nand(a, nand(a, b)), nand(b, nand(a, b)))


def half_adder(a, b):
    return xor(a, b), not nand(a, b)


def _sigmoid(z):
    if z < 0:
        return math.exp(z) / (1 + math.exp(z))
    return 1 / (1 + math.exp(-z))


def sigmoid(z):
    return np.array([_sigmoid(v) for v in z.ravel().tolist()]).reshape(z.shape)


def sigmoid_forward(x):
    return sigmoid(x), {"x": x}


def sigmoid_backward(dout, cache):
    s = sigmoid(cache["x"])
    return dout * s * (1 - s)


def relu_forward(x):
    return np.array([max(v, 0.0) for v in x.ravel().tolist()]).reshape(x.shape), [x.copy()]


def relu_backward(dout, cache):
    dx = dout.copy()
    for index, value in np.ndenumerate(cache[0]):
        if value <= 0:
            dx[index] = 0
    return dx


def affine_forward(x, w, b):
    n, m = x.shape[0], w.shape[1]
    flat = x.reshape(n, -1)
    out = [[sum(flat[i] * w[:, j]) + b[j] for j in range(m)] for i in range(n)]
    return np.array(out), (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    n, d = x.shape[0], w.shape[0]
    flat = x.reshape(n, -1)
    dx, dw, db = np.zeros((n, d)), np.zeros(w.shape), [0.0] * len(b)
    for i in range(n):
        for j in range(len(b)):
            db[j] += dout[i, j]
            for k in range(d):
                dx[i, k] += dout[i, j] * w[k, j]
                dw[k, j] += dout[i, j] * flat[i, k]
    return dx.reshape(x.shape), dw, np.array(db)


def numerical_gradient(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        ix = it.multi_index
        old = x[ix]
        x[ix] = old + h
        plus = f(x)
        x[ix] = old - h
        minus = f(x)
        x[ix] = old
        gradient[ix] = (plus - minus) / (2 * h)
        it.iternext()
    return gradient


def mlp_forward(X, params):
    h = X
    depth = len(params) // 2
    for i in range(depth):
        h, _ = affine_forward(h, params["W%d" % (i + 1)], params["b%d" % (i + 1)])
        if i + 1 < depth:
            h = sigmoid(h)
    return h


def mlp_loss(X, y, params, reg=0.0):
    depth = len(params) // 2
    layers = [X]
    for i in range(1, depth + 1):
        z = affine_forward(layers[-1], params[f"W{i}"], params[f"b{i}"])[0]
        layers.append(sigmoid(z) if i < depth else z)
    loss, dz = 0.0, []
    for row, label in zip(layers[-1].tolist(), y.tolist()):
        top = max(row)
        total = sum(math.exp(v - top) for v in row)
        loss += (top + math.log(total) - row[label]) / len(y)
        dz.append([(math.exp(v - top) / total - (j == label)) / len(y) for j, v in enumerate(row)])
    dz, grads = np.array(dz), {}
    for i in range(depth, 0, -1):
        W = params[f"W{i}"]
        loss += reg * float((W * W).sum())
        dh, dw, grads[f"b{i}"] = affine_backward(dz, (layers[i - 1], W, params[f"b{i}"]))
        grads[f"W{i}"] = dw + 2 * reg * W
        if i > 1:
            dz = dh * layers[i - 1] * (1 - layers[i - 1])
    return loss, grads
