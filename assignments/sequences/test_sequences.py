"""Public checks of the sequences assignment: small worked numbers, and hints.

Your grade comes from other tests of the same functions, on other numbers and more cases.
"""

import numpy as np
import pytest

from graders.engine.compare import (
    as_array,
    as_tuple,
    check_close,
    check_gradient,
    check_untouched,
)


def numbers(*shape):
    """The same numbers of order 1 at every call, all different."""
    return np.random.default_rng(0).standard_normal(shape)


def several(*shapes):
    rng = np.random.default_rng(1)
    return [rng.standard_normal(shape) for shape in shapes]


def check_gradients(forward, backward, inputs, names):
    """Gradients against slopes of the student's own forward function, one input after the other.

    ``forward(*inputs)`` gives out and a cache, ``backward(dout, cache)`` one gradient an input.
    """
    out, cache = forward(*inputs)
    dout = numbers(*np.shape(out))
    gradients = as_tuple(backward(dout, cache), names)
    for place, (name, gradient) in enumerate(zip(names.split(", "), gradients, strict=True)):

        def total(value, place=place):
            moved = [*inputs[:place], value, *inputs[place + 1 :]]
            return np.vdot(forward(*moved)[0], dout)

        check_gradient(total, inputs[place], gradient, name)


# --- ngram ---


@pytest.mark.points(1, task="ngram", hint="np.add.at(counts, (tokens[:-1], tokens[1:]), 1)")
def test_counts_worked(student):
    """In 0 1 0 1 1 there are two 0, three 1; the pairs 01 twice, 10 and 11 once, and 00 never."""
    text = np.array([0, 1, 0, 1, 1])
    check_close(
        student.ngram_counts(text, 1, 2), np.array([2.0, 3]), "counts of order 1", reveal=True
    )
    check_close(
        student.ngram_counts(text, 2, 2),
        np.array([[0.0, 2], [1, 1]]),
        "counts of order 2",
        reveal=True,
        mistakes={
            "a pair that occurs twice counts twice: np.add.at": np.array([[0.0, 1], [1, 1]]),
            "the first axis is the first token": np.array([[0.0, 1], [2, 1]]),
            "pairs overlap: one begins at every token": np.array([[0.0, 2], [0, 0]]),
        },
    )


@pytest.mark.points(
    1, task="ngram", hint="-np.mean(np.log2((count + alpha) / (total + alpha * V)))"
)
def test_bits_worked(student):
    """Counts of 3 and 1 with nothing in advance: 0.415 bits for a 0 and 2 for a 1; then alpha."""
    counts, text = np.array([3.0, 1.0]), np.array([0, 1])
    zero, one = -np.log2(0.75), 2.0
    check_close(
        student.bits_per_character(text, counts, 1e-12),
        (zero + one) / 2,
        "the bits of 0 1",
        reveal=True,
        mistakes={
            "take log2, not the natural logarithm": (zero + one) / 2 * np.log(2),
            "it is the mean over the tokens, not the sum": zero + one,
        },
    )
    check_close(
        student.bits_per_character(text, counts, 1.0),
        (-np.log2(4 / 6) - np.log2(2 / 6)) / 2,
        "the bits with alpha 1",
        reveal=True,
        mistakes={
            "the total grows by alpha * V, not by alpha": (-np.log2(4 / 5) - np.log2(2 / 5)) / 2,
            "the total grows by alpha * V": (-np.log2(4 / 4) - np.log2(2 / 4)) / 2,
        },
    )


@pytest.mark.points(1, task="ngram", hint="divide by the counts of the same context")
def test_bits_with_context(student):
    """After 0 comes 1 three times of four, after 1 nothing was seen: 1 bit of two tokens."""
    counts = np.array([[1.0, 3.0], [0.0, 0.0]])
    text = np.array([0, 1, 0])
    right = (-np.log2(0.75) + 1) / 2
    check_close(student.bits_per_character(text, counts, 1e-12), right, "the bits", reveal=True)


