"""Views, transposes and masked arrays; in-place work on copies; what is returned is not contiguous."""

import numpy as np


def xavier_init(fan_in, fan_out, rng):
    scale = np.sqrt(2) / np.sqrt(fan_in + fan_out)
    return rng.normal(0.0, 1.0, (fan_out, fan_in)).T * scale


def he_init(fan_in, fan_out, rng):
    return np.asfortranarray(rng.normal(0, np.sqrt(2.0 / fan_in), (fan_in, fan_out)))


def leaky_relu_forward(x, slope=0.01):
    out = x.copy()
    np.multiply(out, slope, out=out, where=out < 0)
    return out, np.sign(x) * (1 - slope) / 2 + (1 + slope) / 2


def leaky_relu_backward(dout, cache):
    return (cache.T * dout.T).T


def batchnorm_forward(x, gamma, beta, bn_param):
    out = x.T.copy()  # (D, N)
    if bn_param["mode"] == "train":
        mean, var = out.mean(axis=1), out.var(axis=1)
        keep = bn_param["momentum"]
        bn_param["running_mean"] = np.average(
            [bn_param["running_mean"], mean], axis=0, weights=[keep, 1 - keep]
        )
        bn_param["running_var"] = np.average(
            [bn_param["running_var"], var], axis=0, weights=[keep, 1 - keep]
        )
    else:
        mean, var = bn_param["running_mean"], bn_param["running_var"]
    out -= mean[:, None]
    out /= np.sqrt(var + bn_param["eps"])[:, None]
    cache = out.copy(), gamma, var + bn_param["eps"]
    out *= gamma[:, None]
    out += beta[:, None]
    return out.T, cache


def batchnorm_backward(dout, cache):
    normalised, gamma, var = cache
    d = dout.T
    n = d.shape[1]
    # the projection that removes the directions of a constant and of the normalised column
    dx = np.empty(d.shape)
    eye = np.eye(n)
    for k, row in enumerate(normalised):
        removed = np.full((n, n), 1 / n) + np.outer(row, row) / n
        dx[k] = (eye - removed) @ d[k] * gamma[k] * var[k] ** -0.5
    return dx.T, np.einsum("dn,dn->d", d, normalised), d.sum(axis=1)


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    n, c, h, w = x.shape
    out, cache = batchnorm_forward(x.swapaxes(0, 1).reshape(c, -1).T, gamma, beta, bn_param)
    return out.T.reshape(c, n, h, w).swapaxes(0, 1), cache


def spatial_batchnorm_backward(dout, cache):
    n, c, h, w = dout.shape
    dx, dgamma, dbeta = batchnorm_backward(dout.swapaxes(0, 1).reshape(c, -1).T, cache)
    return dx.T.reshape(c, n, h, w).swapaxes(0, 1), dgamma, dbeta


def dropout_forward(x, dropout_param):
    p, train = dropout_param["p"], dropout_param["mode"] == "train"
    seed = dropout_param["seed"] if "seed" in dropout_param else None
    generator = np.random.Generator(np.random.MT19937(seed))
    gone = np.zeros(x.shape, dtype=bool)
    if train:
        gone = generator.uniform(size=x.shape) < p
    kept = np.ma.masked_array(x, mask=gone).filled(0)
    return (kept / (1 - p) if train else kept), (gone, 1 - p if train else 1)


def dropout_backward(dout, cache):
    gone, keep = cache
    dx = dout.copy()
    dx[gone] = 0
    dx /= keep
    return dx


def l1_penalty(w, lam):
    return np.array(lam * np.abs(w).sum()), lam * ((w > 0) * 1.0 - (w < 0) * 1.0)


def l2_penalty(w, lam):
    return lam * np.tensordot(w, w, axes=w.ndim), 2.0 * lam * w


def random_flip(images, rng, p=0.5):
    out = images[:, :, :, ::-1].copy()
    keep = ~(rng.random(images.shape[0]) < p)
    out[keep] = images[keep]
    return out


def random_crop(images, rng, pad):
    n, _, h, w = images.shape
    result = np.zeros_like(images)
    for image, place, target in zip(images, rng.integers(-pad, pad + 1, (n, 2)), result):
        (down, across) = place
        source = image[:, max(0, down) : h + min(0, down), max(0, across) : w + min(0, across)]
        target[
            :,
            max(0, -down) : max(0, -down) + source.shape[1],
            max(0, -across) : max(0, -across) + source.shape[2],
        ] = source
    return result


def early_stopping_epoch(val_losses, patience):
    losses = list(val_losses)
    if losses == []:
        raise ValueError("val_losses is empty")
    for epoch in range(len(losses)):
        window = losses[epoch + 1 : epoch + 1 + patience]
        reached = not any(loss < losses[epoch] for loss in window)
        if reached and all(losses[epoch] < before for before in losses[:epoch] if before == before):
            return epoch
    return int(np.nanargmin(losses))


def ensemble_average(probs):
    return probs.transpose(1, 2, 0).mean(axis=-1)
