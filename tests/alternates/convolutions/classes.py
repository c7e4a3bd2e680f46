"""Layers as classes, instances as caches, an exception of one's own, dictionaries as caches."""

from dataclasses import dataclass
from functools import reduce

import numpy as np


class DoesNotFit(ValueError):
    pass


def output_size(size, kernel, stride=1, padding="valid"):
    if size < 1:
        raise DoesNotFit(f"{size} pixels")
    match padding:
        case "same":
            return int(np.ceil(size / stride))
        case "valid":
            return output_size(size, kernel, stride, 0)
        case pad:
            places = list(range(0, size + 2 * pad - kernel + 1, stride))
            if not places:
                raise DoesNotFit("the kernel is larger")
            return len(places)


@dataclass
class Window:
    """Slices of one window after the other."""

    height: int
    width: int
    stride: int

    def over(self, x):
        for i in range(output_size(x.shape[2], self.height, self.stride)):
            for j in range(output_size(x.shape[3], self.width, self.stride)):
                top, left = i * self.stride, j * self.stride
                yield i, j, np.s_[:, :, top : top + self.height, left : left + self.width]

    def shape(self, x):
        return (
            output_size(x.shape[2], self.height, self.stride),
            output_size(x.shape[3], self.width, self.stride),
        )


class Layer:
    def __init__(self, x, w, b, stride, pad):
        self.x = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], constant_values=0)
        self.w, self.b, self.pad = w, b, pad
        self.window = Window(*w.shape[2:], stride)

    def forward(self):
        out = np.zeros((len(self.x), len(self.w), *self.window.shape(self.x)))
        for i, j, where in self.window.over(self.x):
            for f, kernel in enumerate(self.w):
                out[:, f, i, j] = (self.x[where] * kernel).sum(axis=(1, 2, 3)) + self.b[f]
        return out

    def backward(self, dout):
        dx, dw = np.zeros_like(self.x), np.zeros_like(self.w)
        for i, j, where in self.window.over(self.x):
            for f, kernel in enumerate(self.w):
                d = dout[:, f, i, j][:, None, None, None]
                dx[where] += d * kernel
                dw[f] += (d * self.x[where]).sum(axis=0)
        if self.pad:
            dx = dx[:, :, self.pad : -self.pad, self.pad : -self.pad]
        return dx, dw, np.array([dout[:, f].sum() for f in range(len(self.w))])


def conv_forward(x, w, b, conv_param):
    layer = Layer(x, w, b, **conv_param)
    return layer.forward(), layer


def conv_backward(dout, cache):
    return cache.backward(dout)


def correlate2d(image, kernel):
    return Layer(image[None, None], kernel[None, None], [0.0], 1, 0).forward()[0, 0]


def convolve2d(image, kernel):
    return correlate2d(image, np.flip(kernel))


class Sobel:
    smooth = np.array([[1.0], [2.0], [1.0]])
    change = np.array([[-1.0, 0.0, 1.0]])

    def __call__(self, image):
        gx = correlate2d(correlate2d(image, self.smooth), self.change)
        gy = correlate2d(correlate2d(image, self.smooth.T), self.change.T)
        return abs(gx + 1j * gy)


sobel_edges = Sobel()


def high_pass(image, cutoff):
    frequencies = [np.fft.fftfreq(n, d=1.0 / n) for n in image.shape]
    distance = np.linalg.norm(np.stack(np.meshgrid(*frequencies, indexing="ij")), axis=0)
    slow = np.where(distance <= cutoff, np.fft.fft2(image), 0)
    return image - np.fft.ifft2(slow).real


def conv_matrix(kernel, height, width):
    pixels = np.eye(height * width).reshape(-1, 1, height, width)
    columns = Layer(pixels, kernel[None, None], [0.0], 1, 0).forward()
    return columns.reshape(height * width, -1).T


class Pool:
    def __init__(self, x, pool_param):
        self.x = x
        self.window = Window(
            pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
        )

    def forward(self):
        out = np.zeros((*self.x.shape[:2], *self.window.shape(self.x)))
        for i, j, where in self.window.over(self.x):
            out[:, :, i, j] = self.summary(self.x[where])
        return out

    def backward(self, dout):
        dx = np.zeros(self.x.shape)
        for i, j, where in self.window.over(self.x):
            dx[where] += self.share(self.x[where]) * dout[:, :, i : i + 1, j : j + 1]
        return dx


class MaxPool(Pool):
    def summary(self, pixels):
        return pixels.max(axis=(-1, -2))

    def share(self, pixels):
        return pixels == pixels.max(axis=(-1, -2), keepdims=True)


class AvgPool(Pool):
    def summary(self, pixels):
        return pixels.mean(axis=(-1, -2))

    def share(self, pixels):
        return 1 / (self.window.height * self.window.width)


def max_pool_forward(x, pool_param):
    pool = MaxPool(x, pool_param)
    return pool.forward(), {"layer": pool}


def avg_pool_forward(x, pool_param):
    pool = AvgPool(x, pool_param)
    return pool.forward(), {"layer": pool}


def max_pool_backward(dout, cache):
    return cache["layer"].backward(dout)


avg_pool_backward = max_pool_backward


def receptive_field(layers):
    def deeper(state, layer):
        field, jump = state
        return field + (layer[0] - 1) * jump, jump * layer[1]

    return reduce(deeper, layers, (1, 1))[0]
