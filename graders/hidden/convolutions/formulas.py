"""What is right in the convolutions assignment, by other formulas than a solution uses.

Correlation is the definition entry by entry, convolution the product of Fourier transforms, the
high-pass filter the image less its slow waves. A convolutional layer is a product of four tables:
images, filters, and for rows and for columns a table that says which pixel lies under which entry
of the window at which place. So a gradient is a product, too: of that of the output with three.
"""

import math

import numpy as np


def draw(rng, *shape):
    """Multiples of 1/16, of order 1, none of them 0: sums of products are exact in 32 bits too."""
    x = np.round(16 * rng.standard_normal(shape)) / 16
    return np.where(x == 0, 0.5, x)


def draw_distinct(rng, *shape):
    """Distinct numbers 1/8 apart, all above 0: no ties."""
    size = math.prod(shape)
    return (1 + rng.permutation(size).reshape(shape)) / 8


def draw_symmetric(rng, size):
    """A square that turning, mirroring or transposing leaves as it is."""
    x = draw(rng, size, size)
    x = x + x[::-1]
    x = x + x[:, ::-1]
    return (x + x.T) / 4


def draw_turnable(rng, *shape):
    """As ``draw``, but the same after half a turn of the last two axes: no direction shows."""
    x = draw(rng, *shape)
    return np.round(8 * (x + x[..., ::-1, ::-1])) / 16


# --- one image ---


def correlation(image, kernel):
    """The definition, one output at a time."""
    (h, w), (kh, kw) = image.shape, kernel.shape
    return np.array(
        [
            [np.vdot(image[i : i + kh, j : j + kw], kernel) for j in range(w - kw + 1)]
            for i in range(h - kh + 1)
        ]
    )


def convolution(image, kernel):
    """Product of the Fourier transforms; what wraps around the border is cut off."""
    product = np.fft.fft2(image) * np.fft.fft2(kernel, image.shape)
    return np.fft.ifft2(product).real[kernel.shape[0] - 1 :, kernel.shape[1] - 1 :]


def sobel(image, middle=2):
    """gx and gy; a ``middle`` of 1 makes it Prewitt's."""
    change_x, change_y = image[:, 2:] - image[:, :-2], image[2:] - image[:-2]
    gx = change_x[:-2] + middle * change_x[1:-1] + change_x[2:]
    gy = change_y[:, :-2] + middle * change_y[:, 1:-1] + change_y[:, 2:]
    return gx, gy


