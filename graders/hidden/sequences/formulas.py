"""What is right in the sequences assignment, by other formulas than a solution uses.

Forward passes are written for one example, one unit or one place at a time, as their definitions
read. Gradients come from no formula of their own, but from ``graders.engine.slopes``.
"""

import itertools
import math

import numpy as np


def draw(rng, *shape):
    """Multiples of 1/16 of order 1, none of them 0."""
    x = np.round(16 * rng.standard_normal(shape)) / 16
    return np.where(x == 0, 0.5, x)


def draw_weights(rng, *shape):
    """Of order 1/2: sums of a few of them do not saturate a tanh."""
    return draw(rng, *shape) / 2


def logistic(z):
    return 1 / (1 + np.exp(-z))


# --- counting ---


def runs(tokens, order):
    return [tuple(map(int, tokens[k : k + order])) for k in range(len(tokens) - order + 1)]


def counts(tokens, order, vocab_size):
    found = np.zeros((vocab_size,) * order)
    for run in runs(tokens, order):
        found[run] += 1
    return found


def bits(tokens, table, alpha, scale=None, log=math.log2):
    """Of each predicted token; ``scale`` replaces V in the denominator."""
    size = table.shape[0] if scale is None else scale
    return np.array(
        [
            -log((table[run] + alpha) / (table[run[:-1]].sum() + alpha * size))
            for run in runs(tokens, table.ndim)
        ]
    )


# --- cells ---


def rnn_step(x, prev_h, Wx, Wh, b):
    """tanh by the exponential, one unit at a time."""
    columns = [x @ Wx[:, k] + prev_h @ Wh[:, k] + b[k] for k in range(len(b))]
    return 1 - 2 / (np.exp(2 * np.stack(columns, axis=1)) + 1)


def rnn(x, h0, Wx, Wh, b):
    states = [h0]
    for t in range(x.shape[1]):
        states.append(rnn_step(x[:, t], states[-1], Wx, Wh, b))
    return np.stack(states[1:], axis=1)


def lstm_step(x, prev_h, prev_c, Wx, Wh, b, order="ifog"):
    """(N, 2H): the state, then the cell. ``order`` is that of the blocks."""
    hidden = prev_h.shape[1]
    gates = {}
    for block, name in enumerate(order):
        columns = np.s_[block * hidden : (block + 1) * hidden]
        a = x @ Wx[:, columns] + prev_h @ Wh[:, columns] + b[columns]
        gates[name] = 2 * logistic(2 * a) - 1 if name == "g" else logistic(a)
    cell = gates["f"] * prev_c + gates["i"] * gates["g"]
    return np.concatenate([gates["o"] * np.tanh(cell), cell], axis=1)


def gru_step(x, prev_h, Wx, Wh, b, order="rzn", reset_before=False):
    hidden = prev_h.shape[1]
    blocks = {name: np.s_[k * hidden : (k + 1) * hidden] for k, name in enumerate(order)}
    wx, wh, bias = ({k: w[..., at] for k, at in blocks.items()} for w in (Wx, Wh, b))
    r, z = (logistic(x @ wx[k] + prev_h @ wh[k] + bias[k]) for k in "rz")
    heard = (r * prev_h) @ wh["n"] if reset_before else r * (prev_h @ wh["n"])
    n = np.tanh(x @ wx["n"] + bias["n"] + heard)
    return n + z * (prev_h - n)


# --- loss, attention, places ---


def temporal_loss(x, y, mask):
    """log sum_k exp(x_k - x_y), one step at a time: the right token's own score is the zero."""
    total = 0.0
    for n, t in zip(*np.nonzero(mask), strict=True):
        total = total + np.log(np.exp(x[n, t] - x[n, t, y[n, t]]).sum())
    return total / len(x)


def attention(q, k, v, mask=None, scale=None):
    """One query at a time, over the keys that it may see."""
    divisor = math.sqrt(q.shape[2]) if scale is None else scale
    kind = np.result_type(q, k, v)
    out = np.zeros((*q.shape[:2], v.shape[2]), dtype=kind)
    for n, t in np.ndindex(q.shape[:2]):
        seen = [s for s in range(k.shape[1]) if mask is None or mask[t, s]]
        odds = np.array([np.exp((q[n, t] * k[n, s]).sum() / divisor) for s in seen])
        out[n, t] = sum(w * v[n, s] for w, s in zip(odds / odds.sum(), seen, strict=True))
    return out


def positions(length, dim):
    """One entry at a time."""
    out = np.zeros((length, dim))
    for t, column in np.ndindex(length, dim):
        angle = t / 10000 ** ((column - column % 2) / dim)
        out[t, column] = math.cos(angle) if column % 2 else math.sin(angle)
    return out


# --- texts ---


def text_of(table, tokens):
    """Log-probability of a text by ``table``: tokens so far -> (V,)."""
    return sum(table[tuple(tokens[:k])][token] for k, token in enumerate(tokens))


def random_table(rng, vocab_size, length, end=None):
    """A (V,) log-probability for every text of fewer than ``length`` tokens that has not ended."""
    table = {}
    for size in range(length):
        for tokens in itertools.product(range(vocab_size), repeat=size):
            if end not in tokens:
                table[tokens] = np.log(rng.dirichlet(np.ones(vocab_size)))
    return table


def beams(table, vocab_size, width, length, end=None):
    """Every round: all texts one longer than those that were kept, ended ones as they are."""
    kept = [()]
    for _ in range(length):
        ended = [tokens for tokens in kept if end in tokens]
        longer = [(*t, new) for t in kept if end not in t for new in range(vocab_size)]
        kept = sorted(ended + longer, key=lambda t: text_of(table, t))[-width:]
    return list(kept[-1])
