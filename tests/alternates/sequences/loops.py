"""One example, one unit, one token at a time; lists as caches, whole numbers as counts."""

from math import exp, log, log2, sqrt, tanh

import numpy as np


def ngram_counts(tokens, order, vocab_size):
    counts = np.zeros([vocab_size] * order, dtype=int)
    for start in range(len(tokens) - order + 1):
        counts[tuple(tokens[start : start + order])] += 1
    return counts


def bits_per_character(tokens, counts, alpha=1.0):
    order = len(counts.shape)
    total, number = 0.0, 0
    for start in range(len(tokens) - order + 1):
        row = counts[tuple(tokens[start : start + order - 1])]
        p = (row[tokens[start + order - 1]] + alpha) / (sum(row) + alpha * len(row))
        total, number = total - log2(p), number + 1
    return total / number


def sample(logits, temperature, top_k, rng):
    draws = []
    for row in logits:
        order = np.argsort(-row)[:top_k]
        odds = np.exp((row[order] - row[order[0]]) / temperature)
        draws.append(int(rng.choice(order, p=odds / odds.sum())))
    return draws


def embedding_forward(x, W):
    return np.array([[W[token] for token in row] for row in x]), [x, W]


def embedding_backward(dout, cache):
    x, W = cache
    dW = np.zeros_like(W)
    for n, row in enumerate(x):
        for t, token in enumerate(row):
            dW[token] += dout[n, t]
    return dW


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    next_h = np.empty(prev_h.shape)
    for n in range(len(x)):
        for k in range(len(b)):
            a = b[k]
            for d in range(x.shape[1]):
                a += x[n, d] * Wx[d, k]
            for j in range(len(b)):
                a += prev_h[n, j] * Wh[j, k]
            next_h[n, k] = tanh(a)
    return next_h, [x, prev_h, Wx, Wh, next_h]


def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    dx, dprev_h, dWx, dWh = (np.zeros_like(a) for a in (x, prev_h, Wx, Wh))
    db = np.zeros(Wh.shape[1])
    for n in range(len(x)):
        for k in range(len(db)):
            da = dnext_h[n, k] * (1 - next_h[n, k] ** 2)
            db[k] += da
            dx[n] += da * Wx[:, k]
            dprev_h[n] += da * Wh[:, k]
            dWx[:, k] += da * x[n]
            dWh[:, k] += da * prev_h[n]
    return [dx, dprev_h, dWx, dWh, db]


def rnn_forward(x, h0, Wx, Wh, b):
    h = np.zeros((x.shape[0], x.shape[1], len(b)))
    cache = []
    for t in range(x.shape[1]):
        h[:, t], step = rnn_step_forward(x[:, t], h[:, t - 1] if t else h0, Wx, Wh, b)
        cache.append(step)
    return h, cache


def rnn_backward(dh, cache):
    dx, later, total = [], np.zeros_like(dh[:, 0]), [0, 0, 0]
    for t in range(len(cache) - 1, -1, -1):
        first, later, *rest = rnn_step_backward(dh[:, t] + later, cache[t])
        dx.insert(0, first)
        total = [a + b for a, b in zip(total, rest, strict=True)]
    return np.stack(dx, axis=1), later, *total


def squash(z):
    return 1 / (1 + exp(-z))


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    n_units = prev_h.shape[1]
    next_h, next_c = np.empty(prev_h.shape), np.empty(prev_h.shape)
    gates = np.empty((len(x), 4 * n_units))
    for n in range(len(x)):
        for k in range(4 * n_units):
            a = b[k] + x[n] @ Wx[:, k] + prev_h[n] @ Wh[:, k]
            gates[n, k] = squash(a) if k < 3 * n_units else tanh(a)
        for k in range(n_units):
            i, f, o, g = gates[n, k::n_units]
            next_c[n, k] = f * prev_c[n, k] + i * g
            next_h[n, k] = o * tanh(next_c[n, k])
    return next_h, next_c, [x, prev_h, prev_c, Wx, Wh, gates, next_c]