# --- sample ---


@pytest.mark.points(1, task="sample", hint="softmax(logits / temperature), and rng.choice")
def test_sample_frequencies(student):
    """Odds of 4 : 2 : 1 come out at temperature 1, 16 : 4 : 1 at 1/2."""
    logits = np.log(np.tile([4.0, 2, 1], (2100, 1)))
    for temperature, odds in [(1.0, [4.0, 2, 1]), (0.5, [16.0, 4, 1])]:
        drawn = student.sample(logits, temperature, None, np.random.default_rng(0))
        tokens = as_array(drawn, (2100,), "the draws").astype(int)
        wrong = {
            "the likeliest token comes every time: draw": np.array([1.0, 0, 0]),
            "all come alike: heed the scores": np.full(3, 1 / 3),
            "divide by the temperature, do not multiply": np.array([2, 2**0.5, 1]) / (3 + 2**0.5),
            "the temperature has no effect": np.array([4.0, 2, 1]) / 7,
        }
        what = f"how often each token came at temperature {temperature}"
        right = np.array(odds) / sum(odds)
        found = np.bincount(tokens, minlength=3) / 2100
        check_close(found, right, what, reveal=True, atol=0.06, mistakes=wrong)


@pytest.mark.points(1, task="sample", hint="set scores below the row's k-th highest to -np.inf")
def test_sample_top_k(student):
    """With top_k 2 the lowest of three scores is never drawn; with 1 the best is, in each row."""
    logits = np.array([[2.0, 0, 1], [0.0, 1, 2], [900.0, 901, 0]] * 30)
    drawn = student.sample(logits, 1.0, 2, np.random.default_rng(0))
    tokens = as_array(drawn, (90,), "the draws")
    assert not np.any(tokens == [1, 0, 2] * 30), "a token that is not among the best two was drawn"
    best = student.sample(logits, 1.0, 1, np.random.default_rng(0))
    check_close(best, np.array([0.0, 2, 1] * 30), "the draws with top_k 1", reveal=True)


# --- embedding ---


@pytest.mark.points(1, task="embedding", hint="W[x]")
def test_embedding_worked(student):
    """Tokens 2 0 2 look up the last, the first and the last row."""
    W = np.array([[1.0, 2], [10, 20], [100, 200]])
    out, _ = as_tuple(student.embedding_forward(np.array([[2, 0, 2]]), W), "out, cache")
    check_close(out, np.array([[[100.0, 200], [1, 2], [100, 200]]]), "out", reveal=True)


@pytest.mark.points(1, task="embedding", hint="np.add.at(dW, x, dout)")
def test_embedding_backward_worked(student):
    """Tokens 2 0 2 with gradients 1, 2, 3: row 2 gets 4, row 0 gets 2, row 1 nothing."""
    result = student.embedding_forward(np.array([[2, 0, 2]]), np.ones((3, 1)))
    _, cache = as_tuple(result, "out, cache")
    dW = student.embedding_backward(np.array([[[1.0], [2], [3]]]), cache)
    once = {"a token that occurs twice adds up: np.add.at": np.array([[2.0], [0], [3]])}
    check_close(dW, np.array([[2.0], [0], [4]]), "dW", reveal=True, mistakes=once)


# --- rnn_step ---


@pytest.mark.points(1, task="rnn_step", hint="np.tanh(x @ Wx + prev_h @ Wh + b)")
def test_rnn_step_worked(student):
    """x = 1 and a state of 0.5 with weights 0.4, 0.6 and bias -0.2 give tanh(0.5)."""
    one = np.ones((1, 1))
    result = student.rnn_step_forward(one, 0.5 * one, 0.4 * one, 0.6 * one, np.array([-0.2]))
    next_h, _ = as_tuple(result, "next_h, cache")
    wrong = {
        "the tanh is missing": np.array([[0.5]]),
        "the bias is missing": np.tanh([[0.7]]),
        "the old state is missing": np.tanh([[0.2]]),
    }
    check_close(next_h, np.tanh([[0.5]]), "next_h", reveal=True, mistakes=wrong)


