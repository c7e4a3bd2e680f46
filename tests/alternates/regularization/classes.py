"""Layers as classes with state, instances as caches, an exception of one's own."""

import numpy as np


class NoEpochs(ValueError):
    pass


class Initializer:
    def __init__(self, variance):
        self.variance = variance

    def __call__(self, fan_in, fan_out, rng):
        z = rng.standard_normal(size=fan_in * fan_out)
        return (z * np.sqrt(self.variance(fan_in, fan_out))).reshape(fan_in, fan_out)


xavier_init = Initializer(lambda n, m: 2 / (n + m))
he_init = Initializer(lambda n, m: 2 / n)


class LeakyReLU:
    def __init__(self, slope):
        self.slope = slope

    def forward(self, x):
        self.negative = x <= 0
        out = np.array(x, copy=True)
        out[self.negative] *= self.slope
        return out

    def backward(self, dout):
        return dout * np.where(self.negative, self.slope, 1)


def leaky_relu_forward(x, slope=0.01):
    layer = LeakyReLU(slope)
    return layer.forward(x), layer


def leaky_relu_backward(dout, cache):
    return cache.backward(dout)


class BatchNorm:
    """Any number of axes; the features are on axis 1."""

    def __init__(self, gamma, beta, param):
        self.gamma, self.beta, self.param = gamma, beta, param

    def spread(self, values):
        return np.reshape(values, (1, -1) + (1,) * (self.ndim - 2))

    def forward(self, x):
        self.ndim = x.ndim
        self.axes = tuple(k for k in range(x.ndim) if k != 1)
        self.n = x.size // x.shape[1]
        if self.param["mode"] == "train":
            mean, var = x.mean(self.axes), x.var(self.axes)
            for key, new in (("running_mean", mean), ("running_var", var)):
                self.param[key] *= self.param["momentum"]
                self.param[key] += (1 - self.param["momentum"]) * new
        else:
            mean, var = self.param["running_mean"], self.param["running_var"]
        self.scale = 1 / np.sqrt(var + self.param["eps"])
        self.xhat = (x - self.spread(mean)) * self.spread(self.scale)
        return self.spread(self.gamma) * self.xhat + self.spread(self.beta)

    def backward(self, dout):
        dbeta = dout.sum(self.axes)
        dgamma = np.sum(dout * self.xhat, axis=self.axes)
        dxhat = dout * self.spread(self.gamma)
        dvar = (dxhat * self.xhat).sum(self.axes) * self.scale**2 / -2
        centred = self.xhat / self.spread(self.scale)
        dmean = -dxhat.sum(self.axes) * self.scale
        dx = (
            dxhat * self.spread(self.scale)
            + self.spread(dvar) * 2 * centred / self.n
            + self.spread(dmean) / self.n
        )
        return dx, dgamma, dbeta


def batchnorm_forward(x, gamma, beta, bn_param):
    layer = BatchNorm(gamma, beta, bn_param)
    return layer.forward(x), layer


def batchnorm_backward(dout, cache):
    return cache.backward(dout)


spatial_batchnorm_forward = batchnorm_forward
spatial_batchnorm_backward = batchnorm_backward


class Dropout:
    def __init__(self, p, mode, seed=None):
        self.keep, self.active = 1 - p, mode == "train"
        self.random = np.random.RandomState(seed)

    def forward(self, x):
        if not self.active:
            return x
        self.mask = self.random.binomial(1, self.keep, size=x.shape)
        return x * self.mask / self.keep

    def backward(self, dout):
        return dout * self.mask / self.keep if self.active else dout


def dropout_forward(x, dropout_param):
    layer = Dropout(**dropout_param)
    return layer.forward(x), {"layer": layer}


def dropout_backward(dout, cache):
    return cache["layer"].backward(dout)


class Penalty:
    def __init__(self, value, slope):
        self.value, self.slope = value, slope

    def __call__(self, w, lam):
        return np.sum(lam * self.value(w)), lam * self.slope(w)


l1_penalty = Penalty(np.abs, np.sign)
l2_penalty = Penalty(np.square, lambda w: w + w)


def random_flip(images, rng, p=0.5):
    out = images.copy()
    chosen = np.flatnonzero(rng.binomial(1, p, len(images)))
    out[chosen] = np.flip(out[chosen], axis=-1)
    return out


class Cropper:
    def __init__(self, pad, rng):
        self.pad, self.rng = pad, rng

    def __call__(self, image):
        if self.pad == 0:
            return image
        c, h, w = image.shape
        canvas = np.zeros((c, h + 2 * self.pad, w + 2 * self.pad))
        canvas[:, self.pad : -self.pad, self.pad : -self.pad] = image
        place = self.rng.integers((2 * self.pad + 1) ** 2)
        i, j = divmod(int(place), 2 * self.pad + 1)
        return canvas[:, i : i + h, j : j + w]


def random_crop(images, rng, pad):
    return np.stack(list(map(Cropper(pad, rng), images)))


class Stopper:
    def __init__(self, patience):
        self.patience, self.best, self.best_epoch, self.epoch = patience, np.inf, 0, -1

    def seen(self, loss):
        self.epoch += 1
        if loss < self.best:
            self.best, self.best_epoch = loss, self.epoch
        return self.epoch - self.best_epoch < self.patience


def early_stopping_epoch(val_losses, patience):
    if not len(val_losses):
        raise NoEpochs
    stopper = Stopper(patience)
    all(stopper.seen(loss) for loss in val_losses)
    return stopper.best_epoch


def ensemble_average(probs):
    return np.average(probs, axis=0)
