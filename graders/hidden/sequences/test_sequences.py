"""Hidden tests of the sequences assignment: 100 points.

Each demand has a test of its own, and the plainest case comes first: one step, a state of zeros,
gates that all stand alike. A test depends on another one only where it would say nothing without.

What is right is worked out in ``formulas``, its gradients by complex steps. A backward function is
called with the student's own cache; where the forward function is wrong, ``graders.engine.layers``
says how it is judged. Tolerances: see ``graders.engine.compare``. Sums of a dozen products of order
1 come to 2e-6 in 32-bit floats, hence ``atol=1e-5``; mistakes are of order 0.01 to 1.

Draws are judged by the frequencies of 2,500, each of which is known to 0.01; the bound of 0.06 is
six times as wide, and what a mistake gives lies further off.
"""

from functools import partial

import numpy as np
import pytest

from graders.engine.compare import (
    as_array,
    as_tuple,
    check_close,
    check_untouched,
)
from graders.engine.layers import Layer
from graders.engine.slopes import slopes
from graders.hidden.sequences import formulas, mistakes
from graders.hidden.sequences.formulas import draw, draw_weights

CARRIED_FORWARD = {"rnn_step": ("rnn_step_forward", "rnn_step_backward")}
"""The network over time is judged with right steps, too, where the student's own went wrong."""

ATOL = 1e-5
NO_MEAN = "dout carries the 1/N of the mean already: do not divide"


# --- ngram: 10 ---


def draw_text(rng, length, vocab_size):
    return rng.integers(0, vocab_size, length)


def check_counts(student, tokens, order, vocab_size):
    right = formulas.counts(tokens, order, vocab_size)

    def wrong():
        apart = np.zeros(right.shape)
        for run in formulas.runs(tokens, order)[::order]:
            apart[run] += 1
        return {
            "the first axis is the first token of a run": right.transpose(),
            "each run is counted once, however often it occurs: += with an array as index does "
            "that, np.add.at does not": np.minimum(right, 1),
            "runs overlap: one begins at every token": apart,
            "the last run is missing: there are L - n + 1": formulas.counts(
                tokens[:-1], order, vocab_size
            ),
            "it goes on from the end to the beginning of the text": formulas.counts(
                np.concatenate([tokens, tokens[: order - 1]]), order, vocab_size
            ),
            "counts are asked for, not frequencies": right / max(1, right.sum()),
        }

    what = f"the counts of order {order} in a text of {len(tokens)}"
    check_close(student.ngram_counts(tokens, order, vocab_size), right, what, mistakes=wrong)


@pytest.mark.points(2, task="ngram", hint="order 1: counts[v] is how often v occurs")
def test_counts_of_single_tokens(student, rng):
    """Order 1 counts every token."""
    check_counts(student, draw_text(rng, 30, 4), 1, 4)


@pytest.mark.points(1, task="ngram", hint="np.add.at(counts, (tokens[:-1], tokens[1:]), 1)")
def test_counts_of_pairs(student, rng):
    """Order 2 counts which token follows which."""
    check_counts(student, draw_text(rng, 40, 3), 2, 3)


@pytest.mark.points(1, task="ngram", hint="a run begins at each of the first L - n + 1 tokens")
def test_counts_of_longer_runs(student, rng):
    """Longer runs overlap, and each has an axis for each of its tokens."""
    check_counts(student, draw_text(rng, 40, 3), 3, 3)
    check_counts(student, draw_text(rng, 30, 2), 4, 2)


@pytest.mark.points(1, task="ngram", hint="the shape is (V,) * n, whatever the text holds")
@pytest.mark.depends("test_counts_of_single_tokens")
def test_counts_of_little_text(student, rng):
    """The shape is that of all tokens, also of those that do not occur; a short text has no run."""
    check_counts(student, draw_text(rng, 9, 3), 2, 6)
    check_counts(student, draw_text(rng, 2, 3), 3, 3)


def check_bits(student, tokens, table, *alpha):
    right = formulas.bits(tokens, table, *alpha or (1.0,))

    def wrong():
        (given,) = alpha or (1.0,)
        joint = [-np.log2(table[run] / table.sum()) for run in formulas.runs(tokens, table.ndim)]
        return {
            "the logarithm is the natural one: take log2": right.mean() * np.log(2),
            "it is the sum: take the mean over the predicted tokens": right.sum(),
            "it is divided by L: L - n + 1 tokens are predicted": right.sum() / len(tokens),
            "the sign is the other way round": -right.mean(),
            "each of the V tokens gets alpha: the total grows by alpha * V": (
                formulas.bits(tokens, table, given, scale=1).mean()
            ),
            "the total grows by alpha * V as well": (
                formulas.bits(tokens, table, given, scale=0).mean()
            ),
            "alpha has no effect: it is not always 1": formulas.bits(tokens, table, 1.0).mean(),
            "divide by the counts of the same context, not of the whole text": np.mean(joint),
        }

    what = f"the bits of a text of {len(tokens)} with counts of order {table.ndim}"
    with np.errstate(divide="ignore", invalid="ignore"):
        answer = student.bits_per_character(tokens, table, *alpha)
        check_close(answer, right.mean(), what, mistakes=wrong)


def many(rng, vocab_size, order):
    """Counts beside which one occurrence more makes no difference."""
    return rng.integers(1, 10, (vocab_size,) * order) * 1e7


@pytest.mark.points(2, task="ngram", hint="-np.mean(np.log2(p)) over the tokens of the text")
def test_bits_of_order_one(student, rng):
    """Without context, a token costs -log2 of its share of the counts."""
    check_bits(student, draw_text(rng, 12, 4), many(rng, 4, 1))


@pytest.mark.points(1, task="ngram", hint="p = counts[a, b, c] / counts[a, b].sum()")
def test_bits_with_context(student, rng):
    """With context, a token costs -log2 of its share of what followed that context."""
    check_bits(student, draw_text(rng, 12, 3), many(rng, 3, 3))
    check_bits(student, draw_text(rng, 12, 4), many(rng, 4, 2))


@pytest.mark.points(1, task="ngram", hint="(count + alpha) / (total + alpha * V)")
def test_bits_with_alpha(student, rng):
    """alpha occurrences are added for each token; left out, it is 1."""
    tokens, table = draw_text(rng, 12, 4), rng.integers(1, 6, (4, 4)).astype(float)
    check_bits(student, tokens, table, 0.25)
    check_bits(student, tokens, table)


@pytest.mark.points(1, task="ngram", hint="alpha is in numerator and denominator, so neither is 0")
def test_bits_of_what_was_never_seen(student, rng):
    """After a context that was never seen all V tokens are equally likely."""
    tokens, table = draw_text(rng, 10, 5), np.zeros((5, 5))
    check_bits(student, tokens, table, 0.5)


# --- sample: 8 ---

DRAWS, SPREAD = 2500, 0.06
ODDS = np.array([8.0, 4.0, 2.0, 1.0])