def step_inputs(hidden, n=2, d=3):
    return several((n, d), (n, hidden), (d, hidden), (hidden, hidden), (hidden,))


@pytest.mark.points(
    1, task="rnn_step", hint="da = dnext_h * (1 - next_h**2), then as for an affine"
)
@pytest.mark.depends("test_rnn_step_worked")
def test_rnn_step_gradients_are_slopes(student):
    """All five gradients agree with the slopes of the step."""

    def forward(*inputs):
        return as_tuple(student.rnn_step_forward(*inputs), "next_h, cache")

    names = "dx, dprev_h, dWx, dWh, db"
    check_gradients(forward, student.rnn_step_backward, step_inputs(4), names)


# --- rnn ---


@pytest.mark.points(1, task="rnn", hint="next_h of one step is prev_h of the next one")
def test_rnn_worked(student):
    """Three steps of x = 1 with weights of 1/2: 0.462, 0.624, 0.671; and from h0 = 1 at once."""
    one = np.ones((1, 1))
    for h0 in (0.0, 1.0):
        result = student.rnn_forward(
            np.ones((1, 3, 1)), h0 * one, 0.5 * one, 0.5 * one, np.zeros(1)
        )
        h, _ = as_tuple(result, "h, cache")
        right, state = np.zeros((1, 3, 1)), h0
        for t in range(3):
            right[0, t, 0] = state = np.tanh(0.5 + 0.5 * state)
        wrong = {
            "the state is not handed on": np.full((1, 3, 1), np.tanh(0.5 + 0.5 * h0)),
            "h0 is not used": np.array([[[0.46211716], [0.62371255], [0.670613]]]),
        }
        check_close(h, right, f"h from a state of {h0}", reveal=True, mistakes=wrong)


@pytest.mark.points(1, task="rnn", hint="from the last step to the first; weights add up: +=")
@pytest.mark.depends("test_rnn_worked")
def test_rnn_gradients_are_slopes(student):
    """All five gradients agree with the slopes of the whole network."""

    def forward(*inputs):
        return as_tuple(student.rnn_forward(*inputs), "h, cache")

    x, h0, *weights = step_inputs(3)
    inputs = [np.stack([x, -x, x**2], axis=1), h0, *weights]
    check_gradients(forward, student.rnn_backward, inputs, "dx, dh0, dWx, dWh, db")


@pytest.mark.points(1, task="rnn", hint="dh[:, t] += ... writes into the caller's dh")
@pytest.mark.depends("test_rnn_worked")
def test_rnn_backward_leaves_dh(student):
    """dh stays as it was."""
    x, h0, *weights = step_inputs(3)
    result = student.rnn_forward(np.stack([x, x], axis=1), h0, *weights)
    _, cache = as_tuple(result, "h, cache")
    dh = numbers(2, 2, 3)
    check_untouched(student.after("rnn_backward", dh, cache), dh, names="dh")


# --- lstm_step ---


@pytest.mark.points(
    1, task="lstm_step", hint="next_c = f * prev_c + i * g, next_h = o * tanh(next_c)"
)
def test_lstm_worked(student):
    """With weights of 0, a cell of 2 is halved, and half of tanh(1) is shown."""
    one, nothing = np.ones((1, 1)), (np.zeros((1, 4)), np.zeros((1, 4)), np.zeros(4))
    result = student.lstm_step_forward(one, 0 * one, 2 * one, *nothing)
    next_h, next_c, _ = as_tuple(result, "next_h, next_c, cache")
    check_close(next_c, one, "next_c", reveal=True)
    shown = {"the tanh of the cell is missing": 0.5 * one, "o is missing": np.tanh(one)}
    check_close(next_h, np.tanh(one) / 2, "next_h", reveal=True, mistakes=shown)


