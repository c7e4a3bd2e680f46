"""32-bit floats throughout, einsum on strided views."""

import numpy as np
from numpy.lib.stride_tricks import as_strided


def single(x):
    return np.ascontiguousarray(x, dtype=np.float32)


def output_size(size, kernel, stride=1, padding="valid"):
    if size <= 0:
        raise ValueError
    if padding == "same":
        padding = None
        return 1 + (size - 1) // stride
    pad = 0 if padding == "valid" else padding
    if kernel > size + 2 * pad:
        raise ValueError
    return 1 + (size + 2 * pad - kernel) // stride


def view(x, kh, kw, s):
    n, c, h, w = x.shape
    a, b, d, e = x.strides
    shape = (n, c, (h - kh) // s + 1, (w - kw) // s + 1, kh, kw)
    return as_strided(x, shape, (a, b, d * s, e * s, d, e), writeable=False)


def conv_forward(x, w, b, conv_param):
    pad = conv_param["pad"]
    padded = single(np.pad(single(x), ((0, 0), (0, 0), (pad, pad), (pad, pad))))
    w = single(w)
    views = view(padded, w.shape[2], w.shape[3], conv_param["stride"])
    out = np.einsum("ncijpq,fcpq->nfij", views, w) + single(b)[None, :, None, None]
    return out, (padded, w, dict(conv_param))


def conv_backward(dout, cache):
    padded, w, conv_param = cache
    s, pad = conv_param["stride"], conv_param["pad"]
    dout = single(dout)
    dw = np.einsum("nfij,ncijpq->fcpq", dout, view(padded, w.shape[2], w.shape[3], s))
    # dx is a full correlation of the spread-out dout with the turned kernel
    n, f, oh, ow = dout.shape
    kh, kw = w.shape[2:]
    spread = np.zeros((n, f, padded.shape[2] + kh - 1, padded.shape[3] + kw - 1), np.float32)
    spread[:, :, kh - 1 : kh - 1 + s * oh : s, kw - 1 : kw - 1 + s * ow : s] = dout
    dx = np.einsum("nfijpq,fcpq->ncij", view(spread, kh, kw, 1), w[:, :, ::-1, ::-1])
    return (
        dx[:, :, pad : dx.shape[2] - pad, pad : dx.shape[3] - pad],
        dw,
        np.einsum("nfij->f", dout),
    )


def correlate2d(image, kernel):
    for a, b in zip(image.shape, kernel.shape):
        output_size(a, b)
    views = view(single(image)[None, None], *kernel.shape, 1)[0, 0]
    return np.einsum("ijpq,pq->ij", views, single(kernel))


def convolve2d(image, kernel):
    return correlate2d(image, np.flipud(np.fliplr(kernel)))


def sobel_edges(image):
    image = single(image)
    rows = image[:-2] + 2 * image[1:-1] + image[2:]
    columns = image[:, :-2] + 2 * image[:, 1:-1] + image[:, 2:]
    gx, gy = rows[:, 2:] - rows[:, :-2], columns[2:] - columns[:-2]
    return (gx**2 + gy**2) ** 0.5


def high_pass(image, cutoff):
    spectrum = np.fft.fft2(single(image))
    grid = [np.minimum(np.arange(n), n - np.arange(n)) for n in image.shape]
    keep = grid[0][:, None] ** 2 + grid[1] ** 2 > cutoff * cutoff
    return single(np.fft.ifft2(spectrum * keep).real)


def conv_matrix(kernel, height, width):
    kh, kw = kernel.shape
    bands = []
    for row in kernel:  # one banded block for each row of the kernel
        band = np.zeros((width - kw + 1, width), np.float32)
        for q in range(kw):
            band += row[q] * np.eye(width - kw + 1, width, q, dtype=np.float32)
        bands.append(band)
    return sum(np.kron(np.eye(height - kh + 1, height, p), band) for p, band in enumerate(bands))


def pool_views(x, param):
    return view(single(x), param["pool_height"], param["pool_width"], param["stride"])


def max_pool_forward(x, pool_param):
    return pool_views(x, pool_param).max((4, 5)), (single(x), pool_param)


def max_pool_backward(dout, cache):
    x, param = cache
    top = pool_views(x, param).max((4, 5))
    dx = np.zeros_like(x)
    s = param["stride"]
    for p in range(param["pool_height"]):
        for q in range(param["pool_width"]):
            where = np.s_[:, :, p : p + s * dout.shape[2] : s, q : q + s * dout.shape[3] : s]
            dx[where] += np.where(x[where] == top, dout, 0)
    return dx


def avg_pool_forward(x, pool_param):
    views = pool_views(x, pool_param)
    return np.einsum("ncijpq->ncij", views) / (views.shape[4] * views.shape[5]), (
        x.shape,
        pool_param,
    )


def avg_pool_backward(dout, cache):
    (n, c, h, w), param = cache
    # the transpose of the pooling matrices of the two axes
    kh, kw, s = param["pool_height"], param["pool_width"], param["stride"]
    down = sum(np.eye(h)[q : q + s * dout.shape[2] : s] for q in range(kh)) / kh
    across = sum(np.eye(w)[q : q + s * dout.shape[3] : s] for q in range(kw)) / kw
    return down.T @ dout @ across


def receptive_field(layers):
    if not layers:
        return 1
    kernel, stride = layers[0]
    return kernel + (receptive_field(layers[1:]) - 1) * stride
