"""Layers as classes whose instances are the caches, functions as closures, 0-d arrays as numbers."""

from collections import Counter
from dataclasses import dataclass
from heapq import nlargest

import numpy as np


def ngram_counts(tokens, order, vocab_size):
    runs = Counter(zip(*(tokens.tolist()[k:] for k in range(order)), strict=False))
    counts = np.zeros((vocab_size,) * order)
    for run, number in runs.items():
        counts[run] = number
    return counts


def bits_per_character(tokens, counts, alpha=1.0):
    order, v = counts.ndim, counts.shape[-1]
    table = counts.reshape(-1, v)
    context = np.zeros(len(tokens) - order + 1, dtype=int)
    for k in range(order - 1):
        context = context * v + tokens[k : k + len(context)]
    p = (table[context, tokens[order - 1 :]] + alpha) / (table.sum(1)[context] + v * alpha)
    return np.array(-np.log2(p).sum() / p.size)


def sample(logits, temperature, top_k, rng):
    log_p = logits / temperature
    if top_k:
        outside = np.argpartition(log_p, -top_k, axis=1)[:, :-top_k]
        log_p = log_p.copy()
        np.put_along_axis(log_p, outside, -1e300, axis=1)
    # the shortest of exponential waiting times, each with the rate of its token
    waits = np.log(rng.exponential(size=log_p.shape)) - log_p
    return waits.argmin(axis=1)


class Embedding:
    def __init__(self, x, W):
        self.x, self.W = x, W

    def out(self):
        return np.take(self.W, self.x, axis=0)

    def backward(self, dout):
        rows = [dout[self.x == token].sum(axis=0) for token in range(len(self.W))]
        return np.array(rows)


def embedding_forward(x, W):
    layer = Embedding(x, W)
    return layer.out(), layer


def embedding_backward(dout, cache):
    return cache.backward(dout)


@dataclass
class Affine:
    """x Wx + h Wh + b, and its gradients."""

    x: np.ndarray
    h: np.ndarray
    Wx: np.ndarray
    Wh: np.ndarray
    b: np.ndarray

    def out(self):
        return self.x.dot(self.Wx) + self.h.dot(self.Wh) + self.b

    def backward(self, da):
        ones = np.ones(len(da))
        return da.dot(self.Wx.T), da.dot(self.Wh.T), self.x.T.dot(da), self.h.T.dot(da), ones @ da


class Step:
    def __init__(self, *inputs):
        self.affine = Affine(*inputs)
        self.state = np.tanh(self.affine.out())

    def backward(self, dstate):
        return self.affine.backward(dstate * (1 - np.square(self.state)))


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    step = Step(x, prev_h, Wx, Wh, b)
    return step.state, step


def rnn_step_backward(dnext_h, cache):
    return cache.backward(dnext_h)


def rnn_forward(x, h0, Wx, Wh, b):
    steps, state = [], h0
    for t in range(x.shape[1]):
        state, step = rnn_step_forward(x[:, t, :], state, Wx, Wh, b)
        steps.append(step)
    outs = np.array([step.state if isinstance(step, Step) else step[-1] for step in steps])

    def backward(dh):
        grads, back = [], np.zeros_like(dh[:, 0])
        for t, step in reversed(list(enumerate(steps))):
            grads.append(rnn_step_backward(dh[:, t] + back, step))
            back = grads[-1][1]
        dx, _, *weights = zip(*grads[::-1], strict=True)
        return np.stack(dx, axis=1), back, *(np.sum(w, axis=0) for w in weights)

    return outs.swapaxes(0, 1), backward


def rnn_backward(dh, cache):
    return cache(dh)


