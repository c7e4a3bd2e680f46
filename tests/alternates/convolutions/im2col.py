"""Columns and matrix products; index arrays made once; everything through one layer."""

import numpy as np


def output_size(size, kernel, stride=1, padding="valid"):
    if size < 1 or kernel < 1 or stride < 1:
        raise ValueError("sizes are positive")
    if padding == "same":
        return (size + stride - 1) // stride
    pad = {"valid": 0}.get(padding, padding)
    if size + 2 * pad < kernel:
        raise ValueError("too large a kernel")
    return np.int64((size + 2 * pad - kernel) / stride) + 1


def indices(height, width, kh, kw, stride):
    """Rows and columns of the pixels under each window: both (kh * kw, places)."""
    i0, j0 = np.repeat(np.arange(kh), kw), np.tile(np.arange(kw), kh)
    i1 = stride * np.arange((height - kh) // stride + 1)
    j1 = stride * np.arange((width - kw) // stride + 1)
    return (
        i0[:, None] + np.repeat(i1, len(j1)),
        j0[:, None] + np.tile(j1, len(i1)),
        (len(i1), len(j1)),
    )


def im2col(x, kh, kw, stride):
    i, j, shape = indices(*x.shape[2:], kh, kw, stride)
    return x[:, :, i, j], shape  # (N, C, kh * kw, places)


def col2im(columns, shape, kh, kw, stride):
    i, j, _ = indices(*shape[2:], kh, kw, stride)
    x = np.zeros(shape)
    np.add.at(x, (slice(None), slice(None), i, j), columns)
    return x


def conv_forward(x, w, b, conv_param):
    s, pad = conv_param["stride"], conv_param["pad"]
    n, c, h, width = x.shape
    padded = np.zeros((n, c, h + 2 * pad, width + 2 * pad), x.dtype)
    padded[:, :, pad : pad + h, pad : pad + width] = x
    columns, shape = im2col(padded, *w.shape[2:], s)
    matrix = columns.reshape(n, -1, columns.shape[-1])
    out = w.reshape(len(w), -1) @ matrix + b.reshape(-1, 1)
    return out.reshape(n, len(w), *shape), [matrix, w, x.shape, padded.shape, conv_param]


def conv_backward(dout, cache):
    matrix, w, shape, padded_shape, conv_param = cache
    pad = conv_param["pad"]
    d = dout.reshape(*dout.shape[:2], -1)
    dw = sum(di @ mi.T for di, mi in zip(d, matrix)).reshape(w.shape)
    dcolumns = w.reshape(len(w), -1).T @ d
    dcolumns = dcolumns.reshape(shape[0], shape[1], -1, d.shape[-1])
    dpadded = col2im(dcolumns, padded_shape, *w.shape[2:], conv_param["stride"])
    return dpadded[:, :, pad : pad + shape[2], pad : pad + shape[3]], dw, d.sum(axis=2).sum(axis=0)


def correlate2d(image, kernel):
    if any(np.array(kernel.shape) > np.array(image.shape)):
        raise ValueError(f"{kernel.shape} does not fit into {image.shape}")
    return conv_forward(
        image[None, None], kernel[None, None], np.zeros(1), {"stride": 1, "pad": 0}
    )[0][0, 0]


def convolve2d(image, kernel):
    return correlate2d(image, np.rot90(kernel, 2))


def sobel_edges(image):
    kernels = np.array([[[1, 2, 1], [0, 0, 0], [-1, -2, -1]], [[1, 0, -1], [2, 0, -2], [1, 0, -1]]])
    out, _ = conv_forward(image[None, None], kernels[:, None], np.zeros(2), {"stride": 1, "pad": 0})
    return np.linalg.norm(out[0], axis=0)


def high_pass(image, cutoff):
    h, w = image.shape
    spectrum = np.fft.fftshift(np.fft.fft2(image))
    v, u = np.ogrid[-(h // 2) : h - h // 2, -(w // 2) : w - w // 2]
    return np.fft.ifft2(np.fft.ifftshift(spectrum * (v**2 + u**2 > cutoff**2))).real


def conv_matrix(kernel, height, width):
    i, j, _ = indices(height, width, *kernel.shape, 1)
    matrix = np.zeros((i.shape[1], height * width))
    matrix[np.arange(i.shape[1]), i * width + j] = kernel.reshape(-1, 1)
    return matrix


def max_pool_forward(x, pool_param):
    size = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    columns, shape = im2col(x, *size)
    best = columns.argmax(axis=2, keepdims=True)
    out = np.take_along_axis(columns, best, axis=2)
    return out.reshape(*x.shape[:2], *shape), (columns.shape, best, x.shape, size)


def max_pool_backward(dout, cache):
    columns_shape, best, shape, size = cache
    columns = np.zeros(columns_shape)
    np.put_along_axis(columns, best, dout.reshape(best.shape), axis=2)
    return col2im(columns, shape, *size)


def avg_pool_forward(x, pool_param):
    size = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    columns, shape = im2col(x, *size)
    return np.average(columns, axis=2).reshape(*x.shape[:2], *shape), (columns.shape, x.shape, size)


def avg_pool_backward(dout, cache):
    columns_shape, shape, size = cache
    d = dout.reshape(*dout.shape[:2], 1, -1) / columns_shape[2]
    return col2im(np.broadcast_to(d, columns_shape), shape, *size)


def receptive_field(layers):
    kernels = np.array([k for k, _ in layers], dtype=int)
    strides = np.array([1] + [s for _, s in layers], dtype=int)
    return 1 + ((kernels - 1) * np.cumprod(strides)[: len(kernels)]).sum()
