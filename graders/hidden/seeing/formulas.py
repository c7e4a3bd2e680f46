"""What is right in the seeing assignment, one number at a time."""

import numpy as np


def draw(rng, *shape):
    """Multiples of 1/16, of order 1, none of them 0: sums of products are exact in 32 bits too."""
    x = np.round(16 * rng.standard_normal(shape)) / 16
    return np.where(x == 0, 0.5, x)


def draw_positive(rng, *shape):
    return np.abs(draw(rng, *shape)) + 0.25


def saliency(gradients):
    n, _, height, width = gradients.shape
    out = np.zeros((n, height, width))
    for image, i, j in np.ndindex(out.shape):
        out[image, i, j] = max(abs(value) for value in gradients[image, :, i, j])
    return out


def unpool(x, switches, shape, add=True):
    out = np.zeros((*x.shape[:2], *shape))
    for place in np.ndindex(x.shape):
        row, column = divmod(int(switches[place]), shape[1])
        where = (*place[:2], row, column)
        out[where] = out[where] + x[place] if add else x[place]
    return out


def evidence(activations, gradients, weight=np.mean, keep=lambda x: max(x, 0.0)):
    """(N, h, w): the weighted sum of the maps, of which ``keep`` stays."""
    n, maps, height, width = activations.shape
    out = np.zeros((n, height, width))
    for image, i, j in np.ndindex(out.shape):
        alphas = [weight(gradients[image, k]) for k in range(maps)]
        out[image, i, j] = keep(float(np.dot(alphas, activations[image, :, i, j])))
    return out


def scaled(maps):
    """Each map divided by its largest number, where that is above 0."""
    return np.array([one / one.max() if one.max() > 0 else one for one in maps])


def patches(feature_map, k, kernel, stride, pad):
    places = sorted(np.ndindex(feature_map.shape), key=lambda place: -feature_map[place])[:k]
    corners = [(j * stride - pad, i * stride - pad) for i, j in places]
    return np.array([(x, y, x + kernel, y + kernel) for x, y in corners])


def variation(image):
    """The sum and its gradient, pair by pair."""
    total, grad = 0.0, np.zeros(image.shape)
    for c, i, j in np.ndindex(image.shape):
        for other in ((c, i + 1, j), (c, i, j + 1)):
            if other[1] < image.shape[1] and other[2] < image.shape[2]:
                difference = image[other] - image[c, i, j]
                total += difference**2
                grad[other] += 2 * difference
                grad[c, i, j] -= 2 * difference
    return total, grad
