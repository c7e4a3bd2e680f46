"""What is right in the regularization assignment, by other formulas than a solution uses.

Gradients of batch normalisation are complex-step derivatives of its definition, exact to the last
digits and free of algebra. Early stopping looks at ever longer beginnings of the losses.
"""

import numpy as np


def draw(rng, *shape):
    """Multiples of 1/16, of order 1, none of them 0."""
    x = np.round(16 * rng.standard_normal(shape)) / 16
    return np.where(x == 0, 0.5, x)


# --- batch normalisation; gamma and beta have the shape of x without ``axes``, which hold 1 ---

PLACES = (0, 2, 3)  # the axes that belong to one channel of (N, C, H, W)


def batchnorm(x, gamma, beta, eps, axes):
    """From sums of powers; takes complex numbers, for complex-step derivatives."""
    count = np.prod([x.shape[axis] for axis in axes])
    mean = x.sum(axis=axes, keepdims=True) / count
    centred = x - mean
    var = (centred * centred).sum(axis=axes, keepdims=True) / count
    return gamma * centred * (var + eps) ** -0.5 + beta


STEP = 1e-30  # a complex step has no cancellation, and can be as small as that


def batchnorm_gradients(x, gamma, beta, eps, dout, axes):
    """dx, dgamma, dbeta by complex steps, all entries at once."""

    def derivative(value, shape, function):
        size = int(np.prod(shape))
        steps = value + 1j * STEP * np.eye(size).reshape(size, *shape)
        return ((function(steps).imag / STEP) * dout).reshape(size, -1).sum(axis=1).reshape(shape)

    moved = tuple(axis + 1 for axis in axes)
    return (
        derivative(x, x.shape, lambda z: batchnorm(z, gamma, beta, eps, moved)),
        derivative(gamma, gamma.shape, lambda z: batchnorm(x[None], z[:, None], beta, eps, moved)),
        derivative(beta, beta.shape, lambda z: batchnorm(x[None], gamma, z[:, None], eps, moved)),
    )


def draw_batch(rng, n, d):
    """Columns with means of their own and spreads of 2 or more, gamma and beta: (N, D), (D,)."""
    ladder = np.arange(n)[:, None] * 5.0 / (n - 1)  # a column's spread is never small
    x = rng.permuted(np.broadcast_to(ladder, (n, d)), axis=0) + draw(rng, n, d) / 4 + draw(rng, d)
    return np.round(16 * x) / 16, 1 + np.abs(draw(rng, d)), draw(rng, d)


def rows_of(x):
    """(N, C, H, W) as (N * H * W, C): each place of each image is an example."""
    return np.moveaxis(x, 1, 3).reshape(-1, x.shape[1])


def images_of(rows, shape):
    """Back to (N, C, H, W)."""
    n, c, h, w = shape
    return np.moveaxis(rows.reshape(n, h, w, c), 3, 1)


def wide(values):
    """(C,) against (N, C, H, W)."""
    return values[:, None, None]


# --- random_crop ---


def crops(images, pad, mode="constant"):
    """What each place gives: ((2 * pad + 1)^2, N, C, H, W)."""
    padded = np.pad(images, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode)
    views = np.lib.stride_tricks.sliding_window_view(padded, images.shape[2:], axis=(2, 3))
    return np.moveaxis(views, (2, 3), (0, 1)).reshape(-1, *images.shape)


# --- early stopping ---


def best_epoch(losses, patience):
    """Looks at ever longer beginnings until the last ``patience`` losses of one are no better."""
    for seen in range(1, len(losses) + 1):
        start = max(0, seen - patience)
        earlier, recent = losses[:start], losses[start:seen]
        if earlier and not any(loss < np.nanmin(earlier) for loss in recent):
            return earlier.index(np.nanmin(earlier))
    return losses.index(np.nanmin(losses))


def stop_without_reset(losses, patience):
    """The mistake of counting all epochs without progress, in a row or not."""
    best = waited = 0
    for epoch in range(1, len(losses)):
        if losses[epoch] < losses[best]:
            best = epoch
        else:
            waited += 1
        if waited >= patience:
            break
    return best


def stop_against_the_epoch_before(losses, patience):
    """The mistake of comparing with the epoch before, not with the best one."""
    waited = 0
    for epoch in range(1, len(losses)):
        waited = 0 if losses[epoch] < losses[epoch - 1] else waited + 1
        if waited >= patience:
            return losses[: epoch + 1].index(min(losses[: epoch + 1]))
    return losses.index(min(losses))