def check_frequencies(student, rng, temperature, top_k, what, shuffled=True):
    """Of 2,500 rows with these odds, each in an order of its own; frequencies by rank."""
    base = np.arange(4)[None] + np.zeros((DRAWS, 1), dtype=int)
    rank = rng.permuted(base, axis=1) if shuffled else base  # of the token in each column
    drawn = student.sample(np.log(ODDS)[rank], temperature, top_k, rng)
    ranks = rank[np.arange(DRAWS), drawn_tokens(drawn, DRAWS, 4)]
    found = np.bincount(ranks, minlength=4) / DRAWS

    def shares(temperature, top_k):
        odds = np.where(np.arange(4) < (top_k or 4), ODDS ** (1 / temperature), 0)
        return odds / odds.sum()

    kept = np.arange(4) < (top_k or 4)
    as_in_first = ODDS[rank] * (rank[0] < (top_k or 4))  # (DRAWS, 4), by column
    as_in_first /= as_in_first.sum(axis=1, keepdims=True)
    wrong = {
        "what takes part in the first row takes part in all: look for the highest of each row": (
            np.bincount(rank.ravel(), as_in_first.ravel(), 4) / DRAWS
        ),
        "all tokens are equally likely: heed the scores": np.full(4, 0.25),
        "the likeliest token comes every time: draw": np.eye(4)[0],
        "the scores are multiplied by the temperature: divide": shares(1 / temperature, top_k),
        "the temperature has no effect": shares(1.0, top_k),
        "top_k has no effect": shares(temperature, None),
        "one token too many takes part": shares(temperature, min(4, (top_k or 4) + 1)),
        "those that take part are equally likely: heed the scores": kept / kept.sum(),
        "the lowest scores take part: take the highest": shares(-temperature, top_k)[::-1],
    }
    check_close(found, shares(temperature, top_k), what, mistakes=wrong, atol=SPREAD)


def drawn_tokens(drawn, count, vocab_size):
    tokens = as_array(drawn, (count,), "the draws")
    whole = np.all(tokens == np.round(tokens)) and np.all((tokens >= 0) & (tokens < vocab_size))
    assert whole, f"the draws are not all whole numbers from 0 to {vocab_size - 1}"
    return tokens.astype(int)


@pytest.mark.points(2, task="sample", hint="each token with its probability, softmax(logits)")
def test_sample_frequencies(student, rng):
    """Tokens come as often as the softmax of their scores says."""
    check_frequencies(student, rng, 1.0, None, "how often each token comes", shuffled=False)


@pytest.mark.points(1, task="sample", hint="one draw for each row; subtract each row's maximum")
def test_sample_rows(student, rng):
    """Each row has its own draw, by its own scores, however large they are."""
    right = rng.integers(0, 6, 40)
    logits = 1000.0 * (np.arange(6) == right[:, None]) + 500
    drawn = drawn_tokens(student.sample(logits, 1.0, None, rng), 40, 6)
    assert np.array_equal(drawn, right), (
        "a token whose score is 1000 above all others of its row is not drawn"
    )


@pytest.mark.points(2, task="sample", hint="softmax(logits / temperature)")
def test_sample_temperature(student, rng):
    """Low temperatures sharpen, high ones level."""
    for temperature in (0.5, 2.0):
        what = f"how often the best, second, ... token comes at temperature {temperature}"
        check_frequencies(student, rng, temperature, None, what)


@pytest.mark.points(2, task="sample", hint="set all scores below the row's k-th highest to -np.inf")
def test_sample_top_k(student, rng):
    """Only the k highest scores of each row take part, with their own odds; 1 is the best."""
    for top_k in (2, 1):
        what = f"how often the best, second, ... token comes with top_k {top_k}"
        check_frequencies(student, rng, 1.0, top_k, what)


@pytest.mark.points(1, task="sample", hint="draw from rng, not from np.random")
def test_sample_draws_from_rng(student, rng):
    """The same state of rng gives the same draws, another state others."""
    seed, logits = int(rng.integers(1, 10**6)), np.zeros((60, 8))
    first, again, other = (
        drawn_tokens(student.sample(logits, 1.0, None, np.random.default_rng(s)), 60, 8)
        for s in (seed, seed, seed + 1)
    )
    assert np.array_equal(first, again), "the same rng gives other draws: draw from it alone"
    assert not np.array_equal(first, other), "another rng gives the same draws: draw from it"


# --- embedding: 6 ---


def check_lookup(student, x, W):
    out, _ = as_tuple(student.embedding_forward(x, W), "out, cache")
    right = np.array([[W[token] for token in row] for row in x])
    check_close(out, right, f"out for tokens {x.shape} and a table {W.shape}")


@pytest.mark.points(2, task="embedding", hint="W[x], one row of the table for each token")
def test_embedding_forward(student, rng):
    """Each token is replaced by its row of the table."""
    check_lookup(student, rng.permutation(6)[None], draw(rng, 6, 3))


@pytest.mark.points(1, task="embedding", hint="(N, T) tokens become (N, T, D)")
def test_embedding_forward_of_a_batch(student, rng):
    """Several sequences at once, with tokens that repeat."""
    check_lookup(student, rng.integers(0, 4, (3, 5)), draw(rng, 4, 2))


def check_table(student, rng, x, vocab_size, d):
    W, dout = draw(rng, vocab_size, d), draw(rng, *x.shape, d)
    _, cache = as_tuple(student.embedding_forward(x, W), "out, cache")
    right, last = np.zeros(W.shape), np.zeros(W.shape)
    for place in np.ndindex(x.shape):
        right[x[place]] += dout[place]
        last[x[place]] = dout[place]
    often = np.maximum(1, np.bincount(x.ravel(), minlength=vocab_size))[:, None]
    wrong = {
        "a token that occurs again adds up, which dW[x] += dout does not: use np.add.at": (last),
        "add up over the places of a token, do not average": right / often,
        NO_MEAN: right / len(x),
    }
    check_close(student.embedding_backward(dout, cache), right, "dW", atol=ATOL, mistakes=wrong)


@pytest.mark.points(1, task="embedding", hint="dW is (V, D): zeros where a token did not occur")
def test_embedding_backward(student, rng):
    """The gradient of a place goes to its token's row, and the rows of others get 0."""
    check_table(student, rng, rng.permutation(8)[None, :6], 8, 3)


@pytest.mark.points(1, task="embedding", hint="np.add.at(dW, x, dout) counts every repetition")
def test_embedding_backward_adds_up(student, rng):
    """A row adds up over all places where its token stands."""
    check_table(student, rng, rng.integers(0, 3, (3, 4)), 3, 2)


@pytest.mark.points(1, task="embedding", hint="work on new arrays: W and dout are the caller's")
@pytest.mark.depends("test_embedding_forward")
def test_embedding_leaves_its_arguments(student, rng):
    """Tokens, table and gradient that were handed in stay as they were."""
    x, W, dout = rng.permutation(4)[None], draw(rng, 4, 3), draw(rng, 1, 4, 3)
    call = student.after("embedding_forward", x, W)
    check_untouched(call, x, W, names="x, W")
    _, cache = as_tuple(call.result, "out, cache")
    check_untouched(student.after("embedding_backward", dout, cache), dout, names="dout")


# --- rnn_step: 12 ---

STEP = "x", "prev_h", "Wx", "Wh", "b"


