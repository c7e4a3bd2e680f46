"""Convolutions by the Fourier transform, gradients as closures, layers by their matrices."""

import numpy as np


def output_size(size, kernel, stride=1, padding="valid"):
    assert stride >= 1
    if padding == "same":
        pad, kernel = 0, 1
    else:
        pad = padding if padding != "valid" else 0
    if size < 1 or size + 2 * pad < kernel:
        raise ValueError(f"cannot place {kernel} on {size}")
    return (size + 2 * pad - kernel + stride) // stride


def convolve2d(image, kernel):
    (h, w), (kh, kw) = image.shape, kernel.shape
    if kh > h or kw > w:
        raise ValueError("kernel larger than image")
    full = np.fft.irfft2(np.fft.rfft2(image) * np.fft.rfft2(kernel, s=(h, w)), s=(h, w))
    return full[kh - 1 :, kw - 1 :]


def correlate2d(image, kernel):
    return convolve2d(image, kernel[::-1, ::-1])


def sobel_edges(image):
    base = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])
    return np.sqrt(sum(convolve2d(image, k) ** 2 for k in (base, base.T)))


def high_pass(image, cutoff):
    def dft(n):
        k = np.arange(n)
        return np.exp(-2j * np.pi * np.outer(k, k) / n)

    h, w = image.shape
    spectrum = dft(h) @ image @ dft(w)
    fy = (np.arange(h) + h // 2) % h - h // 2
    fx = (np.arange(w) + w // 2) % w - w // 2
    spectrum *= np.sqrt(fy[:, None] ** 2 + fx[None, :] ** 2) > cutoff
    return (dft(h).conj() @ spectrum @ dft(w).conj()).real / (h * w)


def conv_matrix(kernel, height, width):
    kh, kw = kernel.shape
    out = (height - kh + 1, width - kw + 1)
    i, j, r, c = np.ogrid[: out[0], : out[1], :height, :width]
    p, q = r - i, c - j
    inside = (p >= 0) & (p < kh) & (q >= 0) & (q < kw)
    entries = kernel[np.clip(p, 0, kh - 1), np.clip(q, 0, kw - 1)]
    return np.where(inside, entries, 0.0).reshape(out[0] * out[1], height * width)


def taps(size, kernel, stride, pad=0):
    """0/1 array: does place i read pixel r with tap p? (places, kernel, size)."""
    i, p, r = np.ogrid[: (size + 2 * pad - kernel) // stride + 1, :kernel, :size]
    return (i * stride + p - pad == r).astype(float)


def conv_forward(x, w, b, conv_param):
    s, pad = conv_param["stride"], conv_param["pad"]
    down, across = taps(x.shape[2], w.shape[2], s, pad), taps(x.shape[3], w.shape[3], s, pad)
    columns = np.einsum("nchw,iph,jqw->ncijpq", x, down, across, optimize=True)
    out = np.einsum("ncijpq,fcpq->nfij", columns, w, optimize=True) + b[None, :, None, None]

    def backward(dout):
        dw = np.einsum("nfij,ncijpq->fcpq", dout, columns, optimize=True)
        share = np.einsum("nfij,fcpq->ncijpq", dout, w, optimize=True)
        dx = np.einsum("ncijpq,iph,jqw->nchw", share, down, across, optimize=True)
        return dx, dw, dout.sum(axis=(0, 2, 3))

    return out, backward


def conv_backward(dout, cache):
    return list(cache(dout))


def pooling(x, pool_param):
    s = pool_param["stride"]
    down = taps(x.shape[2], pool_param["pool_height"], s)
    across = taps(x.shape[3], pool_param["pool_width"], s)
    columns = np.einsum("nchw,iph,jqw->ncijpq", x, down, across, optimize=True)
    return columns, lambda d: np.einsum("ncijpq,iph,jqw->nchw", d, down, across, optimize=True)


def max_pool_forward(x, pool_param):
    columns, back = pooling(x, pool_param)
    top = columns.max(axis=(4, 5), keepdims=True)
    return top[..., 0, 0], lambda dout: back((columns == top) * dout[..., None, None])


def max_pool_backward(dout, cache):
    return cache(dout)


def avg_pool_forward(x, pool_param):
    columns, back = pooling(x, pool_param)
    part = np.full(columns.shape, 1 / np.prod(columns.shape[-2:]))
    return (columns * part).sum(axis=(4, 5)), lambda dout: back(part * dout[..., None, None])


def avg_pool_backward(dout, cache):
    return cache(dout)


def receptive_field(layers):
    if len(layers) == 0:
        return np.int64(1)
    # mark the pixels that the single last output depends on
    marks = np.ones(1, dtype=int)
    for kernel, stride in reversed(layers):
        wider = np.zeros((len(marks) - 1) * stride + kernel, dtype=int)
        for k, mark in enumerate(marks):
            wider[k * stride : k * stride + kernel] += mark
        marks = wider
    return np.flatnonzero(marks)[-1] + 1
