"""The reference's formulas in 32-bit floats."""

import numpy as np


def f32(*arrays):
    return [np.asarray(a, dtype=np.float32) for a in arrays]


def ngram_counts(tokens, order, vocab_size):
    counts = np.zeros((vocab_size,) * order, dtype=np.float32)
    for run in zip(*(tokens[k:] for k in range(order)), strict=False):
        counts[run] += 1
    return counts


def bits_per_character(tokens, counts, alpha=1.0):
    (counts,) = f32(counts)
    runs = list(zip(*(tokens[k:] for k in range(counts.ndim)), strict=False))
    p = [(counts[r] + alpha) / (counts[r[:-1]].sum() + alpha * len(counts)) for r in runs]
    return np.float32(-np.mean(np.log2(np.array(p, dtype=np.float32))))


def sample(logits, temperature, top_k, rng):
    (scores,) = f32(logits / temperature)
    if top_k is not None:
        least = np.sort(scores, axis=1)[:, -top_k, None]
        scores = np.where(scores >= least, scores, np.float32(-np.inf))
    noise = -np.log(-np.log(rng.random(scores.shape) + 1e-300))
    return np.argmax(scores + noise, axis=1)


def embedding_forward(x, W):
    (W,) = f32(W)
    return W[x], (x, W)


def embedding_backward(dout, cache):
    x, W = cache
    dW = np.zeros_like(W)
    np.add.at(dW, x.ravel(), f32(dout)[0].reshape(-1, W.shape[1]))
    return dW


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    x, prev_h, Wx, Wh, b = f32(x, prev_h, Wx, Wh, b)
    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
    return next_h, (x, prev_h, Wx, Wh, next_h)


def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = f32(*cache)
    da = f32(dnext_h)[0] * (1 - next_h**2)
    return da @ Wx.T, da @ Wh.T, x.T @ da, prev_h.T @ da, da.sum(axis=0)


def rnn_forward(x, h0, Wx, Wh, b):
    states, caches, (state,) = [], [], f32(h0)
    for t in range(x.shape[1]):
        state, cache = rnn_step_forward(x[:, t], state, Wx, Wh, b)
        states.append(state)
        caches.append(cache)
    return np.stack(states, axis=1), tuple(caches)


def rnn_backward(dh, cache):
    (dh,) = f32(dh)
    dxs, back, sums = [], np.float32(0), [np.float32(0)] * 3
    for t in range(len(cache) - 1, -1, -1):
        dx, back, *rest = rnn_step_backward(dh[:, t] + back, cache[t])
        dxs.append(dx)
        sums = [s + r for s, r in zip(sums, rest, strict=True)]
    return np.stack(dxs[::-1], axis=1), back, *sums


def gate(z):
    return 1 / (1 + np.exp(-z))


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    x, prev_h, prev_c, Wx, Wh, b = f32(x, prev_h, prev_c, Wx, Wh, b)
    i, f, o, g = np.split(x @ Wx + prev_h @ Wh + b, 4, axis=1)
    i, f, o, g = gate(i), gate(f), gate(o), np.tanh(g)
    next_c = f * prev_c + i * g
    shown = np.tanh(next_c)
    return o * shown, next_c, (x, prev_h, prev_c, Wx, Wh, i, f, o, g, shown)


def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, shown = cache
    dh, dc = f32(dnext_h, dnext_c)
    dc = dc + dh * o * (1 - shown**2)
    parts = [dc * g * i * (1 - i), dc * prev_c * f * (1 - f), dh * shown * o * (1 - o)]
    da = np.concatenate([*parts, dc * i * (1 - g**2)], axis=1)
    return da @ Wx.T, da @ Wh.T, dc * f, x.T @ da, prev_h.T @ da, da.sum(axis=0)


def gru_step_forward(x, prev_h, Wx, Wh, b):
    x, prev_h, Wx, Wh, b = f32(x, prev_h, Wx, Wh, b)
    xr, xz, xn = np.split(x @ Wx + b, 3, axis=1)
    hr, hz, hn = np.split(prev_h @ Wh, 3, axis=1)
    z = gate(xz + hz)
    return (1 - z) * np.tanh(xn + gate(xr + hr) * hn) + z * prev_h, None


def temporal_softmax_loss(x, y, mask):
    (x,) = f32(x)
    shifted = x - x.max(axis=2, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))
    right = np.eye(x.shape[2], dtype=np.float32)[y]
    counted = mask[..., None].astype(np.float32) / np.float32(len(x))
    return -np.sum(log_p * right * counted), (np.exp(log_p) - right) * counted


def clip_by_norm(grads, max_norm):
    grads = {name: np.float32(g) for name, g in grads.items()}
    norm = np.sqrt(sum(np.sum(g * g) for g in grads.values()))
    factor = np.float32(max_norm / norm) if norm > max_norm else np.float32(1)
    return {name: g * factor for name, g in grads.items()}, norm


def attention(q, k, v, mask=None):
    q, k, v = f32(q, k, v)
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(np.float32(q.shape[2]))
    if mask is not None:
        scores = np.where(mask, scores, np.float32(-1e30))
    odds = np.exp(scores - scores.max(axis=2, keepdims=True))
    p = odds / odds.sum(axis=2, keepdims=True)
    return p @ v, (q, k, v, p)


def attention_backward(dout, cache):
    q, k, v, p = cache
    (dout,) = f32(dout)
    dp = dout @ v.transpose(0, 2, 1)
    ds = p * (dp - (p * dp).sum(axis=2, keepdims=True)) / np.sqrt(np.float32(q.shape[2]))
    return ds @ k, ds.transpose(0, 2, 1) @ q, p.transpose(0, 2, 1) @ dout


def positional_encoding(length, dim):
    angle = np.arange(length)[:, None] / 10000 ** (np.arange(0, dim, 2) / dim)
    out = np.zeros((length, dim), dtype=np.float32)
    out[:, ::2] = np.sin(angle)
    out[:, 1::2] = np.cos(angle)
    return out


def beam_search(log_probs, width, length, end=None):
    beams = [([], np.float32(0))]
    for _ in range(length):
        ended = [beam for beam in beams if beam[0][-1:] == [end]]
        open_ = [beam for beam in beams if beam[0][-1:] != [end]]
        for tokens, total in open_:
            ended += [
                ([*tokens, k], total + np.float32(p)) for k, p in enumerate(log_probs(tokens))
            ]
        beams = sorted(ended, key=lambda beam: beam[1])[-width:]
    return beams[-1]
