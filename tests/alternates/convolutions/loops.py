"""Plain Python: a loop for every index, lists, Python numbers, caches of tuples."""

import math

import numpy as np


def output_size(size, kernel, stride=1, padding="valid"):
    if size < 1:
        raise ValueError("no pixels")
    if padding == "same":
        return math.ceil(size / stride)
    if padding == "valid":
        padding = 0
    count, start = 0, -padding
    while start + kernel <= size + padding:
        count, start = count + 1, start + stride
    if not count:
        raise ValueError("the kernel does not fit")
    return count


def correlate2d(image, kernel):
    out = []
    for i in range(output_size(len(image), len(kernel))):
        row = []
        for j in range(output_size(len(image[0]), len(kernel[0]))):
            total = 0.0
            for p in range(len(kernel)):
                for q in range(len(kernel[0])):
                    total += float(image[i + p][j + q]) * float(kernel[p][q])
            row.append(total)
        out.append(row)
    return out


def convolve2d(image, kernel):
    return correlate2d(image, [list(reversed(row)) for row in reversed(kernel.tolist())])


def sobel_edges(image):
    gx = correlate2d(image, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    gy = correlate2d(image, [[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
    return [[math.hypot(a, b) for a, b in zip(*rows)] for rows in zip(gx, gy)]


def high_pass(image, cutoff):
    spectrum = np.fft.fft2(image)
    height, width = spectrum.shape
    for v in range(height):
        for u in range(width):
            fy, fx = min(v, height - v), min(u, width - u)
            if math.sqrt(fy * fy + fx * fx) <= cutoff:
                spectrum[v, u] = 0
    return np.real(np.fft.ifft2(spectrum))


def conv_matrix(kernel, height, width):
    kh, kw = kernel.shape
    rows = []
    for i in range(height - kh + 1):
        for j in range(width - kw + 1):
            row = [0] * (height * width)
            for p in range(kh):
                for q in range(kw):
                    row[(i + p) * width + j + q] = kernel[p, q]
            rows.append(row)
    return np.array(rows)


def conv_forward(x, w, b, conv_param):
    s, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    out_h, out_w = output_size(H, HH, s, pad), output_size(W, WW, s, pad)
    out = np.zeros((N, F, out_h, out_w))
    for n in range(N):
        for f in range(F):
            for i in range(out_h):
                for j in range(out_w):
                    total = b[f]
                    for p in range(HH):
                        for q in range(WW):
                            r, c = i * s + p - pad, j * s + q - pad
                            if 0 <= r < H and 0 <= c < W:
                                for k in range(C):
                                    total += x[n, k, r, c] * w[f, k, p, q]
                    out[n, f, i, j] = total
    return out, (x, w, b, conv_param)


def conv_backward(dout, cache):
    x, w, _, conv_param = cache
    s, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), [0.0] * F
    for n in range(N):
        for f in range(F):
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    d = dout[n, f, i, j]
                    db[f] += d
                    for p in range(HH):
                        for q in range(WW):
                            r, c = i * s + p - pad, j * s + q - pad
                            if 0 <= r < H and 0 <= c < W:
                                for k in range(C):
                                    dx[n, k, r, c] += d * w[f, k, p, q]
                                    dw[f, k, p, q] += d * x[n, k, r, c]
    return dx, dw, db


def places(x, pool_param):
    height, width, s = (pool_param[k] for k in ("pool_height", "pool_width", "stride"))
    for i in range((x.shape[2] - height) // s + 1):
        for j in range((x.shape[3] - width) // s + 1):
            yield i, j, range(i * s, i * s + height), range(j * s, j * s + width)


def max_pool_forward(x, pool_param):
    out, best = {}, {}
    for i, j, rows, columns in places(x, pool_param):
        for n in range(x.shape[0]):
            for c in range(x.shape[1]):
                top = None
                for r in rows:
                    for k in columns:
                        if top is None or x[n, c, r, k] > top:
                            top, best[n, c, i, j] = x[n, c, r, k], (n, c, r, k)
                out[n, c, i, j] = top
    array = np.empty([m + 1 for m in max(out)])
    for place, value in out.items():
        array[place] = value
    return array, (x.shape, best)


def max_pool_backward(dout, cache):
    shape, best = cache
    dx = np.zeros(shape)
    for place, pixel in best.items():
        dx[pixel] += dout[place]
    return dx


def avg_pool_forward(x, pool_param):
    out = np.zeros(
        [
            m + 1
            for m in max(
                (*[k - 1 for k in x.shape[:2]], i, j) for i, j, *_ in places(x, pool_param)
            )
        ]
    )
    for i, j, rows, columns in places(x, pool_param):
        for r in rows:
            for k in columns:
                out[:, :, i, j] += x[:, :, r, k] / (len(rows) * len(columns))
    return out, {"like": x, "param": pool_param}


def avg_pool_backward(dout, cache):
    dx = np.zeros_like(cache["like"])
    for i, j, rows, columns in places(dx, cache["param"]):
        for r in rows:
            for k in columns:
                dx[:, :, r, k] += dout[:, :, i, j] / (len(rows) * len(columns))
    return dx


def receptive_field(layers):
    pixels = 1
    for kernel, stride in layers[::-1]:
        pixels = (pixels - 1) * stride + kernel
    return pixels