def logistic(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


class Cell:
    def __init__(self, x, prev_h, prev_c, Wx, Wh, b):
        self.affine, self.prev_c = Affine(x, prev_h, Wx, Wh, b), prev_c
        a = self.affine.out()
        h = prev_h.shape[1]
        self.i, self.f, self.o = (logistic(a[:, k * h : (k + 1) * h]) for k in range(3))
        self.g = np.tanh(a[:, 3 * h :])
        self.c = self.f * prev_c + self.i * self.g

    def state(self):
        return self.o * np.tanh(self.c)

    def backward(self, dh, dc):
        shown = np.tanh(self.c)
        dc = dc + dh * self.o * (1 - shown**2)
        gates = {"i": dc * self.g, "f": dc * self.prev_c, "o": dh * shown}
        blocks = [d * getattr(self, k) * (1 - getattr(self, k)) for k, d in gates.items()]
        da = np.column_stack([*blocks, dc * self.i * (1 - self.g**2)])
        dx, dprev_h, *weights = self.affine.backward(da)
        return dx, dprev_h, dc * self.f, *weights


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    cell = Cell(x, prev_h, prev_c, Wx, Wh, b)
    return cell.state(), cell.c, cell


def lstm_step_backward(dnext_h, dnext_c, cache):
    return cache.backward(dnext_h, dnext_c)


def gru_step_forward(x, prev_h, Wx, Wh, b):
    zero = np.zeros_like(prev_h)
    from_x = np.hsplit(Affine(x, zero, Wx, Wh, b).out(), 3)
    from_h = np.hsplit(prev_h @ Wh, 3)
    r, z = (logistic(from_x[k] + from_h[k]) for k in (0, 1))
    n = np.tanh(from_x[2] + r * from_h[2])
    return n + z * (prev_h - n), lambda: None


def temporal_softmax_loss(x, y, mask):
    chosen = np.take_along_axis(x, y[..., None], axis=2)
    top = x.max(axis=2, keepdims=True)
    log_total = top + np.log(np.sum(np.exp(x - top), axis=2, keepdims=True))
    loss = np.sum((log_total - chosen)[..., 0][mask]) / len(x)
    dx = np.exp(x - log_total)
    np.put_along_axis(dx, y[..., None], np.exp(chosen - log_total) - 1, axis=2)
    dx[~mask] = 0
    return np.array(loss), dx / len(x)


def clip_by_norm(grads, max_norm):
    norm = np.hypot.reduce([np.linalg.norm(g) for g in grads.values()])
    scale = np.divide(max_norm, norm, out=np.ones(()), where=norm > max_norm)
    return dict(zip(grads, (scale * g for g in grads.values()), strict=True)), norm


class Lookup:
    def __init__(self, q, k, v, mask):
        self.q, self.k, self.v, self.scale = q, k, v, 1 / np.sqrt(q.shape[-1])
        scores = np.matmul(q * self.scale, np.swapaxes(k, 1, 2))
        if mask is not None:
            scores[:, ~mask] = -np.inf
        odds = np.exp(scores - scores.max(axis=-1, keepdims=True))
        self.p = odds / odds.sum(axis=-1)[..., None]

    def backward(self, dout):
        dp = np.matmul(dout, np.swapaxes(self.v, 1, 2))
        own = np.einsum("nts,nts->nt", self.p, dp)[..., None]
        ds = self.p * (dp - own) * self.scale
        back = np.swapaxes(ds, 1, 2)
        return ds @ self.k, back @ self.q, np.swapaxes(self.p, 1, 2) @ dout


def attention(q, k, v, mask=None):
    lookup = Lookup(q, k, v, mask)
    return lookup.p @ v, lookup


def attention_backward(dout, cache):
    return cache.backward(dout)


def positional_encoding(length, dim):
    column = np.arange(dim)
    angle = np.arange(length)[:, None] / np.power(1e4, (column // 2) * 2 / dim)
    return np.where(column % 2 == 0, np.sin(angle), np.cos(angle))


@dataclass(frozen=True)
class Beam:
    tokens: tuple = ()
    total: float = 0.0

    def longer(self, log_probs, end):
        if self.tokens and self.tokens[-1] == end:
            return [self]
        row = log_probs(self.tokens)
        return [Beam((*self.tokens, k), self.total + p) for k, p in enumerate(row)]


def beam_search(log_probs, width, length, end=None):
    beams = [Beam()]
    for _ in range(length):
        every = [new for beam in beams for new in beam.longer(log_probs, end)]
        beams = nlargest(width, every, key=lambda beam: beam.total)
    best = max(beams, key=lambda beam: beam.total)
    return list(best.tokens), best.total