def draw_step(rng, n, d, hidden):
    arrays = (
        draw(rng, n, d),
        draw(rng, n, hidden),
        draw_weights(rng, d, hidden),
        draw_weights(rng, hidden, hidden),
        draw_weights(rng, hidden),
    )
    return dict(zip(STEP, arrays, strict=True))


def zeroed(inputs, *names):
    return {k: np.zeros_like(v) if k in names else v for k, v in inputs.items()}


def check_step(student, inputs, what):
    next_h, _ = as_tuple(student.rnn_step_forward(*inputs.values()), "next_h, cache")
    right = formulas.rnn_step(**inputs)
    x, prev_h, Wx, Wh, b = inputs.values()
    before = x @ Wx + prev_h @ Wh + b
    wrong = {
        "the tanh is missing": before,
        "the bias is missing": np.tanh(before - b),
        "the old state is missing": np.tanh(x @ Wx + b),
        "the input is missing": np.tanh(prev_h @ Wh + b),
        "Wh is transposed": np.tanh(x @ Wx + prev_h @ Wh.T + b),
        "it is a sigmoid: take tanh": formulas.logistic(before),
        "it is a ReLU: take tanh": np.maximum(before, 0),
    }
    check_close(next_h, right, what, atol=ATOL, mistakes=wrong)


def check_plain_step(student, rng):
    check_step(student, zeroed(draw_step(rng, 1, 3, 4), "prev_h", "b"), "next_h from x alone")


@pytest.mark.points(2, task="rnn_step", hint="np.tanh(x @ Wx + prev_h @ Wh + b)")
def test_rnn_step_input(student, rng):
    """From a state of zeros and without bias, the new state is tanh(x Wx)."""
    check_plain_step(student, rng)


def small(inputs, *names):
    """So small that tanh is the identity to 1e-5, and its slope 1: that is judged elsewhere."""
    return {k: v / 256 if k in names else v for k, v in inputs.items()}


@pytest.mark.points(1, task="rnn_step", hint="prev_h @ Wh, inside of the tanh")
def test_rnn_step_state(student, rng):
    """The old state enters through Wh."""
    inputs = zeroed(small(draw_step(rng, 1, 3, 4), "x", "prev_h"), "b")
    check_step(student, inputs, "next_h from x and prev_h")


@pytest.mark.points(1, task="rnn_step", hint="+ b inside of the tanh, for every example")
def test_rnn_step_bias(student, rng):
    """Every example of a batch gets the bias, and the tanh is that of the whole sum."""
    check_step(student, draw_step(rng, 3, 2, 4), "next_h from all inputs")


def check_step_gradients(student, rng, inputs, *names):
    dout = draw(rng, *inputs["prev_h"].shape)
    out = formulas.rnn_step(**inputs)
    right = slopes(formulas.rnn_step, {n: inputs[n] for n in names}, dout, inputs)
    wrong = partial(mistakes.rnn_step, inputs, out, dout)
    checks = {name: checked(right[name], f"d{name}", name, wrong) for name in names}
    sound = partial(check_plain_step, student, rng)
    Layer(student, "rnn_step", inputs, (), out, sound).check(dout, **checks)


def checked(right, what, name, wrong):
    """A check of one gradient; ``wrong`` gives, by advice, gradients by name."""

    def check(gradient):
        check_close(
            gradient,
            right,
            what,
            atol=ATOL,
            mistakes=lambda: {
                advice: named[name] for advice, named in wrong().items() if name in named
            },
        )

    return check


@pytest.mark.points(1, task="rnn_step", hint="da = dnext_h * (1 - next_h**2), dx = da @ Wx.T")
def test_rnn_step_dx(student, rng):
    """The input gets the gradient through the slope of tanh and Wx."""
    check_step_gradients(student, rng, draw_step(rng, 1, 3, 4), "x")


@pytest.mark.points(1, task="rnn_step", hint="dprev_h = da @ Wh.T")
def test_rnn_step_dprev_h(student, rng):
    """The old state gets it through Wh."""
    inputs = small(draw_step(rng, 1, 3, 4), "x", "prev_h", "b")
    check_step_gradients(student, rng, inputs, "prev_h")


@pytest.mark.points(2, task="rnn_step", hint="dWx = x.T @ da, a sum over the examples")
def test_rnn_step_dwx(student, rng):
    """Wx adds up over the examples."""
    inputs = small(draw_step(rng, 3, 2, 4), "Wx", "Wh", "b")
    check_step_gradients(student, rng, inputs, "Wx")


@pytest.mark.points(1, task="rnn_step", hint="dWh = prev_h.T @ da: the old state, not the new one")
def test_rnn_step_dwh(student, rng):
    """Wh adds up over the examples, and met the old state."""
    inputs = small(draw_step(rng, 3, 2, 4), "Wx", "Wh", "b")
    check_step_gradients(student, rng, inputs, "Wh")


@pytest.mark.points(1, task="rnn_step", hint="db = da.sum(axis=0)")
def test_rnn_step_db(student, rng):
    """The bias adds up over the examples."""
    inputs = small(draw_step(rng, 3, 2, 4), "Wx", "Wh", "b")
    check_step_gradients(student, rng, inputs, "b")


@pytest.mark.points(1, task="rnn_step", hint="try N, D and H of 1: avoid squeeze")
def test_rnn_step_together(student, rng):
    """All gradients at once, for one example and one unit, and for more."""
    for sizes in [(1, 1, 1), (4, 3, 2)]:
        check_step_gradients(student, rng, draw_step(rng, *sizes), *STEP)


@pytest.mark.points(1, task="rnn_step", hint="+= and *= write into the caller's array")
@pytest.mark.depends("test_rnn_step_input")
def test_rnn_step_leaves_its_arguments(student, rng):
    """What was handed in stays as it was."""
    inputs = draw_step(rng, 2, 3, 3)
    call = student.after("rnn_step_forward", *inputs.values())
    check_untouched(call, *inputs.values(), names=", ".join(STEP))
    _, cache = as_tuple(call.result, "next_h, cache")
    dnext_h = draw(rng, 2, 3)
    call = student.after("rnn_step_backward", dnext_h, cache)
    check_untouched(call, dnext_h, names="dnext_h")


# --- rnn: 12 ---

NETWORK = "x", "h0", "Wx", "Wh", "b"


def draw_network(rng, n, t, d, hidden):
    step = draw_step(rng, n, d, hidden)
    return dict(zip(NETWORK, (draw(rng, n, t, d), *list(step.values())[1:]), strict=True))


def check_network(student, inputs):
    h, _ = as_tuple(student.rnn_forward(*inputs.values()), "h, cache")
    right = formulas.rnn(**inputs)
    alone = {**inputs, "h0": np.zeros_like(inputs["h0"])}
    each = [formulas.rnn(**{**inputs, "x": x[:, None]})[:, 0] for x in steps_of(inputs["x"])]
    backwards = formulas.rnn(**{**inputs, "x": inputs["x"][:, ::-1]})[:, ::-1]
    wrong = {
        "the state is not handed on: a step begins where the one before it ended": (
            np.stack(each, axis=1)
        ),
        "h0 is not used": formulas.rnn(**alone),
        "it reads from the end": backwards,
    }
    what = f"h for x {inputs['x'].shape} and {inputs['b'].size} units"
    check_close(h, right, what, atol=ATOL, mistakes=wrong)