@pytest.mark.points(1, task="lstm_step", hint="blocks of H columns in the order i, f, o, g")
def test_lstm_order(student):
    """Each of the four columns, opened by a bias, does what its gate is for."""
    one, nothing = np.ones((1, 1)), (np.zeros((1, 4)), np.zeros((1, 4)))
    open_i, open_f, open_o, open_g = np.eye(4) * 20.0
    for bias, cell, what in [
        (open_g, 1.0 + 0.5, "with g open, 1/2 of 1 comes to half of the cell"),
        (open_g + open_i, 1.0 + 1.0, "with g and i open, all of 1 comes to half of the cell"),
        (open_f, 2.0, "with f open, all of the cell stays"),
        (open_o, 1.0, "with o open, the cell is halved all the same"),
    ]:
        result = student.lstm_step_forward(one, 0 * one, 2 * one, *nothing, bias)
        _, next_c, _ = as_tuple(result, "next_h, next_c, cache")
        check_close(next_c, cell * one, f"next_c ({what})", reveal=True)


@pytest.mark.points(1, task="lstm_step", hint="dc = dnext_c + dnext_h * o * (1 - tanh(next_c)**2)")
@pytest.mark.depends("test_lstm_worked")
def test_lstm_gradients_are_slopes(student):
    """All six gradients agree with the slopes of the step."""

    def forward(*inputs):
        result = student.lstm_step_forward(*inputs)
        next_h, next_c, cache = as_tuple(result, "next_h, next_c, cache")
        return np.concatenate([next_h, next_c], axis=1), cache

    def backward(dout, cache):
        return student.lstm_step_backward(*np.split(dout, 2, axis=1), cache)

    inputs = several((2, 3), (2, 2), (2, 2), (3, 8), (2, 8), (8,))
    check_gradients(forward, backward, inputs, "dx, dprev_h, dprev_c, dWx, dWh, db")


# --- gru_step ---


@pytest.mark.points(1, task="gru_step", hint="(1 - z) * n + z * prev_h")
def test_gru_worked(student):
    """n = tanh(1 + 2 / 2), and half of it and half of a state of 1 make 0.982."""
    one = np.ones((1, 1))
    wx, wh = np.array([[0.0, 0.0, 1.0]]), np.array([[0.0, 0.0, 2.0]])
    result = student.gru_step_forward(one, one, wx, wh, np.zeros(3))
    next_h, _ = as_tuple(result, "next_h, cache")
    wrong = {
        "the reset gate is missing": (np.tanh(3 * one) + 1) / 2,
        "the reset gate multiplies the state's part alone": (np.tanh(1.5 * one) + 1) / 2,
    }
    check_close(next_h, (np.tanh(2 * one) + 1) / 2, "next_h", reveal=True, mistakes=wrong)


@pytest.mark.points(1, task="gru_step", hint="blocks in the order r, z, n; z is what stays")
def test_gru_update_gate(student):
    """With z open the state stays; with z shut it becomes the candidate."""
    one, nothing = np.ones((1, 1)), (np.zeros((1, 3)), np.zeros((1, 3)))
    for z, right in [(20.0, 0.5), (-20.0, np.tanh(2.0))]:
        bias = np.array([0.0, z, 2.0])
        result = student.gru_step_forward(one, 0.5 * one, *nothing, bias)
        next_h, _ = as_tuple(result, "next_h, cache")
        other = np.tanh(2.0) if z > 0 else 0.5
        wrong = {"z and 1 - z are exchanged: z is what stays": other * one}
        what = f"next_h with a bias of {z:g} for z"
        check_close(next_h, right * one, what, reveal=True, mistakes=wrong)


# --- temporal_softmax_loss ---


