"""Sequences by recursion, weights of the LSTM cut into four, sums by einsum, plain lists."""

import numpy as np


def ngram_counts(tokens, order, vocab_size):
    if order == 1:
        return np.array([np.count_nonzero(tokens == v) for v in range(vocab_size)])
    after = [tokens[1:][tokens[:-1] == v] for v in range(vocab_size)]
    if order == 2:
        return np.stack([ngram_counts(rest, 1, vocab_size) for rest in after])
    counts = np.zeros((vocab_size,) * order)
    for start in range(len(tokens) - order + 1):
        counts[tuple(tokens[start : start + order])] += 1
    return counts


def bits_per_character(tokens, counts, alpha=1.0):
    order = counts.ndim
    costs = []
    for last in range(order - 1, len(tokens)):
        row = counts[tuple(tokens[last - order + 1 : last])] + alpha
        costs.append(np.log2(row.sum()) - np.log2(row[tokens[last]]))
    return float(np.mean(costs))


def sample(logits, temperature, top_k, rng):
    def one(row):
        order = np.argsort(row)[::-1]
        kept = order if top_k is None else order[:top_k]
        p = np.exp((row[kept] - row.max()) / temperature)
        return kept[rng.multinomial(1, p / p.sum()).argmax()]

    return np.apply_along_axis(one, 1, logits)


def embedding_forward(x, W):
    return W[x.ravel()].reshape(*x.shape, -1), (x.ravel(), len(W))


def embedding_backward(dout, cache):
    tokens, size = cache
    flat = dout.reshape(len(tokens), -1)
    return np.stack([np.bincount(tokens, column, size) for column in flat.T], axis=1)


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    a = np.einsum("nd,dh->nh", x, Wx) + np.einsum("nk,kh->nh", prev_h, Wh) + b
    return np.tanh(a), (a, x, prev_h, Wx, Wh)


def rnn_step_backward(dnext_h, cache):
    a, x, prev_h, Wx, Wh = cache
    da = dnext_h / np.cosh(a) ** 2
    dx, dprev_h = np.einsum("nh,dh->nd", da, Wx), np.einsum("nh,kh->nk", da, Wh)
    dWx, dWh = np.einsum("nh,nd->dh", da, x), np.einsum("nh,nk->kh", da, prev_h)
    return dx, dprev_h, dWx, dWh, np.einsum("nh->h", da)


def rnn_forward(x, h0, Wx, Wh, b):
    first, cache = rnn_step_forward(x[:, 0], h0, Wx, Wh, b)
    if x.shape[1] == 1:
        return first[:, None], (cache, None)
    rest, caches = rnn_forward(x[:, 1:], first, Wx, Wh, b)
    return np.concatenate([first[:, None], rest], axis=1), (cache, caches)


def rnn_backward(dh, cache):
    first, rest = cache
    if rest is None:
        dx, *others = rnn_step_backward(dh[:, 0], first)
        return dx[:, None], *others
    dx_rest, back, *later = rnn_backward(dh[:, 1:], rest)
    dx, dh0, *now = rnn_step_backward(dh[:, 0] + back, first)
    sums = (a + b for a, b in zip(now, later, strict=True))
    return np.concatenate([dx[:, None], dx_rest], axis=1), dh0, *sums


def gate(z):
    return np.exp(-np.logaddexp(0, -z))


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    blocks = zip(np.split(Wx, 4, axis=1), np.split(Wh, 4, axis=1), np.split(b, 4), strict=True)
    a = [x @ wx + prev_h @ wh + bias for wx, wh, bias in blocks]
    i, f, o, g = *map(gate, a[:3]), np.tanh(a[3])
    next_c = prev_c * f + g * i
    return np.tanh(next_c) * o, next_c, ((i, f, o, g), x, prev_h, prev_c, Wx, Wh, next_c)