def steps_of(x):
    return [x[:, t] for t in range(x.shape[1])]


@pytest.mark.points(1, task="rnn", hint="h[:, t] is what rnn_step_forward returns for x[:, t]")
def test_rnn_of_one_step(student, rng):
    """One step from a state of zeros is what the step gives, with an axis for time."""
    check_network(student, zeroed(draw_network(rng, 2, 1, 3, 4), "h0"))


def check_plain_network(student, rng):
    check_network(student, zeroed(draw_network(rng, 1, 3, 2, 3), "h0"))


@pytest.mark.points(2, task="rnn", hint="next_h of one step is prev_h of the next one")
def test_rnn_of_several_steps(student, rng):
    """Each step begins with the state in which the one before it ended."""
    check_plain_network(student, rng)


@pytest.mark.points(1, task="rnn", hint="the first prev_h is h0")
def test_rnn_from_a_state(student, rng):
    """The first step begins with h0."""
    check_network(student, draw_network(rng, 3, 4, 2, 3))


def check_network_gradients(student, rng, sizes, *names, last=False, zeros=()):
    inputs = zeroed(draw_network(rng, *sizes), *zeros)
    out = formulas.rnn(**inputs)
    dout = draw(rng, *out.shape)
    if last:
        dout[:, :-1] = 0
    right = slopes(formulas.rnn, {n: inputs[n] for n in names}, dout, inputs)
    wrong = partial(mistakes.rnn, inputs, out, dout)
    checks = {name: checked(right[name], f"d{name}", name, wrong) for name in names}
    sound = partial(check_plain_network, student, rng)
    Layer(student, "rnn", inputs, (), out, sound).check(dout, **checks)


@pytest.mark.points(1, task="rnn", hint="with one step it is rnn_step_backward, with an axis more")
def test_rnn_gradients_of_one_step(student, rng):
    """For a single step the gradient of x is that of the step."""
    check_network_gradients(student, rng, (2, 1, 3, 3), "x")


@pytest.mark.points(1, task="rnn", hint="dprev_h of a step goes to the step before it")
def test_rnn_gradient_reaches_back(student, rng):
    """The loss at the last step reaches the inputs of all steps."""
    check_network_gradients(student, rng, (1, 4, 2, 3), "x", last=True)


@pytest.mark.points(1, task="rnn", hint="dh[:, t] + dprev_h of the step after it")
def test_rnn_gradient_adds_loss_and_future(student, rng):
    """Every state gets gradient from the loss and from the step after it, as a sum."""
    check_network_gradients(student, rng, (2, 4, 2, 3), "x")


@pytest.mark.points(2, task="rnn", hint="dWx and db add up over the steps: +=")
def test_rnn_weights_add_up_over_time(student, rng):
    """The weights were used at every step and collect from all of them, also where Wh is 0."""
    check_network_gradients(student, rng, (2, 3, 2, 3), "Wx", "b", zeros=("Wh",))


@pytest.mark.points(1, task="rnn", hint="dh0 is dprev_h of the first step")
def test_rnn_dh0(student, rng):
    """What is left after the first step is the gradient of h0."""
    check_network_gradients(student, rng, (2, 3, 2, 3), "h0")


@pytest.mark.points(1, task="rnn", hint="dWh adds up over the steps, each with its own prev_h")
def test_rnn_dwh(student, rng):
    """Wh collects from all steps, at each of them from the state before it."""
    check_network_gradients(student, rng, (2, 3, 2, 3), "Wx", "Wh", "b")


@pytest.mark.points(1, task="rnn", hint="dh[:, t] += ... writes into the caller's dh: make a sum")
@pytest.mark.depends("test_rnn_of_several_steps")
def test_rnn_leaves_its_arguments(student, rng):
    """What was handed in stays as it was, dh above all."""
    inputs = draw_network(rng, 2, 3, 2, 3)
    call = student.after("rnn_forward", *inputs.values())
    check_untouched(call, *inputs.values(), names=", ".join(NETWORK))
    _, cache = as_tuple(call.result, "h, cache")
    dh = draw(rng, 2, 3, 3)
    check_untouched(student.after("rnn_backward", dh, cache), dh, names="dh")


# --- lstm_step: 14 ---

CELL = "x", "prev_h", "prev_c", "Wx", "Wh", "b"


class LSTM:
    """A student's LSTM step as a layer of one output: state and cell side by side."""

    def __init__(self, student):
        self.student = student

    def lstm_forward(self, *inputs):
        result = self.student.lstm_step_forward(*inputs)
        next_h, next_c, cache = as_tuple(result, "next_h, next_c, cache")
        shape = inputs[1].shape
        both = as_array(next_h, shape, "next_h"), as_array(next_c, shape, "next_c")
        return np.concatenate(both, axis=1), cache

    def lstm_backward(self, dout, cache):
        return self.student.lstm_step_backward(*np.split(dout, 2, axis=1), cache)


def draw_cell(rng, n, d, hidden, alike=True):
    """``alike``: all four blocks hold the same, so that their order makes no difference."""
    step = draw_step(rng, n, d, 4 * hidden)
    weights = {"Wx": step["Wx"], "Wh": step["Wh"][:hidden], "b": step["b"]}
    if alike:
        weights = {k: np.tile(w[..., :hidden], 4) for k, w in weights.items()}
    state = {"x": step["x"], "prev_h": draw(rng, n, hidden), "prev_c": draw(rng, n, hidden)}
    return {**state, **weights}


def check_cell_step(student, inputs, what, part=None):
    """``part``: 0, the state alone; 1, the cell alone."""
    out, _ = LSTM(student).lstm_forward(*inputs.values())
    right = formulas.lstm_step(**inputs)
    wrong = mistakes.lstm_forward(inputs)
    for number, name in enumerate(("next_h", "next_c")):
        if part in (None, number):
            check_close(
                np.split(out, 2, axis=1)[number],
                np.split(right, 2, axis=1)[number],
                f"{name} {what}",
                atol=ATOL,
                mistakes={a: np.split(w, 2, axis=1)[number] for a, w in wrong.items()},
            )


def check_plain_cell(student, rng):
    """Gates wide open: neither their order shows nor which of them is a tanh."""
    inputs = zeroed(draw_cell(rng, 2, 2, 3), "prev_h", "b")
    inputs |= {"x": np.full((2, 2), 4.0), "Wx": np.full((2, 12), 4.0)}
    check_cell_step(student, inputs, "with all gates open", part=1)


@pytest.mark.points(1, task="lstm_step", hint="next_c = f * prev_c + i * g")
def test_lstm_adds_to_the_cell(student, rng):
    """With all gates open, and a candidate of 1, the cell grows by 1."""
    check_plain_cell(student, rng)


@pytest.mark.points(1, task="lstm_step", hint="i * g, with i a sigmoid and g a tanh")
def test_lstm_input(student, rng):
    """From a cell of zeros, the new cell is what the input gate lets in of the candidate."""
    inputs = zeroed(draw_cell(rng, 2, 3, 2), "prev_h", "prev_c", "b")
    check_cell_step(student, inputs, "from x alone", part=1)