def high_pass(image, cutoff, distance=math.hypot, strict=False):
    """The image less each of its slow waves, found by projection: no Fourier transform."""
    height, width = image.shape
    rows, columns = np.arange(height)[:, None], np.arange(width)
    left = image.astype(complex)
    for v in range(-((height - 1) // 2), height // 2 + 1):
        for u in range(-((width - 1) // 2), width // 2 + 1):
            far = distance(v, u)
            if far < cutoff or (far == cutoff and not strict):
                wave = np.exp(2j * np.pi * (v * rows / height + u * columns / width))
                left -= wave * np.vdot(wave, image) / image.size
    return left.real


def conv_matrix(kernel, height, width):
    """(H' W', H W): entry (i, j), (h, w) is what the kernel has over h, w at place i, j."""
    rows, columns = under(height, kernel.shape[0]), under(width, kernel.shape[1])
    matrix = np.tensordot(np.tensordot(rows, kernel, axes=(1, 0)), columns, axes=(2, 1))
    matrix = matrix.transpose(0, 2, 1, 3)  # from (i, h, j, w) to (i, j, h, w)
    return matrix.reshape(-1, height * width)


def rows_glued(kernel, height, width):
    """The mistake of a conv_matrix whose rows hold the flattened kernel in one piece."""
    out_height, out_width = height - kernel.shape[0] + 1, width - kernel.shape[1] + 1
    matrix = np.zeros((out_height * out_width, height * width))
    for row, (i, j) in enumerate(np.ndindex(out_height, out_width)):
        start = i * width + j
        piece = matrix[row, start : start + kernel.size]
        piece[:] = kernel.ravel()[: len(piece)]
    return matrix


def receptive_field(layers):
    """Walk back from one output: which interval of each layer's input does it depend on?"""
    first = last = 0
    for kernel, stride in reversed(layers):
        first, last = first * stride, last * stride + kernel - 1
    return last - first + 1


# --- layers ---


def under(size, kernel, stride=1, pad=0, border="zeros"):
    """(places, kernel, size): 1 where that pixel lies under that entry of the window there.

    Outside of the image lie zeros, or the image's "edge" or its mirror image, "reflect".
    """
    starts = np.arange(0, size + 2 * pad - kernel + 1, stride)[:, None] - pad
    pixels = starts + np.arange(kernel)  # (places, kernel)
    if border == "edge":
        pixels = pixels.clip(0, size - 1)
    if border == "reflect":
        pixels = np.minimum(abs(pixels), 2 * (size - 1) - abs(pixels))
    return (pixels[..., None] == np.arange(size)).astype(float)


def tables(x, w, stride, pad, border="zeros"):
    return [under(n, k, stride, pad, border) for n, k in zip(x.shape[2:], w.shape[2:], strict=True)]


def windows(x, rows, columns):
    """(N, C, H', HH, W', WW)."""
    return np.tensordot(np.tensordot(x, rows, axes=(2, 2)), columns, axes=(2, 2))


def conv(x, w, b, stride, pad, border="zeros"):
    """(N, F, H', W')."""
    views = windows(x, *tables(x, w, stride, pad, border))
    out = np.tensordot(views, w, axes=([1, 3, 5], [1, 2, 3]))  # (N, H', W', F)
    return out.transpose(0, 3, 1, 2) + b[:, None, None]


def conv_dx(x, w, dout, stride, pad):
    rows, columns = tables(x, w, stride, pad)
    shares = np.tensordot(dout, w, axes=(1, 0))  # (N, H', W', C, HH, WW)
    shares = np.tensordot(shares, rows, axes=([1, 4], [0, 1]))  # (N, W', C, WW, H)
    return np.tensordot(shares, columns, axes=([1, 3], [0, 1]))  # (N, C, H, W)


def conv_dw(x, w, dout, stride, pad):
    views = windows(x, *tables(x, w, stride, pad))
    return np.tensordot(dout, views, axes=([0, 2, 3], [0, 2, 4]))  # (F, C, HH, WW)


def places(x, height, width, stride):
    """Every (n, c, i, j) of a pooled output with its window, a view of x."""
    n, c, h, w = x.shape
    for i in range((h - height) // stride + 1):
        for j in range((w - width) // stride + 1):
            top, left = i * stride, j * stride
            for index in np.ndindex(n, c):
                yield (*index, i, j), x[index][top : top + height, left : left + width]


def pooled(x, summary, height, width, stride):
    shape = (x.shape[2] - height) // stride + 1, (x.shape[3] - width) // stride + 1
    out = np.zeros((*x.shape[:2], *shape))
    for place, window in places(x, height, width, stride):
        out[place] = summary(window)
    return out


def spread(x, dout, window, share, keep="+="):
    """Give each window of x ``share`` of its output's gradient.

    ``keep`` is how: "+=", or by mistake "=" for the pixels that get something, or "whole =" for all
    pixels of a window, which sets those to 0 that get nothing.
    """
    dx = np.zeros(x.shape)
    for (place, values), (_, pixels) in zip(places(x, *window), places(dx, *window), strict=True):
        part = dout[place] * share(values)
        if keep == "+=":
            pixels += part
        elif keep == "=":
            pixels[part != 0] = part[part != 0]
        else:
            pixels[...] = part
    return dx


def to_winner(window):
    return (window == window.max()).astype(float)


def in_equal_parts(window):
    return np.full(window.shape, 1 / window.size)


def to_everyone(window):
    return np.ones(window.shape)
