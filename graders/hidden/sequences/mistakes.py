"""What common mistakes in a cell or in attention give: advice -> gradients by name, or outputs."""

import numpy as np

from graders.hidden.sequences import formulas
from graders.hidden.sequences.formulas import logistic

NO_MEAN = "dout carries the 1/N of the mean already: do not divide"


def affine(x, prev_h, Wx, Wh, da):
    """Gradients of x Wx + h Wh + b."""
    return {
        "x": da @ Wx.T,
        "prev_h": da @ Wh.T,
        "Wx": x.T @ da,
        "Wh": prev_h.T @ da,
        "b": da.sum(axis=0),
    }


def averaged(gradients, n):
    """With the mean over N where the sum is right."""
    return {name: g / n for name, g in gradients.items() if name in ("Wx", "Wh", "b")}


def rnn_step(inputs, out, dout):
    x, prev_h, Wx, Wh, b = inputs.values()
    before = x @ Wx + prev_h @ Wh + b
    slope = 1 - out**2
    right = affine(x, prev_h, Wx, Wh, dout * slope)
    return {
        "the slope of tanh is missing": affine(x, prev_h, Wx, Wh, dout),
        "the slope is 1 - next_h^2, of the tanh and not of what went into it": (
            affine(x, prev_h, Wx, Wh, dout * (1 - before**2))
        ),
        "the slope is 1 - next_h^2, not 1 - next_h": affine(x, prev_h, Wx, Wh, dout * (1 - out)),
        "the slope is 1 - next_h^2, not that of a sigmoid": (
            affine(x, prev_h, Wx, Wh, dout * out * (1 - out))
        ),
        "Wx and Wh are to be transposed on the way back": {"prev_h": dout * slope @ Wh},
        "it met the old state, not the new one": {"Wh": out.T @ (dout * slope)},
        NO_MEAN: averaged(right, len(x)),
    }


def rnn(inputs, out, dout):
    x, h0, Wx, Wh, _ = inputs.values()
    before = np.concatenate([h0[:, None], out[:, :-1]], axis=1)  # (N, T, H), each step's prev_h

    def gradients(da, steps=slice(None)):
        flat = da[:, steps].reshape(-1, da.shape[2])
        return {
            "x": da @ Wx.T,
            "h0": da[:, 0] @ Wh.T,
            "Wx": x[:, steps].reshape(len(flat), -1).T @ flat,
            "Wh": before[:, steps].reshape(len(flat), -1).T @ flat,
            "b": flat.sum(axis=0),
        }

    def through_time(dout):
        da, dstate = np.zeros(out.shape), 0.0
        for t in reversed(range(out.shape[1])):
            da[:, t] = (dout[:, t] + dstate) * (1 - out[:, t] ** 2)
            dstate = da[:, t] @ Wh.T
        return da

    right = through_time(dout)
    last = dout.copy()
    last[:, :-1] = 0
    return {
        "nothing goes from a step to the one before it: add dprev_h to dh[:, t]": (
            gradients(dout * (1 - out**2))
        ),
        "only the loss of the last step counts: add dh[:, t] at every step": (
            gradients(through_time(last))
        ),
        "only the first step's share is kept: add up over the steps": (
            {k: v for k, v in gradients(right, slice(0, 1)).items() if k in ("Wx", "Wh", "b")}
        ),
        "only the last step's share is kept: add up over the steps": (
            {k: v for k, v in gradients(right, slice(-1, None)).items() if k in ("Wx", "Wh", "b")}
        ),
        "it is 0: what the first step sends back is dh0": {"h0": np.zeros(h0.shape)},
        NO_MEAN: averaged(gradients(right), len(x)),
        "add up over the steps, do not average": averaged(gradients(right), out.shape[1]),
    }


def gates(inputs):
    """i, f, o, g, and their cell."""
    x, prev_h, prev_c, Wx, Wh, b = inputs.values()
    i, f, o, g = np.split(x @ Wx + prev_h @ Wh + b, 4, axis=1)
    i, f, o, g = logistic(i), logistic(f), logistic(o), np.tanh(g)
    return i, f, o, g, f * prev_c + i * g


def lstm_forward(inputs):
    """Advice -> (N, 2H)."""
    i, f, o, g, cell = gates(inputs)
    x, prev_h, _, Wx, Wh, b = inputs.values()
    plain = logistic(np.split(x @ Wx + prev_h @ Wh + b, 4, axis=1)[3])
    prev_c = inputs["prev_c"]

    def both(c, h=None):
        return np.concatenate([o * np.tanh(c) if h is None else h, c], axis=1)

    found = {
        "the tanh of the cell is missing in next_h": both(cell, o * cell),
        "the candidate g is a tanh, not a sigmoid": both(f * prev_c + i * plain),
        "f keeps the old cell, which is added": both(i * g),
        "i lets the candidate in": both(f * prev_c + g),
        "f keeps the old cell": both(prev_c + i * g),
        "o shows the cell": both(cell, np.tanh(cell)),
        "1 - f is not the input gate: it is i": both(f * prev_c + (1 - f) * g),
    }
    for order in ("ifgo", "fiog", "iofg", "gifo", "figo", "fogi"):
        advice = f"the blocks are read in the order {', '.join(order)}: it is i, f, o, g"
        found[advice] = formulas.lstm_step(**inputs, order=order)
    for missing, name in (("Wh", "the old state"), ("b", "the bias"), ("Wx", "the input")):
        without = {**inputs, missing: np.zeros_like(inputs[missing])}
        found[f"{name} is missing in the gates"] = formulas.lstm_step(**without)
    return found