@pytest.mark.points(1, task="lstm_step", hint="f * prev_c is added, with f a sigmoid")
def test_lstm_keeps_the_cell(student, rng):
    """The forget gate keeps some of the old cell."""
    inputs = zeroed(draw_cell(rng, 2, 3, 2), "prev_h", "b")
    check_cell_step(student, inputs, "from x and prev_c", part=1)
    halved = zeroed(inputs, "Wx", "Wh")
    check_cell_step(student, halved, "with weights of 0", part=1)


@pytest.mark.points(1, task="lstm_step", hint="next_h = o * np.tanh(next_c)")
def test_lstm_output(student, rng):
    """The state is what the output gate shows of the cell's tanh."""
    inputs = zeroed(draw_cell(rng, 2, 3, 2), "prev_h", "b")
    check_cell_step(student, inputs, "from x and prev_c", part=0)


@pytest.mark.points(1, task="lstm_step", hint="a = x @ Wx + prev_h @ Wh + b")
def test_lstm_state_and_bias(student, rng):
    """The old state and the bias move the gates."""
    check_cell_step(student, draw_cell(rng, 2, 3, 2), "from all inputs", part=1)


@pytest.mark.points(2, task="lstm_step", hint="blocks of H columns in the order i, f, o, g")
def test_lstm_order_of_the_blocks(student, rng):
    """The columns of the weights belong to i, f, o, g, in this order."""
    check_cell_step(student, draw_cell(rng, 3, 2, 3, alike=False), "from any weights")


def check_cell_gradients(student, rng, inputs, *names, state=True, cell=True):
    hidden = inputs["prev_h"].shape[1]
    out = formulas.lstm_step(**inputs)
    dout = draw(rng, *out.shape)
    dout[:, :hidden] *= state
    dout[:, hidden:] *= cell
    right = slopes(formulas.lstm_step, {n: inputs[n] for n in names}, dout, inputs)
    wrong = partial(mistakes.lstm_backward, inputs, dout)
    checks = {name: checked(right[name], f"d{name}", name, wrong) for name in names}
    sound = partial(check_plain_cell, student, rng)
    Layer(LSTM(student), "lstm", inputs, (), out, sound).check(dout, **checks)


@pytest.mark.points(1, task="lstm_step", hint="dprev_c = dc * f")
def test_lstm_gradient_along_the_cell(student, rng):
    """What comes from the next cell goes to the old cell through the forget gate."""
    inputs = draw_cell(rng, 2, 3, 2)
    check_cell_gradients(student, rng, inputs, "prev_c", state=False)


@pytest.mark.points(1, task="lstm_step", hint="dc = dnext_c + dnext_h * o * (1 - tanh(next_c)**2)")
def test_lstm_gradient_of_the_state_reaches_the_cell(student, rng):
    """What comes from the state goes into the cell, too, and both add up."""
    check_cell_gradients(student, rng, draw_cell(rng, 2, 3, 2), "prev_c")


@pytest.mark.points(1, task="lstm_step", hint="da @ Wx.T and da @ Wh.T, with da (N, 4H)")
def test_lstm_dx_and_dprev_h(student, rng):
    """The input and the old state collect from all four blocks."""
    check_cell_gradients(student, rng, draw_cell(rng, 2, 3, 2), "x", "prev_h")


@pytest.mark.points(1, task="lstm_step", hint="x.T @ da and prev_h.T @ da, blocks i, f, o, g")
def test_lstm_dwx_and_dwh(student, rng):
    """The weights of each block get that block's gradient."""
    inputs = draw_cell(rng, 3, 2, 2, alike=False)
    check_cell_gradients(student, rng, inputs, "Wx", "Wh")


@pytest.mark.points(1, task="lstm_step", hint="da.sum(axis=0), blocks i, f, o, g")
def test_lstm_db(student, rng):
    """The bias adds up over the examples."""
    check_cell_gradients(student, rng, draw_cell(rng, 3, 2, 2, alike=False), "b")


@pytest.mark.points(1, task="lstm_step", hint="f *= ... on a view, and +=, write where they stand")
@pytest.mark.depends("test_lstm_adds_to_the_cell")
def test_lstm_leaves_its_arguments(student, rng):
    """What was handed in stays as it was."""
    inputs = draw_cell(rng, 2, 3, 2)
    call = student.after("lstm_step_forward", *inputs.values())
    check_untouched(call, *inputs.values(), names=", ".join(CELL))
    _, _, cache = as_tuple(call.result, "next_h, next_c, cache")
    dnext = draw(rng, 2, 2), draw(rng, 2, 2)
    call = student.after("lstm_step_backward", *dnext, cache)
    check_untouched(call, *dnext, names="dnext_h, dnext_c")


@pytest.mark.points(1, task="lstm_step", hint="try N, D and H of 1, and blocks that differ")
def test_lstm_gradients_together(student, rng):
    """All gradients at once, for one example and one unit, and for more."""
    for sizes in [(1, 1, 1), (2, 3, 2)]:
        check_cell_gradients(student, rng, draw_cell(rng, *sizes, alike=False), *CELL)


# --- gru_step: 6 ---


def draw_gru(rng, n, d, hidden, alike=True):
    cell = draw_cell(rng, n, d, hidden, alike)
    del cell["prev_c"]
    return {k: v[..., : 3 * hidden] if k in ("Wx", "Wh", "b") else v for k, v in cell.items()}


def check_gru(student, inputs, what):
    next_h, _ = as_tuple(student.gru_step_forward(*inputs.values()), "next_h, cache")
    right = formulas.gru_step(**inputs)
    wrong = partial(mistakes.gru_forward, inputs)
    check_close(next_h, right, f"next_h {what}", atol=ATOL, mistakes=wrong)


@pytest.mark.points(1, task="gru_step", hint="z is a sigmoid: 1/2 at 0")
def test_gru_keeps_half(student, rng):
    """With weights of 0 the state is halved."""
    check_gru(student, zeroed(draw_gru(rng, 2, 3, 2), "Wx", "Wh", "b"), "with weights of 0")


def shut(inputs, *blocks):
    """Without weights and bias for these blocks: gates that stand at 1/2."""
    hidden = inputs["prev_h"].shape[1]
    changed = {k: v.copy() for k, v in inputs.items()}
    for name in ("Wx", "Wh", "b"):
        for block in blocks:
            changed[name][..., block * hidden : (block + 1) * hidden] = 0
    return changed


@pytest.mark.points(2, task="gru_step", hint="(1 - z) * n, with n = np.tanh(...)")
def test_gru_candidate(student, rng):
    """With both gates at 1/2, the new state is the mean of the old one and of the candidate."""
    check_gru(student, shut(draw_gru(rng, 2, 3, 2), 0, 1), "with both gates at 1/2")


@pytest.mark.points(1, task="gru_step", hint="(1 - z) * n + z * prev_h: z is what stays")
def test_gru_update_gate(student, rng):
    """The update gate weighs the old state, 1 - z the candidate."""
    check_gru(student, zeroed(draw_gru(rng, 2, 3, 2), "Wh"), "without Wh")


