"""32-bit floats throughout, and random numbers of that kind too."""

import numpy as np

F = np.float32


def xavier_init(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out), dtype=F) * F((2 / (fan_in + fan_out)) ** 0.5)


def he_init(fan_in, fan_out, rng):
    return (rng.standard_normal((fan_out, fan_in), dtype=F) * F((2 / fan_in) ** 0.5)).T


def leaky_relu_forward(x, slope=0.01):
    x = x.astype(F)
    return np.maximum(x, F(slope) * x), (x > 0, F(slope))


def leaky_relu_backward(dout, cache):
    positive, slope = cache
    dout = dout.astype(F)
    return dout * positive + slope * dout * ~positive


def batchnorm_forward(x, gamma, beta, bn_param):
    x, gamma, beta = x.astype(F), gamma.astype(F), beta.astype(F)
    mean, var = (bn_param[k].astype(F) for k in ("running_mean", "running_var"))
    if bn_param["mode"] == "train":
        m = F(bn_param["momentum"])
        batch_mean = x.mean(0)
        batch_var = ((x - batch_mean) ** 2).mean(0)
        bn_param.update(
            running_mean=m * mean + (1 - m) * batch_mean, running_var=m * var + (1 - m) * batch_var
        )
        mean, var = batch_mean, batch_var
    inverse = 1 / np.sqrt(var + F(bn_param["eps"]))
    return (x - mean) * inverse * gamma + beta, [x - mean, inverse, gamma]


def batchnorm_backward(dout, cache):
    centred, inverse, gamma = cache
    dout = dout.astype(F)
    n = F(len(dout))
    normalised = centred * inverse
    dgamma, dbeta = (dout * normalised).sum(0), dout.sum(0)
    return gamma * inverse * (dout - dbeta / n - normalised * dgamma / n), dgamma, dbeta


def rows(x):
    return np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])


def images(flat, shape):
    return np.moveaxis(flat.reshape(shape[0], *shape[2:], shape[1]), -1, 1)


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    out, cache = batchnorm_forward(rows(x), gamma, beta, bn_param)
    return images(out, x.shape), cache


def spatial_batchnorm_backward(dout, cache):
    dx, dgamma, dbeta = batchnorm_backward(rows(dout), cache)
    return images(dx, dout.shape), dgamma, dbeta


def dropout_forward(x, dropout_param):
    x = x.astype(F)
    if dropout_param["mode"] == "test":
        return x, F(1)
    seed = dropout_param.get("seed")
    keep = F(1 - dropout_param["p"])
    factor = np.random.default_rng(seed).random(x.shape, dtype=F) < keep
    factor = factor.astype(F) / keep
    return x * factor, factor


def dropout_backward(dout, cache):
    return dout.astype(F) * cache


def l1_penalty(w, lam):
    w = w.astype(F)
    return F(lam) * np.linalg.norm(w.ravel(), 1), F(lam) * np.sign(w)


def l2_penalty(w, lam):
    w = w.astype(F)
    return F(lam) * np.einsum("i,i", w.ravel(), w.ravel()), F(2 * lam) * w


def random_flip(images, rng, p=0.5):
    n, _, _, w = images.shape
    forwards = np.arange(w)
    columns = np.where(rng.random(n)[:, None] < p, forwards[::-1], forwards)  # (N, W)
    return np.take_along_axis(images, columns[:, None, None, :], axis=3)


def random_crop(images, rng, pad):
    n, c, h, w = images.shape
    padded = np.pad(images, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    views = np.lib.stride_tricks.sliding_window_view(padded, (h, w), axis=(2, 3))
    top, left = rng.integers(0, 2 * pad, n, endpoint=True), rng.choice(2 * pad + 1, n)
    return views[np.arange(n), :, top, left]


def early_stopping_epoch(val_losses, patience):
    losses = np.nan_to_num(np.asarray(val_losses, dtype=float), nan=np.inf)
    running = np.minimum.accumulate(losses)
    if losses.size == 0:
        raise ValueError("empty")
    progress = np.flatnonzero(np.r_[True, running[1:] < running[:-1]])
    ends = np.r_[progress[1:], losses.size + patience]
    return progress[np.flatnonzero(ends - progress > patience)[0]]


def ensemble_average(probs):
    return np.einsum("mnc->nc", probs.astype(F)) / F(len(probs))
