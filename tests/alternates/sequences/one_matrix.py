"""Input and state side by side, one matrix for both; dictionaries as caches; inverse sampling."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def ngram_counts(tokens, order, vocab_size):
    if len(tokens) < order:
        return np.zeros((vocab_size,) * order, dtype=np.int32)
    runs = sliding_window_view(tokens, order)  # (L - n + 1, n)
    codes = runs @ vocab_size ** np.arange(order)[::-1]
    return np.bincount(codes, minlength=vocab_size**order).reshape((vocab_size,) * order)


def bits_per_character(tokens, counts, alpha=1.0):
    p = counts + alpha
    p = p / p.sum(axis=-1, keepdims=True)
    runs = sliding_window_view(tokens, counts.ndim)
    return np.mean([-np.log2(p[tuple(run)]) for run in runs])


def softmax_of(scores, axis=-1):
    odds = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return odds / odds.sum(axis=axis, keepdims=True)


def sample(logits, temperature, top_k, rng):
    ordered = np.argsort(-logits, axis=1)[:, :top_k]
    p = softmax_of(np.take_along_axis(logits, ordered, axis=1) / temperature)
    place = (p.cumsum(axis=1) < rng.random((len(p), 1))).sum(axis=1).clip(0, p.shape[1] - 1)
    return ordered[np.arange(len(p)), place].astype(np.int32)


def embedding_forward(x, W):
    onehot = np.eye(len(W))[x]  # (N, T, V)
    return onehot @ W, {"onehot": onehot}


def embedding_backward(dout, cache):
    return np.einsum("ntv,ntd->vd", cache["onehot"], dout)


def joined(x, h, Wx, Wh):
    return np.hstack([x, h, np.ones((len(x), 1))]), np.vstack([Wx, Wh])


def parts_of(dinputs, dweights, d):
    """dx, dprev_h, dWx, dWh, db."""
    return dinputs[:, :d], dinputs[:, d:], dweights[:d], dweights[d:-1], dweights[-1]


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    inputs, W = joined(x, prev_h, Wx, Wh)
    next_h = np.tanh(inputs @ np.vstack([W, b]))
    return next_h, {"inputs": inputs, "W": W, "next_h": next_h, "d": x.shape[1]}


def rnn_step_backward(dnext_h, cache):
    da = dnext_h / np.cosh(np.arctanh(cache["next_h"])) ** 2
    return parts_of(da @ cache["W"].T, cache["inputs"].T @ da, cache["d"])


def rnn_forward(x, h0, Wx, Wh, b):
    states = [h0]
    for step in np.moveaxis(x, 1, 0):
        states.append(np.tanh(step @ Wx + states[-1] @ Wh + b))
    h = np.stack(states, axis=1)  # (N, T + 1, H)
    return h[:, 1:], {"x": x, "h": h, "Wx": Wx, "Wh": Wh}


def rnn_backward(dh, cache):
    """All of da first, then one product for each gradient."""
    x, h, Wh = cache["x"], cache["h"], cache["Wh"]
    da = np.zeros_like(dh)
    back = 0.0
    for t in range(dh.shape[1])[::-1]:
        da[:, t] = (dh[:, t] + back) * (1 - h[:, t + 1] ** 2)
        back = da[:, t] @ Wh.T
    dWx = np.einsum("ntd,nth->dh", x, da)
    dWh = np.einsum("ntk,nth->kh", h[:, :-1], da)
    return da @ cache["Wx"].T, back, dWx, dWh, da.sum(axis=(0, 1))


def gate(z):
    return np.where(z > 0, 1 / (1 + np.exp(-np.abs(z))), 1 - 1 / (1 + np.exp(-np.abs(z))))


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    inputs, W = joined(x, prev_h, Wx, Wh)
    a = (inputs @ np.vstack([W, b])).reshape(len(x), 4, -1)  # (N, 4, H)
    i, f, o = gate(a[:, :3]).transpose(1, 0, 2)
    g = np.tanh(a[:, 3])
    c = f * prev_c + i * g
    kept = {"ifog": (i, f, o, g), "c": c, "prev_c": prev_c, "inputs": inputs, "W": W}
    return o * np.tanh(c), c, {**kept, "d": x.shape[1]}


def lstm_step_backward(dnext_h, dnext_c, cache):
    i, f, o, g = cache["ifog"]
    t = np.tanh(cache["c"])
    dc = dnext_c + dnext_h * o * (1 - t) * (1 + t)
    da = np.hstack(
        [
            dc * g * i * (1 - i),
            dc * cache["prev_c"] * f * (1 - f),
            dnext_h * t * o * (1 - o),
            dc * i * (1 - g) * (1 + g),
        ]
    )
    dx, dh, *weights = parts_of(da @ cache["W"].T, cache["inputs"].T @ da, cache["d"])
    return dx, dh, dc * f, *weights


def gru_step_forward(x, prev_h, Wx, Wh, b):
    h = prev_h.shape[1]
    both = gate(x @ Wx[:, : 2 * h] + prev_h @ Wh[:, : 2 * h] + b[: 2 * h])
    r, z = both[:, :h], both[:, h:]
    n = np.tanh(x @ Wx[:, 2 * h :] + b[2 * h :] + r * (prev_h @ Wh[:, 2 * h :]))
    return prev_h * z + n * (1 - z), {"r": r}


def temporal_softmax_loss(x, y, mask):
    """As many know it from another course: all steps in one batch."""
    N, T, V = x.shape
    flat, y_flat, mask_flat = x.reshape(N * T, V), y.reshape(N * T), mask.reshape(N * T)
    top = flat.max(axis=1, keepdims=True)
    log_p = flat - top - np.log(np.exp(flat - top).sum(axis=1, keepdims=True))
    loss = -np.sum(mask_flat * log_p[np.arange(N * T), y_flat]) / N
    dx = np.exp(log_p)
    dx[np.arange(N * T), y_flat] -= 1
    return loss, (dx * mask_flat[:, None] / N).reshape(N, T, V)


def clip_by_norm(grads, max_norm):
    norm = np.linalg.norm(np.concatenate([np.ravel(g) for g in grads.values()]))
    return {k: g * (max_norm / max(norm, max_norm)) for k, g in grads.items()}, norm


def attention(q, k, v, mask=None):
    s = np.einsum("ntd,nsd->nts", q, k) / q.shape[-1] ** 0.5
    s = s if mask is None else s - 1e30 * ~mask
    p = softmax_of(s)
    return np.einsum("nts,nse->nte", p, v), {"q": q, "k": k, "v": v, "p": p}


def attention_backward(dout, cache):
    """With the softmax's whole Jacobian."""
    q, k, v, p = cache["q"], cache["k"], cache["v"], cache["p"]
    jacobian = np.einsum("nts,sr->ntsr", p, np.eye(p.shape[2])) - p[..., :, None] * p[..., None, :]
    ds = np.einsum("nte,nre,ntsr->nts", dout, v, jacobian) / q.shape[-1] ** 0.5
    dv = np.einsum("nts,nte->nse", p, dout)
    return np.einsum("nts,nsd->ntd", ds, k), np.einsum("nts,ntd->nsd", ds, q), dv


def positional_encoding(length, dim):
    turn = np.exp(
        1j * np.outer(np.arange(length), np.exp(-np.log(1e4) * np.arange(0, dim, 2) / dim))
    )
    out = np.empty((length, dim))
    out[:, 0::2], out[:, 1::2] = turn.imag, turn.real
    return out


def beam_search(log_probs, width, length, end=None):
    """Totals in an array, texts in a list of arrays."""
    texts, totals = [np.array([], dtype=int)], np.zeros(1)
    for _ in range(length):
        longer, sums = [], []
        for text, total in zip(texts, totals, strict=True):
            if end is not None and len(text) and text[-1] == end:
                longer.append(text)
                sums.append([total])
            else:
                row = np.asarray(log_probs(text))
                longer += [np.append(text, token) for token in range(len(row))]
                sums.append(total + row)
        sums = np.concatenate(sums)
        best = np.argsort(-sums)[:width]
        texts, totals = [longer[k] for k in best], sums[best]
        if end is not None and all(len(text) and text[-1] == end for text in texts):
            break
    return texts[0], totals[0]