@pytest.mark.points(1, task="gru_step", hint="np.tanh(x @ Wx_n + b_n + r * (prev_h @ Wh_n))")
def test_gru_reset_gate(student, rng):
    """The reset gate stands behind the product with Wh, and does not touch the bias."""
    check_gru(student, shut(draw_gru(rng, 3, 2, 3), 1), "with the update gate at 1/2")


@pytest.mark.points(1, task="gru_step", hint="blocks of H columns in the order r, z, n")
def test_gru_order_of_the_blocks(student, rng):
    """The columns of the weights belong to r, z, n, in this order."""
    for sizes in [(2, 3, 2), (1, 1, 1)]:
        check_gru(student, draw_gru(rng, *sizes, alike=False), "from any weights")


# --- temporal_softmax_loss: 10 ---


def draw_scores(rng, n, t, v):
    return draw(rng, n, t, v), rng.integers(0, v, (n, t))


def draw_mask(rng, n, t):
    """Sequences of different lengths, the first of them whole and the last one of one step."""
    lengths = np.concatenate([[t], rng.integers(1, t + 1, n - 2), [1]])
    return np.arange(t) < lengths[:, None]


def loss_and_dx(student, x, y, mask):
    return as_tuple(student.temporal_softmax_loss(x, y, mask), "loss, dx")


def check_loss(student, x, y, mask):
    loss, _ = loss_and_dx(student, x, y, mask)
    right = formulas.temporal_loss(x, y, mask)
    n, t = y.shape
    wrong = {
        "divide by N, not by the steps that count": right * n / mask.sum(),
        "divide by N, not by N T": right / t,
        "divide by N, the number of sequences": right * n,
        "the mask has no effect": formulas.temporal_loss(x, y, mask | True),
        "the mask is the wrong way round: true means that the step counts": (
            formulas.temporal_loss(x, y, ~mask)
        ),
        "the first step alone counts": formulas.temporal_loss(x, y, mask & (np.arange(t) == 0)),
        "the last step alone counts": formulas.temporal_loss(x, y, mask & (np.arange(t) == t - 1)),
    }
    check_close(loss, right, f"the loss for scores {x.shape}", atol=ATOL, mistakes=wrong)


@pytest.mark.points(2, task="temporal_softmax_loss", hint="-log softmax(x)[y], mean over N")
def test_temporal_loss_of_one_step(student, rng):
    """With one step a sequence it is the mean of the cross-entropy."""
    x, y = draw_scores(rng, 3, 1, 5)
    check_loss(student, x, y, np.ones((3, 1), dtype=bool))


@pytest.mark.points(1, task="temporal_softmax_loss", hint="add up over the steps, divide by N only")
def test_temporal_loss_adds_up_over_time(student, rng):
    """The steps of a sequence add up; the mean is over sequences alone."""
    x, y = draw_scores(rng, 3, 4, 5)
    check_loss(student, x, y, np.ones((3, 4), dtype=bool))


@pytest.mark.points(2, task="temporal_softmax_loss", hint="multiply the losses by mask")
def test_temporal_loss_mask(student, rng):
    """Steps that the mask leaves out cost nothing, and N stays what it is."""
    x, y = draw_scores(rng, 3, 4, 5)
    check_loss(student, x, y, draw_mask(rng, 3, 4))


def check_dx(student, x, y, mask):
    _, dx = loss_and_dx(student, x, y, mask)
    right = slopes(lambda x: formulas.temporal_loss(x, y, mask), {"x": x}, 1.0)["x"]
    whole = slopes(lambda x: formulas.temporal_loss(x, y, mask | True), {"x": x}, 1.0)["x"]
    onehot = (np.arange(x.shape[2]) == y[..., None]) * mask[..., None]
    wrong = {
        "divide by N, as the loss": right * len(x),
        "divide by N, not by the steps that count": right * len(x) / mask.sum(),
        "the mask has no effect: steps that do not count get 0": whole,
        "1 is to be subtracted where the right token is": right + onehot / len(x),
    }
    check_close(dx, right, f"dx for scores {x.shape}", atol=ATOL, mistakes=wrong)


@pytest.mark.points(2, task="temporal_softmax_loss", hint="(p - onehot) / N at every step")
def test_temporal_gradient(student, rng):
    """The gradient at each step is that of the softmax, over N."""
    x, y = draw_scores(rng, 3, 1, 4)
    check_dx(student, x, y, np.ones((3, 1), dtype=bool))


@pytest.mark.points(
    1, task="temporal_softmax_loss", hint="multiply the gradient by mask[:, :, None]"
)
def test_temporal_gradient_mask(student, rng):
    """Steps that the mask leaves out have no gradient."""
    x, y = draw_scores(rng, 3, 3, 4)
    check_dx(student, x, y, draw_mask(rng, 3, 3))


@pytest.mark.points(
    1, task="temporal_softmax_loss", hint="s_y - max - log(sum(exp(s - max))): no log of 0"
)
def test_temporal_loss_is_stable(student, rng):
    """Scores of 1000, right or wrong, have a finite and right loss."""
    right = rng.integers(0, 4, (1, 2))
    x = 1000.0 * (np.arange(4) == right[..., None])
    y = right + np.array([[0, 1]])
    y %= 4
    loss, dx = loss_and_dx(student, x, y, np.ones((1, 2), dtype=bool))
    check_close(loss, 1000.0, "the loss for scores of 1000")
    onehot = np.arange(4) == y[..., None]
    check_close(dx, x / 1000 - onehot, "dx for scores of 1000", atol=ATOL)


@pytest.mark.points(
    1, task="temporal_softmax_loss", hint="x -= x.max(...) writes into the caller's x"
)
@pytest.mark.depends("test_temporal_loss_of_one_step")
def test_temporal_loss_leaves_its_arguments(student, rng):
    """Scores, tokens and mask that were handed in stay as they were."""
    (x, y), mask = draw_scores(rng, 3, 4, 5), draw_mask(rng, 3, 4)
    call = student.after("temporal_softmax_loss", x, y, mask)
    check_untouched(call, x, y, mask, names="x, y, mask")


# --- clip_by_norm: 4 ---


def clip(student, grads, max_norm):
    clipped, norm = as_tuple(student.clip_by_norm(grads, max_norm), "clipped, norm")
    same = isinstance(clipped, dict) and set(clipped) == set(grads)
    assert same, "clipped is not a dict with the keys of grads"
    return clipped, norm


def check_clipped(student, grads, max_norm):
    flat = np.concatenate([g.ravel() for g in grads.values()])
    norm = np.linalg.norm(flat)
    factor = min(1.0, max_norm / norm) if norm else 1.0
    clipped, _ = clip(student, grads, max_norm)
    for name, g in grads.items():
        own = max(np.linalg.norm(g), 1e-12)
        wrong = {
            "each entry is cut off: scale all of them by one factor": np.clip(
                g, -max_norm, max_norm
            ),
            "each array is clipped by itself: all together have one norm": (
                g * min(1.0, max_norm / own)
            ),
            "it is not scaled down to max_norm": g,
            "short gradients stay as they are": g * max_norm / max(norm, 1e-12),
            "the norm is the root of the sum of squares": g * max_norm / max(1e-12, norm**2),
            "the norm is the root of the sum of squares, not the sum of sizes": (
                g * min(1.0, max_norm / max(1e-12, np.abs(flat).sum()))
            ),
        }
        check_close(clipped[name], g * factor, f"clipped[{name!r}]", atol=ATOL, mistakes=wrong)