def lstm_backward(inputs, dout):
    x, prev_h, prev_c, Wx, Wh, _ = inputs.values()
    i, f, o, g, cell = gates(inputs)
    dh, dcell = np.split(dout, 2, axis=1)
    shown = np.tanh(cell)
    from_state = dh * o * (1 - shown**2)

    def gradients(dc, slopes=(i * (1 - i), f * (1 - f), o * (1 - o), 1 - g**2), order=(0, 1, 2, 3)):
        parts = [dc * g, dc * prev_c, dh * shown, dc * i]
        parts = [part * slope for part, slope in zip(parts, slopes, strict=True)]
        da = np.concatenate([parts[k] for k in order], axis=1)
        return {**affine(x, prev_h, Wx, Wh, da), "prev_c": dc * f}

    right = gradients(dcell + from_state)
    return {
        "what comes from next_h does not reach the cell": gradients(dcell),
        "dnext_c is not added": gradients(from_state),
        "the slope of tanh(next_c) is missing": gradients(dcell + dh * o),
        "the output gate is missing on the way into the cell": (
            gradients(dcell + dh * (1 - shown**2))
        ),
        "the slopes of the gates are missing": gradients(dcell + from_state, (1, 1, 1, 1)),
        "the slope of the candidate is that of a tanh, 1 - g^2": (
            gradients(dcell + from_state, (i * (1 - i), f * (1 - f), o * (1 - o), g * (1 - g)))
        ),
        "it goes through the forget gate": {"prev_c": dcell + from_state},
        "the blocks are in the order i, f, g, o: it is i, f, o, g": (
            gradients(dcell + from_state, order=(0, 1, 3, 2))
        ),
        NO_MEAN: averaged(right, len(x)),
    }


def gru_forward(inputs):
    """Advice -> (N, H)."""
    x, prev_h, Wx, Wh, b = inputs.values()
    xr, xz, xn = np.split(x @ Wx + b, 3, axis=1)
    hr, hz, hn = np.split(prev_h @ Wh, 3, axis=1)
    r, z = logistic(xr + hr), logistic(xz + hz)
    n = np.tanh(xn + r * hn)
    bias = np.split(b, 3)[2]
    found = {
        "z and 1 - z are exchanged: z weighs the old state": z * n + (1 - z) * prev_h,
        "the reset gate stands behind the product with Wh, not before it": (
            formulas.gru_step(**inputs, reset_before=True)
        ),
        "the reset gate is missing": (1 - z) * np.tanh(xn + hn) + z * prev_h,
        "the reset gate multiplies the bias, too": (
            (1 - z) * np.tanh(xn - bias + r * (hn + bias)) + z * prev_h
        ),
        "the reset gate multiplies the whole candidate": (
            (1 - z) * np.tanh(r * (xn + hn)) + z * prev_h
        ),
        "the old state is not kept: add z * prev_h": (1 - z) * n,
        "1 - z weighs the candidate": n + z * prev_h,
        "the candidate is a tanh": (1 - z) * logistic(xn + r * hn) + z * prev_h,
    }
    for order in ("zrn", "nrz", "rnz", "nzr", "znr"):
        advice = f"the blocks are read in the order {', '.join(order)}: it is r, z, n"
        found[advice] = formulas.gru_step(**inputs, order=order)
    return found


def attention_backward(inputs, dout, mask):
    q, k, v = inputs.values()
    root = np.sqrt(q.shape[2])
    odds = np.exp(q @ k.transpose(0, 2, 1) / root)
    if mask is not None:
        odds = odds * mask
    p = odds / odds.sum(axis=2, keepdims=True)
    dp = dout @ v.transpose(0, 2, 1)
    ds = p * (dp - (p * dp).sum(axis=2, keepdims=True))

    def gradients(ds, root=root):
        return {"q": ds @ k / root, "k": ds.transpose(0, 2, 1) @ q / root}

    uncut = odds if mask is None else np.exp(q @ k.transpose(0, 2, 1) / root)
    unmasked = uncut / uncut.sum(axis=2, keepdims=True)
    open_ds = unmasked * (dp - (unmasked * dp).sum(axis=2, keepdims=True))
    right_k = ds.transpose(0, 2, 1) @ q / root
    return {
        "the gradient is not divided by sqrt(D)": gradients(ds, 1.0),
        "the sum over the row is missing: a softmax's weights depend on each other": (
            gradients(p * dp)
        ),
        "the softmax's own gradient is missing": gradients(dp),
        "it is p (1 - p), which leaves out how the weights depend on each other": (
            gradients(p * (1 - p) * dp)
        ),
        "the mask has no effect": {
            **gradients(open_ds),
            "v": unmasked.transpose(0, 2, 1) @ dout,
        },
        "q and k are exchanged": {"q": right_k, "k": ds @ k / root},
    }