@pytest.mark.points(1, task="temporal_softmax_loss", hint="add up over the steps, divide by N only")
def test_temporal_loss_worked(student):
    """Two sequences of two steps over four tokens, scores 0: 2 ln 4, and 1.5 ln 4 with a mask."""
    y = np.array([[3, 0], [1, 2]])
    for mask, steps in [(np.ones((2, 2), dtype=bool), 4), (np.array([[1, 1], [1, 0]]) > 0, 3)]:
        result = student.temporal_softmax_loss(np.zeros((2, 2, 4)), y, mask)
        loss, _ = as_tuple(result, "loss, dx")
        wrong = {
            "divide by N, not by the steps that count": np.log(4),
            "divide by N, not by N T": steps / 4 * np.log(4),
            "the mask has no effect": 2 * np.log(4),
            "divide by N, the number of sequences": steps * np.log(4),
        }
        right = steps / 2 * np.log(4)
        check_close(loss, right, f"the loss of {steps} steps", reveal=True, mistakes=wrong)


@pytest.mark.points(1, task="temporal_softmax_loss", hint="(p - onehot) * mask[:, :, None] / N")
def test_temporal_gradient_is_the_slope(student):
    """dx agrees with the slope of the loss, and is 0 where the mask is false."""
    x, y = numbers(2, 3, 4), np.array([[0, 3, 1], [2, 2, 0]])
    mask = np.array([[True, True, True], [True, False, False]])

    def loss(x):
        return as_tuple(student.temporal_softmax_loss(x, y, mask), "loss, dx")[0]

    _, dx = as_tuple(student.temporal_softmax_loss(x, y, mask), "loss, dx")
    check_gradient(loss, x, dx, "dx")


@pytest.mark.points(1, task="temporal_softmax_loss", hint="s_y - max - log(sum(exp(s - max)))")
def test_temporal_loss_is_stable(student):
    """A score of 1000 for the wrong token costs 1000."""
    result = student.temporal_softmax_loss(
        np.array([[[1000.0, 0.0]]]), np.array([[1]]), np.array([[True]])
    )
    loss, _ = as_tuple(result, "loss, dx")
    check_close(loss, 1000.0, "the loss", reveal=True)


# --- clip_by_norm ---


@pytest.mark.points(1, task="clip_by_norm", hint="one norm over all arrays: 5 for 3 and 4")
def test_clip_worked(student):
    """3 and 4 have the norm 5: with max_norm 1 they become 0.6 and 0.8, with 10 they stay."""
    for max_norm, factor in [(1.0, 0.2), (10.0, 1.0)]:
        grads = {"W": np.array([[3.0]]), "b": np.array([4.0])}
        result = student.clip_by_norm(grads, max_norm)
        clipped, norm = as_tuple(result, "clipped, norm")
        for name, value in grads.items():
            wrong = {
                "each array is clipped by itself": value / value * min(max_norm, value.item()),
                "short gradients stay as they are": value * max_norm / 5,
            }
            what = f"clipped[{name!r}] with max_norm {max_norm:g}"
            check_close(clipped[name], value * factor, what, reveal=True, mistakes=wrong)
        check_close(norm, 5.0, "norm, before clipping,", reveal=True)


# --- attention ---


@pytest.mark.points(1, task="attention", hint="softmax(q @ k.T / np.sqrt(D)) @ v")
def test_attention_worked(student):
    """Weights of 1/4 and 3/4 on values 0 and 8 give 6; two numbers a key divide by sqrt(2)."""
    k, v = np.array([[[0.0], [np.log(3)]]]), np.array([[[0.0], [8.0]]])
    out, _ = as_tuple(student.attention(np.ones((1, 1, 1)), k, v, None), "out, cache")
    check_close(out, np.array([[[6.0]]]), "out", reveal=True)
    wider = np.concatenate([k, k], axis=2)  # twice the score, before the division
    out, _ = as_tuple(student.attention(np.ones((1, 1, 2)), wider, v, None), "out, cache")
    right = 8 / (1 + 3 ** -np.sqrt(2))
    wrong = {
        "the scores are not divided by sqrt(D)": np.array([[[7.2]]]),
        "divide by sqrt(D), not by D": np.array([[[6.0]]]),
    }
    check_close(out, np.array([[[right]]]), "out with D = 2", reveal=True, mistakes=wrong)