@pytest.mark.points(1, task="clip_by_norm", hint="g * max_norm / norm where norm > max_norm")
def test_clip_one_array(student, rng):
    """A gradient that is too long keeps its direction and gets the length max_norm."""
    g = draw(rng, 3, 4)
    check_clipped(student, {"W": g}, 0.3 * np.linalg.norm(g))


@pytest.mark.points(1, task="clip_by_norm", hint="one norm over all arrays, and one factor for all")
def test_clip_all_together(student, rng):
    """All arrays together have one length, and are scaled by one factor."""
    grads = {"W": draw(rng, 3, 4), "b": draw(rng, 4), "c": draw(rng, 2, 2, 2)}
    check_clipped(student, grads, 0.9 * min(np.linalg.norm(g) for g in grads.values()))


@pytest.mark.points(
    1, task="clip_by_norm", hint="where norm <= max_norm the factor is 1, also at 0"
)
@pytest.mark.depends("test_clip_one_array")
def test_clip_leaves_short_gradients(student, rng):
    """Short gradients stay as they are, those of length 0 included."""
    g = draw(rng, 3, 4)
    check_clipped(student, {"W": g, "b": draw(rng, 2)}, 10 * np.linalg.norm(g) + 10)
    check_clipped(student, {"W": np.zeros((2, 2))}, 1.0)


@pytest.mark.points(1, task="clip_by_norm", hint="return new arrays, and the norm before clipping")
def test_clip_returns_the_norm(student, rng):
    """The norm before clipping is returned, and what was handed in stays as it was."""
    grads = {"W": draw(rng, 3, 4), "b": draw(rng, 4)}
    norm = np.sqrt(sum(np.vdot(g, g) for g in grads.values()))
    call = student.after("clip_by_norm", {k: g.copy() for k, g in grads.items()}, norm / 2)
    _, found = as_tuple(call.result, "clipped, norm")
    wrong = {
        "it is the norm after clipping: return the one before": norm / 2,
        "the square root is missing": norm**2,
    }
    check_close(found, norm, "norm", mistakes=wrong)
    after = call.args[0]
    kept = isinstance(after, dict) and all(np.array_equal(after.get(k), grads[k]) for k in grads)
    assert kept, "the gradients that were handed in were changed: make new arrays and a new dict"


# --- attention: 10 ---


class Attention:
    """A student's attention under the names that layers have."""

    def __init__(self, student):
        self.attention_forward = student.attention
        self.attention_backward = student.attention_backward


def draw_attention(rng, n, queries, keys, d, e):
    return {"q": draw(rng, n, queries, d), "k": draw(rng, n, keys, d), "v": draw(rng, n, keys, e)}


def causal(size):
    return np.tri(size, dtype=bool)


def check_attention(student, inputs, *mask):
    out, _ = as_tuple(student.attention(*inputs.values(), *mask), "out, cache")
    right = formulas.attention(**inputs, mask=mask[0] if mask else None)
    q, k, v = inputs.values()
    d = q.shape[2]
    m = mask[0] if mask else None

    def wrong():
        found = {
            "the scores are not divided by sqrt(D)": formulas.attention(q, k, v, m, 1.0),
            "the scores are divided by D: take its square root": (
                formulas.attention(q, k, v, m, float(d))
            ),
            "the scores are multiplied by sqrt(D): divide": (
                formulas.attention(q, k, v, m, d**-0.5)
            ),
            "the mask has no effect": formulas.attention(q, k, v),
            "all places weigh the same: heed the scores": formulas.attention(0 * q, k, v, m),
        }
        if m is not None and q.shape[1] == k.shape[1]:
            found["the mask is transposed: rows are queries"] = formulas.attention(q, k, v, m.T)
        if m is not None:
            scores = np.exp(q @ k.transpose(0, 2, 1) / np.sqrt(d))
            weights = np.where(m, scores, 0) / scores.sum(axis=2, keepdims=True)
            found["the weights do not sum to 1: mask the scores, before the softmax"] = weights @ v
            zero = np.where(m, scores, 1)
            found["a masked score is -infinity, not 0"] = zero / zero.sum(axis=2, keepdims=True) @ v
        scores = np.exp(q @ k.transpose(0, 2, 1) / np.sqrt(d))
        if m is None:
            found["the softmax goes over the queries: take it over the keys"] = (
                scores / scores.sum(axis=1, keepdims=True) @ v
            )
        return found

    what = f"out for queries {q.shape}, keys {k.shape}, values {v.shape}"
    check_close(out, right, what, atol=ATOL, mistakes=wrong)


def check_plain_attention(student, rng):
    check_attention(student, draw_attention(rng, 1, 2, 3, 1, 1))


@pytest.mark.points(2, task="attention", hint="softmax(q @ k.T / np.sqrt(D)) @ v")
def test_attention_plain(student, rng):
    """With one number a key, each query takes the mean of the values with its weights."""
    check_plain_attention(student, rng)


@pytest.mark.points(1, task="attention", hint="divide the scores by np.sqrt(q.shape[2])")
def test_attention_scale(student, rng):
    """The scores are divided by the root of the keys' length."""
    check_attention(student, draw_attention(rng, 1, 3, 3, 4, 2))


@pytest.mark.points(1, task="attention", hint="np.where(mask, scores, -np.inf) before the softmax")
def test_attention_mask(student, rng):
    """Where the mask is false nothing is looked up, and the rest sums to 1."""
    check_attention(student, draw_attention(rng, 1, 4, 4, 1, 2), causal(4))


@pytest.mark.points(1, task="attention", hint="each sequence by itself; Tq, Tk, D and E may differ")
def test_attention_any_shape(student, rng):
    """Several sequences, and as many queries, keys and numbers as one likes."""
    check_attention(student, draw_attention(rng, 3, 2, 5, 1, 4))
    check_attention(student, draw_attention(rng, 2, 1, 3, 1, 2), np.array([[True, False, True]]))


@pytest.mark.points(1, task="attention", hint="subtract each row's maximum before np.exp")
def test_attention_is_stable(student, rng):
    """Scores of 1000 pick one value."""
    k, v = np.array([[[1.0], [-1.0], [0.5]]]), draw(rng, 1, 3, 2)
    out, _ = as_tuple(student.attention(np.full((1, 1, 1), 2000.0), k, v, None), "out, cache")
    check_close(out, v[:, :1], "out for scores of 2000", atol=ATOL)


def check_attention_gradients(student, rng, sizes, *names, mask=None):
    inputs = draw_attention(rng, *sizes)
    out = formulas.attention(**inputs, mask=mask)
    dout = draw(rng, *out.shape)
    f = partial(formulas.attention, mask=mask)
    right = slopes(f, {n: inputs[n] for n in names}, dout, inputs)
    wrong = partial(mistakes.attention_backward, inputs, dout, mask)
    checks = {name: checked(right[name], f"d{name}", name, wrong) for name in names}
    sound = partial(check_plain_attention, student, rng)
    Layer(Attention(student), "attention", inputs, (mask,), out, sound).check(dout, **checks)