def lstm_step_backward(dnext_h, dnext_c, cache):
    (i, f, o, g), x, prev_h, prev_c, Wx, Wh, next_c = cache
    dc = dnext_c + dnext_h * o / np.cosh(next_c) ** 2
    das = [
        dc * g * (i - i**2),
        dc * prev_c * (f - f**2),
        dnext_h * np.tanh(next_c) * (o - o**2),
        dc * i * (1 - g**2),
    ]
    dx = sum(da @ wx.T for da, wx in zip(das, np.split(Wx, 4, axis=1), strict=True))
    dprev_h = sum(da @ wh.T for da, wh in zip(das, np.split(Wh, 4, axis=1), strict=True))
    dWx = np.concatenate([x.T @ da for da in das], axis=1)
    dWh = np.concatenate([prev_h.T @ da for da in das], axis=1)
    return dx, dprev_h, dc * f, dWx, dWh, np.concatenate([da.sum(axis=0) for da in das])


def gru_step_forward(x, prev_h, Wx, Wh, b):
    wx, wh, bias = np.split(Wx, 3, axis=1), np.split(Wh, 3, axis=1), np.split(b, 3)
    r, z = (gate(x @ wx[k] + prev_h @ wh[k] + bias[k]) for k in (0, 1))
    n = np.tanh(x @ wx[2] + bias[2] + r * (prev_h @ wh[2]))
    return n - z * n + z * prev_h, (r, z, n)


def temporal_softmax_loss(x, y, mask):
    n, t = np.nonzero(mask)
    scores, right = x[n, t], y[n, t]
    rows = np.arange(len(right))
    log_total = np.logaddexp.reduce(scores, axis=1)
    loss = np.sum(log_total - scores[rows, right]) / len(x)
    p = np.exp(scores - log_total[:, None])
    p[rows, right] -= 1
    dx = np.zeros(x.shape)
    dx[n, t] = p / len(x)
    return loss, dx


def clip_by_norm(grads, max_norm):
    norm = np.sqrt(sum(np.vdot(g, g) for g in grads.values()))
    if norm > max_norm:
        return {name: max_norm * (g / norm) for name, g in grads.items()}, norm
    return {name: g.copy() for name, g in grads.items()}, norm


def attention(q, k, v, mask=None):
    weights = []
    for query, key in zip(q, k, strict=True):
        scores = query @ key.T / np.sqrt(key.shape[1])
        if mask is not None:
            scores[~mask] = -np.inf
        weights.append(np.exp(scores - np.logaddexp.reduce(scores, axis=1)[:, None]))
    return np.array([p @ value for p, value in zip(weights, v, strict=True)]), (q, k, v, weights)


def attention_backward(dout, cache):
    gradients = []
    for d, q, k, v, p in zip(dout, *cache, strict=True):
        ds = []
        for row, weights in zip(d @ v.T, p, strict=True):
            ds.append((np.diag(weights) - np.outer(weights, weights)) @ row)
        ds = np.array(ds) / np.sqrt(k.shape[1])
        gradients.append((ds @ k, ds.T @ q, p.T @ d))
    return tuple(np.array(g) for g in zip(*gradients, strict=True))


def positional_encoding(length, dim):
    if dim == 0:
        return np.zeros((length, 0))
    pairs = []
    for i in range(dim // 2):
        angle = np.arange(length) * np.power(10000.0, -2 * i / dim)
        pairs += [np.sin(angle), np.cos(angle)]
    return np.array(pairs).T


def beam_search(log_probs, width, length, end=None):
    def search(beams, rounds):
        if rounds == 0:
            return beams[0]
        every = []
        for total, tokens in beams:
            if end is not None and end in tokens:
                every.append((total, tokens))
            else:
                every += [(total + p, [*tokens, k]) for k, p in enumerate(log_probs(tokens))]
        return search(sorted(every, reverse=True)[:width], rounds - 1)

    total, tokens = search([(0.0, [])], length)
    return tokens, total