def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, gates, next_c = cache
    n_units = prev_h.shape[1]
    da, dprev_c = np.empty(gates.shape), np.empty(prev_c.shape)
    for n in range(len(x)):
        for k in range(n_units):
            i, f, o, g = gates[n, k::n_units]
            shown = tanh(next_c[n, k])
            dc = dnext_c[n, k] + dnext_h[n, k] * o * (1 - shown * shown)
            dprev_c[n, k] = dc * f
            da[n, k] = dc * g * i * (1 - i)
            da[n, k + n_units] = dc * prev_c[n, k] * f * (1 - f)
            da[n, k + 2 * n_units] = dnext_h[n, k] * shown * o * (1 - o)
            da[n, k + 3 * n_units] = dc * i * (1 - g * g)
    return [da @ Wx.T, da @ Wh.T, dprev_c, x.T @ da, prev_h.T @ da, sum(da)]


def gru_step_forward(x, prev_h, Wx, Wh, b):
    n_units = prev_h.shape[1]
    next_h = np.empty(prev_h.shape)
    for n in range(len(x)):
        for k in range(n_units):
            xr, xz, xn = (b[j] + x[n] @ Wx[:, j] for j in (k, k + n_units, k + 2 * n_units))
            hr, hz, hn = (prev_h[n] @ Wh[:, j] for j in (k, k + n_units, k + 2 * n_units))
            r, z = squash(xr + hr), squash(xz + hz)
            candidate = tanh(xn + r * hn)
            next_h[n, k] = candidate - z * candidate + z * prev_h[n, k]
    return next_h, []


def temporal_softmax_loss(x, y, mask):
    loss, dx = 0.0, np.zeros(x.shape)
    for n in range(x.shape[0]):
        for t in range(x.shape[1]):
            if mask[n, t]:
                top = max(x[n, t])
                odds = [exp(s - top) for s in x[n, t]]
                loss += log(sum(odds)) - (x[n, t, y[n, t]] - top)
                dx[n, t] = np.array(odds) / sum(odds)
                dx[n, t, y[n, t]] -= 1
    return loss / x.shape[0], dx / x.shape[0]


def clip_by_norm(grads, max_norm):
    total = 0.0
    for g in grads.values():
        for value in np.ravel(g):
            total += value * value
    norm = sqrt(total)
    if norm <= max_norm:
        return grads, norm
    return {name: g / (norm / max_norm) for name, g in grads.items()}, norm


def attention(q, k, v, mask=None):
    out = np.zeros((q.shape[0], q.shape[1], v.shape[2]))
    p = np.zeros((q.shape[0], q.shape[1], k.shape[1]))
    for n in range(q.shape[0]):
        for t in range(q.shape[1]):
            seen = [s for s in range(k.shape[1]) if mask is None or mask[t, s]]
            scores = [q[n, t] @ k[n, s] / sqrt(q.shape[2]) for s in seen]
            odds = [exp(score - max(scores)) for score in scores]
            for s, w in zip(seen, odds, strict=True):
                p[n, t, s] = w / sum(odds)
                out[n, t] += p[n, t, s] * v[n, s]
    return out, [q, k, v, p]


def attention_backward(dout, cache):
    q, k, v, p = cache
    dq, dk, dv = np.zeros_like(q), np.zeros_like(k), np.zeros_like(v)
    for n in range(q.shape[0]):
        for t in range(q.shape[1]):
            dp = [dout[n, t] @ v[n, s] for s in range(k.shape[1])]
            for s in range(k.shape[1]):
                dv[n, s] += p[n, t, s] * dout[n, t]
                ds = p[n, t, s] * (dp[s] - p[n, t] @ dp) / sqrt(q.shape[2])
                dq[n, t] += ds * k[n, s]
                dk[n, s] += ds * q[n, t]
    return dq, dk, dv


def positional_encoding(length, dim):
    out = np.zeros((length, dim))
    for t in range(length):
        for i in range(dim // 2):
            angle = t / 10000 ** (2 * i / dim)
            out[t, 2 * i], out[t, 2 * i + 1] = np.sin(angle), np.cos(angle)
    return out


def beam_search(log_probs, width, length, end=None):
    beams = [((), 0.0)]
    for _ in range(length):
        longer = [beam for beam in beams if beam[0] and beam[0][-1] == end]
        for tokens, total in beams:
            if not tokens or tokens[-1] != end:
                row = log_probs(list(tokens))
                longer += [((*tokens, token), total + row[token]) for token in range(len(row))]
        longer.sort(key=lambda beam: -beam[1])
        beams = longer[:width]
    return beams[0]