@pytest.mark.points(1, task="attention", hint="dv = p^T dout, p the weights")
def test_attention_dv(student, rng):
    """A value gets the gradient of each output, times its weight there."""
    check_attention_gradients(student, rng, (2, 3, 4, 4, 2), "v")


@pytest.mark.points(1, task="attention", hint="ds = p * (dp - sum(p * dp)), dq = ds @ k / sqrt(D)")
def test_attention_dq(student, rng):
    """The queries get the gradient through the softmax and the keys."""
    check_attention_gradients(student, rng, (2, 3, 4, 4, 2), "q")


@pytest.mark.points(1, task="attention", hint="dk = ds^T @ q / sqrt(D)")
def test_attention_dk(student, rng):
    """The keys get it through the softmax and the queries."""
    check_attention_gradients(student, rng, (2, 3, 4, 4, 2), "k")


@pytest.mark.points(1, task="attention", hint="where the mask is false p is 0, and so is ds")
def test_attention_gradients_with_a_mask(student, rng):
    """What may not be looked at gets no gradient."""
    check_attention_gradients(student, rng, (2, 3, 3, 4, 2), "q", "k", "v", mask=causal(3))


# --- positional_encoding: 4 ---


def check_positions(student, length, dim, change=lambda out: out, what="the encoding"):
    right = formulas.positions(length, dim)
    out = as_array(student.positional_encoding(length, dim), (length, dim), what)
    t, i = np.arange(length)[:, None], np.arange(0, dim, 2)
    angles = {
        "the exponent is 2 i / dim: i counts pairs": t / 10000 ** (i / 2 / dim),
        "every pair has the same speed: divide t by 10000^(2 i / dim)": t + 0.0 * i,
        "multiply the exponent by -1: later pairs are slower": t * 10000 ** (i / dim),
    }
    wrong = {
        advice: np.stack([np.sin(a), np.cos(a)], axis=2).reshape(length, dim)
        for advice, a in angles.items()
    }
    pairs = right.reshape(length, -1, 2)
    wrong["sines and cosines alternate, column by column"] = np.concatenate(
        [pairs[..., 0], pairs[..., 1]], axis=1
    )
    wrong["sines come first, then cosines: even columns are sines"] = pairs[..., ::-1].reshape(
        right.shape
    )
    wrong = {advice: change(w) for advice, w in wrong.items()}
    check_close(change(out), change(right), what, atol=ATOL, mistakes=wrong)


def sorted_rows(out):
    return np.sort(out, axis=1)


@pytest.mark.points(2, task="positional_encoding", hint="sin(t) and cos(t) are the first pair")
def test_positions_of_one_pair(student, rng):
    """With two columns a place has the sine and the cosine of its number, from 0 on."""
    length = int(rng.integers(5, 12))
    check_positions(student, length, 2, sorted_rows, "the numbers of each place")


@pytest.mark.points(1, task="positional_encoding", hint="t / 10000**(2 * i / dim), i = 0, 1, ...")
def test_positions_have_speeds(student, rng):
    """Each pair turns more slowly than the one before it, whatever the order of the columns."""
    length = int(rng.integers(5, 12))
    check_positions(student, length, 6, sorted_rows, "the numbers of each place")


@pytest.mark.points(1, task="positional_encoding", hint="out[:, 0::2] = sin, out[:, 1::2] = cos")
@pytest.mark.depends("test_positions_of_one_pair")
def test_positions_alternate(student, rng):
    """Sines stand in even columns and cosines in odd ones."""
    check_positions(student, int(rng.integers(5, 12)), 2)
    check_positions(student, 3, 8)


# --- beam_search: 4 ---


class Texts:
    """What a student's search may ask for: log-probabilities of a table."""

    def __init__(self, table):
        self.table = table
        self.asked_too_far = False

    def __call__(self, tokens):
        key = tuple(int(token) for token in np.asarray(tokens).ravel())
        if key not in self.table:
            self.asked_too_far = True
            raise ValueError("asked about a text that has ended, or has its full length")
        return self.table[key].copy()


def found_text(student, table, width, length, end=None):
    result = student.beam_search(Texts(table), width, length, end)
    tokens, total = as_tuple(result, "tokens, total")
    array = as_array(tokens, np.shape(tokens) if np.ndim(tokens) == 1 else (length,), "tokens")
    return [int(token) for token in array], total


def check_search(student, table, vocab_size, width, length, end=None):
    right = formulas.beams(table, vocab_size, width, length, end)
    tokens, _ = found_text(student, table, width, length, end)
    if tokens == right:
        return
    what = f"with width {width} the text"
    greedy = formulas.beams(table, vocab_size, 1, length, end)
    assert tokens != greedy or width == 1, f"{what} is that of a greedy search: keep {width} texts"
    assert len(tokens) <= length, f"{what} has {len(tokens)} tokens where {length} are the most"
    if end is not None and len(right) < length:
        assert len(tokens) != len(right) - 1, f"{what} has lost its end, which is a part of it"
        assert len(tokens) < length, f"{what} is longer than the right one: may it end early?"
    raise AssertionError(f"{what} is not the one that the beams lead to")


def table_where(rng, vocab_size, length, end, fits):
    """The first table that is drawn and ``fits``."""
    while True:
        table = formulas.random_table(rng, vocab_size, length, end)
        if fits(table):
            return table


@pytest.mark.points(1, task="beam_search", hint="with width 1: the likeliest token in each round")
def test_beam_of_one_is_greedy(student, rng):
    """One beam takes the likeliest token at every step."""
    check_search(student, formulas.random_table(rng, 4, 3), 4, 1, 3)


@pytest.mark.points(1, task="beam_search", hint="sort all extensions of all beams, keep the best")
def test_beams_find_what_greed_misses(student, rng):
    """Two beams find a text whose first token is not the likeliest."""

    def fits(table):
        return formulas.beams(table, 3, 2, 3) != formulas.beams(table, 3, 1, 3)

    check_search(student, table_where(rng, 3, 3, None, fits), 3, 2, 3)


@pytest.mark.points(1, task="beam_search", hint="a text that ended competes as it is, unextended")
def test_beams_that_have_ended(student, rng):
    """A text that has ended stays in the running, is not extended, and may win."""

    def fits(table):
        best = formulas.beams(table, 3, 2, 4, 0)
        return len(best) in (2, 3) and best != formulas.beams(table, 3, 1, 4, 0)

    check_search(student, table_where(rng, 3, 4, 0, fits), 3, 2, 4, 0)


@pytest.mark.points(1, task="beam_search", hint="add log-probabilities; return the best text's sum")
@pytest.mark.depends("test_beam_of_one_is_greedy")
def test_beams_know_their_total(student, rng):
    """The sum of log-probabilities is returned, also where all texts are kept."""
    table = formulas.random_table(rng, 3, 3)
    for width in (1, 40):
        tokens, total = found_text(student, table, width, 3)
        right = formulas.text_of(table, tokens)
        wrong = {
            "it is a probability: return its logarithm": np.exp(right),
            "it is divided by the length": right / 3,
        }
        check_close(total, right, f"total with width {width}", mistakes=wrong)
        check_search(student, table, 3, width, 3)