@pytest.mark.points(1, task="attention", hint="np.where(mask, scores, -np.inf) before the softmax")
def test_attention_mask(student):
    """Keys that are alike: a causal mask gives the running mean of the values."""
    q, v = np.zeros((1, 3, 1)), np.array([[[3.0], [6], [12]]])
    out, _ = as_tuple(student.attention(q, q, v, np.tri(3, dtype=bool)), "out, cache")
    wrong = {
        "the mask has no effect": np.full((1, 3, 1), 7.0),
        "the weights do not sum to 1: mask before the softmax": np.array([[[1.0], [3], [7]]]),
        "the mask is transposed: rows are queries": np.array([[[7.0], [9], [12]]]),
    }
    check_close(out, np.array([[[3.0], [4.5], [7]]]), "out", reveal=True, mistakes=wrong)


@pytest.mark.points(1, task="attention", hint="ds = p * (dp - sum(p * dp)), over each row")
@pytest.mark.depends("test_attention_worked")
def test_attention_gradients_are_slopes(student):
    """dq, dk and dv agree with the slopes of the output, without a mask and with one."""
    for mask in (None, np.tri(2, 3, dtype=bool)):

        def forward(*inputs, mask=mask):
            return as_tuple(student.attention(*inputs, mask), "out, cache")

        inputs = several((2, 2, 4), (2, 3, 4), (2, 3, 2))
        check_gradients(forward, student.attention_backward, inputs, "dq, dk, dv")


# --- positional_encoding ---


@pytest.mark.points(1, task="positional_encoding", hint="angles t / 10000**(2 * i / dim)")
def test_positions_worked(student):
    """Places 0 and 1 of four columns: 0 1 0 1, then sin 1, cos 1, sin 0.01, cos 0.01."""
    sines, cosines = np.sin([1, 0.01]), np.cos([1, 0.01])
    right = np.array([[0, 1, 0, 1], [sines[0], cosines[0], sines[1], cosines[1]]])
    check_close(
        student.positional_encoding(2, 4),
        right,
        "the encoding",
        reveal=True,
        mistakes={
            "sines and cosines alternate, column by column": right[:, [0, 2, 1, 3]],
            "even columns are sines": right[:, [1, 0, 3, 2]],
        },
    )


# --- beam_search ---


@pytest.mark.points(1, task="beam_search", hint="extend every beam by every token, keep the best")
def test_beams_worked(student):
    """One beam finds AA with 0.30; two find BA with 0.36, and return its logarithm."""
    chain = {(): [0.6, 0.4], (0,): [0.5, 0.4999], (1,): [0.9, 0.1]}

    def log_probs(tokens):
        return np.log(chain[tuple(int(token) for token in tokens)])

    for width, right, probability in [(1, [0, 0], 0.3), (2, [1, 0], 0.36)]:
        result = student.beam_search(log_probs, width, 2)
        tokens, total = as_tuple(result, "tokens, total")
        greedy = {"this is greedy: keep as many texts as width says": np.zeros(2)}
        what = f"tokens with width {width}"
        check_close(np.asarray(tokens), right, what, reveal=True, mistakes=greedy)
        check_close(
            total,
            np.log(probability),
            f"total with width {width}",
            reveal=True,
            mistakes={"it is a probability: return its logarithm": probability},
        )


@pytest.mark.points(1, task="beam_search", hint="a text that has ended competes as it is")
def test_beams_that_have_ended(student):
    """The end at once has 0.5, and beats every longer text; nobody asks what comes after it."""

    def log_probs(tokens):
        assert 0 not in [int(token) for token in tokens], "asked about a text that has ended"
        return np.log([0.5, 0.3, 0.2] if len(tokens) == 0 else [0.4, 0.35, 0.25])

    result = student.beam_search(log_probs, 2, 3, 0)
    tokens, total = as_tuple(result, "tokens, total")
    check_close(np.asarray(tokens), [0], "tokens", reveal=True)
    check_close(total, np.log(0.5), "total", reveal=True)
