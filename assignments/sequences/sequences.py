# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Sequences: one cell, at every moment
#
# A name is a sequence of letters, and a letter says little without those before it: after *q* comes
# *u*. A network for sequences reads one letter at a time, with the same weights at every step, and
# keeps what it has read in a **state**. What a convolution is to the places of an image, a
# recurrent network is to the moments of a sequence.
#
# In this notebook you count letters, which is the model to beat, build a recurrent step and its
# gradient, send the gradient back through time, repair what that does to it with an LSTM, look
# things up with attention, and in the end let an LSTM of your own invent names that nobody has.
#
# You need NumPy and nothing else. Notation, used everywhere below:
#
# | symbol | shape | meaning |
# |---|---|---|
# | `tokens` | `(L,)` | one long text, each letter a whole number from 0 to `V` - 1 |
# | `x` | `(N, D)`, or `(N, T, D)` over time | `N` sequences, `T` steps each, `D` numbers a step |
# | `h` | `(N, H)`, or `(N, T, H)` | the state: `H` units |
# | `Wx`, `Wh`, `b` | `(D, H)`, `(H, H)`, `(H,)` | weights of the input and of the state, biases |
#
# A name that begins with `d` is the gradient of the loss with respect to what follows the `d`.
# Write each function where it says `YOUR CODE HERE` and run the cell below it: it checks your
# function on the spot and tells you what it found. `dlcourse check sequences` does the same for the
# whole file. No function may change the arrays and dictionaries that it is given.

# %%
import numpy as np

if __name__ == "__main__":
    import matplotlib.pyplot as plt

    from graders.students.check import check_cell, course_root

# %% [markdown]
# Two functions that earlier assignments asked for are here, written for you.


# %% nbgrader={"grade": false, "grade_id": "helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
def sigmoid(z: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-z)), of any shape, for any z."""
    return (1 + np.tanh(z / 2)) / 2


def softmax(scores: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis; a score of -inf has probability 0."""
    odds = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return odds / odds.sum(axis=-1, keepdims=True)


# %% [markdown]
# ## 1. Counting
#
# The oldest language model needs no network. Count how often each letter follows each pair of
# letters, and you can say how likely the next one is. Such a run of $n$ tokens is an **n-gram**,
# and $n$ is the *order* of the model: order 1 knows how frequent each letter is, order 2 also sees
# the letter before.
#
# The counts of order $n$ are an array with $n$ axes of length $V$: `counts[a, b, c]` says how often
# `a b c` stand side by side in the text. A text of $L$ tokens holds $L - n + 1$ such runs, which
# overlap.
#
# *A worked number.* In the text `0 1 0 1 1` the runs of two are `01`, `10`, `01`, `11`:
#
# $$\text{counts} = \begin{pmatrix} 0 & 2 \\ 1 & 1 \end{pmatrix}$$
#
# Where the next token is $c$ after the context $a b$, the model says
#
# $$p(c \mid a b) = \frac{\text{counts}[a, b, c] + \alpha}
#   {\sum_{c'} \text{counts}[a, b, c'] + \alpha V}$$
#
# With $\alpha = 0$ that is the plain frequency. But then a single run that was never seen has
# probability 0, and a text that holds it is impossible. So each of the $V$ tokens is given $\alpha$
# occurrences in advance; after a context that was never seen, all are equally likely.
#
# How good is a model? Let it predict a text that it was not counted on, and take the mean of
# $-\log_2 p$ over all tokens that have a whole context before them, $L - n + 1$ of them. That is
# **bits per character**: what each letter would cost if one stored the text with this model. Not
# knowing anything costs $\log_2 V$.


# %% nbgrader={"grade": false, "grade_id": "ngram-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def ngram_counts(tokens: np.ndarray, order: int, vocab_size: int) -> np.ndarray:
    """Count the runs of ``order`` tokens.

    Args:
        tokens: (L,) whole numbers from 0 to V - 1.
        order: n, 1 at least.
        vocab_size: V.

    Returns:
        (V, ..., V) with n axes; all 0 where the text is shorter than n.
    """
    ### BEGIN SOLUTION
    counts = np.zeros((vocab_size,) * order)
    places = max(0, len(tokens) - order + 1)
    runs = tuple(tokens[k : k + places] for k in range(order))  # the first of each run, the second…
    np.add.at(counts, runs, 1)  # += that counts every repetition
    return counts
    ### END SOLUTION


def bits_per_character(tokens: np.ndarray, counts: np.ndarray, alpha: float = 1.0) -> float:
    """What a text costs with a model of counts.

    Args:
        tokens: (L,) a text, n tokens at least.
        counts: (V, ..., V) with n axes, from another text.
        alpha: occurrences that every token is given in advance, above 0.

    Returns:
        The mean of -log2 p over the L - n + 1 tokens that have n - 1 others before them.
    """
    ### BEGIN SOLUTION
    order, vocab_size = counts.ndim, counts.shape[0]
    places = len(tokens) - order + 1
    runs = tuple(tokens[k : k + places] for k in range(order))
    context = counts.sum(axis=-1)[runs[:-1]]
    return float(-np.mean(np.log2((counts[runs] + alpha) / (context + alpha * vocab_size))))
    ### END SOLUTION


# %%
if __name__ == "__main__":
    tiny = np.array([0, 1, 0, 1, 1])
    print(ngram_counts(tiny, 2, 2))  # [[0. 2.] [1. 1.]]
    print(bits_per_character(tiny, ngram_counts(tiny, 1, 2)))  # 0.973: p is 3/7 and 4/7

# %% nbgrader={"grade": true, "grade_id": "ngram", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("sequences", task="ngram", namespace=globals())

# %% [markdown]
# Try it on first names of the 1990 US census. They become one long text with a dot between them,
# so that the dot says both "a name ends" and "a name begins". More context helps until most
# contexts have been seen too seldom to be worth anything.

# %%
if __name__ == "__main__":
    with np.load(course_root() / "data" / "names.npz") as census:
        train_names = [name.decode().lower() for name in census["train_names"]]
        test_names = [name.decode().lower() for name in census["test_names"]]
    LETTERS = ".abcdefghijklmnopqrstuvwxyz"  # the dot is token 0

    def as_tokens(names):
        """(L,): a dot, and each name with a dot after it."""
        return np.array([LETTERS.index(letter) for letter in "." + ".".join(names) + "."])

    train_text, test_text = as_tokens(train_names), as_tokens(test_names)
    print(f"knowing nothing costs {np.log2(len(LETTERS)):.2f} bits")
    for order in (1, 2, 3, 4):
        counts = ngram_counts(train_text, order, len(LETTERS))
        bits = bits_per_character(test_text, counts, alpha=0.1)
        print(f"order {order}: {bits:.2f} bits per character on names that were not counted")

# %% [markdown]
# ## 2. Sampling
#
# A model that predicts can also write: draw the next token from what it predicts, append it, and
# predict again. The scores $s$ of the tokens become probabilities, with a **temperature** $\tau$:
#
# $$p_j = \frac{e^{s_j / \tau}}{\sum_k e^{s_k / \tau}}$$
#
# Near 0 the likeliest token is taken every time; at 1 tokens come as often as the model says; above
# 1 the rare ones gain. With **top k** only the $k$ tokens of the highest scores take part, and
# share all of the probability: no chance is left for one of the thousand unlikely ones.
#
# *A worked number.* Scores $(\ln 4, \ln 2, \ln 1)$ at $\tau = 1$ give 4/7, 2/7 and 1/7; at $\tau =
# 1/2$ the odds are squared, 16/21, 4/21 and 1/21; with $k = 2$ at $\tau = 1$ they are 2/3, 1/3, 0.
#
# Every row of `logits` is a text of its own and gets one draw. `rng.choice(V, p=p)`, row by row,
# will do. All rows at once: $\arg\max_j (s_j / \tau + g_j)$, with $g$ drawn by `rng.gumbel`, is a
# draw from just these probabilities. Draw from `rng` and from nothing else.


# %% nbgrader={"grade": false, "grade_id": "sample-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sample(
    logits: np.ndarray, temperature: float, top_k: int | None, rng: np.random.Generator
) -> np.ndarray:
    """Draw one token for each row of scores.

    Args:
        logits: (N, V) scores, of any size.
        temperature: above 0; the scores are divided by it.
        top_k: how many of the highest scores take part, from 1 to V; None: all of them.
        rng: where chance comes from.

    Returns:
        (N,) whole numbers from 0 to V - 1.
    """
    ### BEGIN SOLUTION
    scores = logits / temperature
    if top_k is not None:
        least = np.sort(scores, axis=1)[:, -top_k, None]  # (N, 1), the k-th highest
        scores = np.where(scores < least, -np.inf, scores)
    return np.argmax(scores + rng.gumbel(size=scores.shape), axis=1)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    draws = sample(np.log(np.tile([4.0, 2, 1], (7000, 1))), 1.0, None, np.random.default_rng(0))
    print(np.bincount(draws))  # about 4000 2000 1000

# %% nbgrader={"grade": true, "grade_id": "sample", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("sequences", task="sample", namespace=globals())

# %% [markdown]
# Names that counting invents: each letter is drawn given the two before it.

# %%
if __name__ == "__main__":
    pairs, triples = (ngram_counts(train_text, order, len(LETTERS)) for order in (2, 3))
    rng = np.random.default_rng(0)
    first = sample(np.log(np.tile(pairs[0], (12, 1)) + 0.01), 0.8, None, rng)  # after a dot
    rows = np.column_stack([np.zeros(12, dtype=int), first])  # twelve names at once
    for _ in range(12):
        logits = np.log(triples[rows[:, -2], rows[:, -1]] + 0.01)
        rows = np.column_stack([rows, sample(logits, 0.8, None, rng)])
    texts = ["".join(LETTERS[t] for t in row[1:]) for row in rows]
    print(" ".join(text.partition(".")[0].title() for text in texts))

# %% [markdown]
# ## 3. Letters become vectors
#
# 5 for *e* and 6 for *f* would claim that they are alike. A network gets a row of numbers for each
# token instead, out of a table $W$ that it learns: $\text{out}[n, t] = W[x[n, t]]$. That is a
# product with one-hot vectors, written down without the zeros.
#
# Backward: row $v$ of the table was used wherever $x[n, t] = v$, so it collects the gradient from
# all of these places. A token that did not occur gets 0.
#
# *Mind the repetition.* `dW[x] += dout` looks right and is not: with an array as index, NumPy adds
# once for each row, however often the row is named. `np.add.at(dW, x, dout)` counts each time.


# %% nbgrader={"grade": false, "grade_id": "embedding-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def embedding_forward(x: np.ndarray, W: np.ndarray) -> tuple[np.ndarray, tuple]:
    """Look up a row of the table for every token.

    Args:
        x: (N, T) whole numbers from 0 to V - 1.
        W: (V, D) the table.

    Returns:
        out: (N, T, D).
        cache: whatever embedding_backward needs.
    """
    ### BEGIN SOLUTION
    return W[x], (x, W.shape)
    ### END SOLUTION


def embedding_backward(dout: np.ndarray, cache: tuple) -> np.ndarray:
    """Gradient of the table: (N, T, D) -> (V, D)."""
    ### BEGIN SOLUTION
    x, shape = cache
    dW = np.zeros(shape)
    np.add.at(dW, x, dout)
    return dW
    ### END SOLUTION


# %%
if __name__ == "__main__":
    out, cache = embedding_forward(np.array([[2, 0, 2]]), np.array([[1.0], [10], [100]]))
    print(out[0, :, 0])  # [100. 1. 100.]
    print(embedding_backward(np.ones((1, 3, 1)), cache)[:, 0])  # [1. 0. 2.]

# %% nbgrader={"grade": true, "grade_id": "embedding", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("sequences", task="embedding", namespace=globals())

# %% [markdown]
# ## 4. One step of a recurrent network
#
# The new state is made of the input and of the old state:
#
# $$h_{\text{next}} = \tanh(x W_x + h_{\text{prev}} W_h + b)$$
#
# *A worked number.* With one unit, $x = 1$, $h_{\text{prev}} = 0.5$, $W_x = 0.4$, $W_h = 0.6$ and
# $b = -0.2$: $a = 0.4 + 0.3 - 0.2 = 0.5$ and $h_{\text{next}} = \tanh 0.5 = 0.462$.
#
# Backward in two moves. The slope of $\tanh$ is $1 - \tanh^2$, which the *output* of the step
# already knows, so the gradient of $a$ is
#
# $$da = dh_{\text{next}} \odot (1 - h_{\text{next}}^2)$$
#
# and what is left are two affine layers that share it:
#
# $$dx = da\, W_x^\top, \quad dh_{\text{prev}} = da\, W_h^\top, \quad dW_x = x^\top da, \quad
#   dW_h = h_{\text{prev}}^\top da, \quad db = \textstyle\sum_n da_n$$
#
# Nothing is divided by $N$ here: the loss has done that already.


# %% nbgrader={"grade": false, "grade_id": "rnn_step-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def rnn_step_forward(
    x: np.ndarray, prev_h: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, tuple]:
    """One step of a recurrent network.

    Args:
        x: (N, D) input of this step.
        prev_h: (N, H) state before it.
        Wx: (D, H).
        Wh: (H, H).
        b: (H,).

    Returns:
        next_h: (N, H).
        cache: whatever rnn_step_backward needs.
    """
    ### BEGIN SOLUTION
    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
    return next_h, (x, prev_h, Wx, Wh, next_h)
    ### END SOLUTION


def rnn_step_backward(dnext_h: np.ndarray, cache: tuple) -> tuple[np.ndarray, ...]:
    """Gradients of one step.

    Args:
        dnext_h: (N, H) gradient with respect to the new state.
        cache: from rnn_step_forward.

    Returns:
        dx (N, D), dprev_h (N, H), dWx (D, H), dWh (H, H), db (H,).
    """
    ### BEGIN SOLUTION
    x, prev_h, Wx, Wh, next_h = cache
    da = dnext_h * (1 - next_h**2)  # (N, H)
    return da @ Wx.T, da @ Wh.T, x.T @ da, prev_h.T @ da, da.sum(axis=0)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    one = np.ones((1, 1))
    next_h, cache = rnn_step_forward(one, 0.5 * one, 0.4 * one, 0.6 * one, np.array([-0.2]))
    print(next_h)  # [[0.462]]
    print(*rnn_step_backward(one, cache))  # 0.315 0.472 0.786 0.393 [0.786]

# %% nbgrader={"grade": true, "grade_id": "rnn_step", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("sequences", task="rnn_step", namespace=globals())

# %% [markdown]
# ## 5. Through time
#
# Forward, run the step $T$ times; each state is the next step's `prev_h`. Every state is an output,
# and the loss may look at any of them.
#
# ```
#            x[:, 0]      x[:, 1]      x[:, 2]
#               |            |            |
#   h0  ---->  step  ---->  step  ---->  step        forward
#               |            |            |
#            h[:, 0]      h[:, 1]      h[:, 2]
#
#            dh[:, 0]     dh[:, 1]     dh[:, 2]
#               |            |            |
#  dh0  <----  step  <----  step  <----  step        backward
# ```
#
# Backward, go from the last step to the first. The state of step $t$ went two ways, out to the loss
# and on to step $t + 1$, so its gradient is a **sum**: `dh[:, t]` from the loss and `dprev_h` from
# the step after it. And the weights were used $T$ times: $dW_x$, $dW_h$ and $db$ add up over the
# steps. What reaches $h_0$ in the end is $dh_0$.
#
# The gradient that goes back $k$ steps is a product of $k$ matrices $\operatorname{diag}(1 - h^2)\,
# W_h^\top$. It shrinks or grows like a power: after 20 steps of $0.7$ there is 0.1 % of it left.


# %% nbgrader={"grade": false, "grade_id": "rnn-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def rnn_forward(
    x: np.ndarray, h0: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, list | tuple]:
    """A recurrent network over whole sequences.

    Args:
        x: (N, T, D).
        h0: (N, H) state before the first step.
        Wx, Wh, b: as for one step.

    Returns:
        h: (N, T, H) the state after each step.
        cache: whatever rnn_backward needs.
    """
    ### BEGIN SOLUTION
    h, state, caches = [], h0, []
    for t in range(x.shape[1]):
        state, cache = rnn_step_forward(x[:, t], state, Wx, Wh, b)
        h.append(state)
        caches.append(cache)
    return np.stack(h, axis=1), (caches, x.shape, Wx.shape)
    ### END SOLUTION


def rnn_backward(dh: np.ndarray, cache: list | tuple) -> tuple[np.ndarray, ...]:
    """Gradients through time.

    Args:
        dh: (N, T, H) gradient that the loss has with respect to each state.
        cache: from rnn_forward.

    Returns:
        dx (N, T, D), dh0 (N, H), dWx (D, H), dWh (H, H), db (H,).
    """
    ### BEGIN SOLUTION
    caches, x_shape, (inputs, hidden) = cache
    dx, dstate = np.zeros(x_shape), np.zeros(dh[:, 0].shape)
    dWx, dWh, db = np.zeros((inputs, hidden)), np.zeros((hidden, hidden)), np.zeros(hidden)
    for t in reversed(range(x_shape[1])):
        dx[:, t], dstate, *shares = rnn_step_backward(dh[:, t] + dstate, caches[t])
        dWx, dWh, db = dWx + shares[0], dWh + shares[1], db + shares[2]
    return dx, dstate, dWx, dWh, db
    ### END SOLUTION


# %%
if __name__ == "__main__":
    h, cache = rnn_forward(np.ones((1, 3, 1)), 0 * one, 0.5 * one, 0.5 * one, np.zeros(1))
    print(h[0, :, 0])  # [0.462 0.624 0.670]
    last = np.array([[[0.0], [0.0], [1.0]]])  # the loss sees the last state alone
    print(rnn_backward(last, cache)[0][0, :, 0])  # [0.033 0.084 0.275]: fading into the past

# %% nbgrader={"grade": true, "grade_id": "rnn", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("sequences", task="rnn", namespace=globals())

# %% [markdown]
# How far back does the gradient reach? The same loss at step 40, with larger and smaller `Wh`:

# %%
if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x, turn = rng.normal(0, 0.1, (1, 40, 16)), np.linalg.qr(rng.normal(size=(16, 16)))[0]
    for size in (0.7, 0.95, 1.1):
        _, cache = rnn_forward(x, np.zeros((1, 16)), np.eye(16), size * turn, np.zeros(16))
        dh = np.zeros((1, 40, 16))
        dh[:, -1] = 1
        reach = np.linalg.norm(rnn_backward(dh, cache)[0][0], axis=1)  # (40,)
        plt.semilogy(np.arange(-39, 1), reach, label=f"Wh turns and scales by {size}")
    plt.xlabel("steps before the loss")
    plt.ylabel("length of the gradient of x")
    plt.legend()
    plt.show()

# %% [markdown]
# ## 6. The LSTM
#
# The **long short-term memory** adds a second state, the cell $c$, that is changed by sums instead
# of being squeezed through a matrix at every step. Four rows of units are computed at once, $a = x
# W_x + h_{\text{prev}} W_h + b$ of shape $(N, 4H)$, and cut into four blocks of $H$ columns, in
# **the order i, f, o, g**:
#
# $$i = \sigma(a_i), \quad f = \sigma(a_f), \quad o = \sigma(a_o), \quad g = \tanh(a_g)$$
#
# $$c_{\text{next}} = f \odot c_{\text{prev}} + i \odot g, \qquad
#   h_{\text{next}} = o \odot \tanh(c_{\text{next}})$$
#
# Read the gates as switches between 0 and 1: $f$ keeps the old cell, $i$ lets the candidate $g$ in,
# $o$ shows the cell. (PyTorch has the order i, f, g, o. The order is a convention, and weights are
# worth nothing without it.)
#
# *A worked number.* With all weights and biases 0 the gates stand at 1/2 and $g = 0$: the cell is
# halved, $c_{\text{prev}} = 2$ becomes 1, and $h = \tanh(1) / 2 = 0.381$.
#
# Backward, the cell has gone two ways: to the next step, which sends `dnext_c`, and into
# $h_{\text{next}}$:
#
# $$dc = dc_{\text{next}} + dh_{\text{next}} \odot o \odot (1 - \tanh^2 c_{\text{next}})$$
#
# From there each factor gets the other one: $do = dh_{\text{next}} \odot \tanh c_{\text{next}}$,
# $df = dc \odot c_{\text{prev}}$, $di = dc \odot g$, $dg = dc \odot i$ and $dc_{\text{prev}} = dc
# \odot f$. Through the gates' own slopes, $\sigma' = \sigma (1 - \sigma)$ and $\tanh' = 1 -
# \tanh^2$, they become $da$ of shape $(N, 4H)$; the rest is the affine layer of section 4. Look at
# $dc_{\text{prev}}$: where $f$ is near 1, the gradient of the cell goes back through time unharmed.


# %% nbgrader={"grade": false, "grade_id": "lstm_step-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def lstm_step_forward(
    x: np.ndarray,
    prev_h: np.ndarray,
    prev_c: np.ndarray,
    Wx: np.ndarray,
    Wh: np.ndarray,
    b: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, tuple]:
    """One step of an LSTM.

    Args:
        x: (N, D).
        prev_h, prev_c: (N, H) state and cell before this step.
        Wx: (D, 4H), blocks of H columns in the order i, f, o, g.
        Wh: (H, 4H) alike.
        b: (4H,) alike.

    Returns:
        next_h, next_c: (N, H).
        cache: whatever lstm_step_backward needs.
    """
    ### BEGIN SOLUTION
    a = x @ Wx + prev_h @ Wh + b  # (N, 4H)
    i, f, o = np.split(sigmoid(a[:, : 3 * prev_h.shape[1]]), 3, axis=1)
    g = np.tanh(a[:, 3 * prev_h.shape[1] :])
    next_c = f * prev_c + i * g
    shown = np.tanh(next_c)
    return o * shown, next_c, (x, prev_h, prev_c, Wx, Wh, i, f, o, g, shown)
    ### END SOLUTION


def lstm_step_backward(
    dnext_h: np.ndarray, dnext_c: np.ndarray, cache: tuple
) -> tuple[np.ndarray, ...]:
    """Gradients of one step of an LSTM.

    Args:
        dnext_h, dnext_c: (N, H) gradients with respect to the new state and the new cell.
        cache: from lstm_step_forward.

    Returns:
        dx (N, D), dprev_h (N, H), dprev_c (N, H), dWx (D, 4H), dWh (H, 4H), db (4H,).
    """
    ### BEGIN SOLUTION
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, shown = cache
    dc = dnext_c + dnext_h * o * (1 - shown**2)
    da = np.concatenate(
        [
            dc * g * i * (1 - i),
            dc * prev_c * f * (1 - f),
            dnext_h * shown * o * (1 - o),
            dc * i * (1 - g**2),
        ],
        axis=1,
    )  # (N, 4H)
    return da @ Wx.T, da @ Wh.T, dc * f, x.T @ da, prev_h.T @ da, da.sum(axis=0)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    nothing = np.zeros((1, 4)), np.zeros((1, 4)), np.zeros(4)
    next_h, next_c, cache = lstm_step_forward(one, 0 * one, 2 * one, *nothing)
    print(next_h, next_c)  # [[0.381]] [[1.]]
    print(lstm_step_backward(0 * one, one, cache)[2])  # [[0.5]]: the forget gate's value

# %% nbgrader={"grade": true, "grade_id": "lstm_step", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("sequences", task="lstm_step", namespace=globals())

# %% [markdown]
# ## 7. The GRU
#
# The **gated recurrent unit** does with three blocks and one state, in **the order r, z, n**:
#
# $$r = \sigma(x W_x^r + h W_h^r + b^r), \qquad z = \sigma(x W_x^z + h W_h^z + b^z)$$
#
# $$n = \tanh\big(x W_x^n + b^n + r \odot (h W_h^n)\big), \qquad
#   h_{\text{next}} = (1 - z) \odot n + z \odot h$$
#
# with $h$ the state before. The reset gate $r$ decides how much of the past the candidate $n$ hears
# of, and stands *behind* the product with $W_h^n$, as in PyTorch. The update gate $z$ decides how
# much of the state stays. With weights and biases 0 the state is halved.
#
# This one is forward only; its gradient is yours for the asking (see the end of the notebook). By
# the custom of layers there is a cache, which may be `None`.


# %% nbgrader={"grade": false, "grade_id": "gru_step-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def gru_step_forward(
    x: np.ndarray, prev_h: np.ndarray, Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, tuple | None]:
    """One step of a GRU.

    Args:
        x: (N, D).
        prev_h: (N, H).
        Wx: (D, 3H), blocks of H columns in the order r, z, n.
        Wh: (H, 3H) alike.
        b: (3H,) alike.

    Returns:
        next_h: (N, H).
        cache: whatever a backward pass would need; it is not looked at.
    """
    ### BEGIN SOLUTION
    xr, xz, xn = np.split(x @ Wx + b, 3, axis=1)  # (N, H) each
    hr, hz, hn = np.split(prev_h @ Wh, 3, axis=1)
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    n = np.tanh(xn + r * hn)
    return (1 - z) * n + z * prev_h, None
    ### END SOLUTION


# %%
if __name__ == "__main__":
    wx, wh = np.array([[0.0, 0.0, 1.0]]), np.array([[0.0, 0.0, 2.0]])
    print(gru_step_forward(one, one, wx, wh, np.zeros(3))[0])
    # r = z = 1/2, n = tanh(1 + 2 / 2) = 0.964, and half of n and half of 1 make [[0.982]]

# %% nbgrader={"grade": true, "grade_id": "gru_step", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("sequences", task="gru_step", namespace=globals())

# %% [markdown]
# ## 8. The loss over time
#
# At every step the network gives scores for the next token, and pays the cross-entropy. Names have
# different lengths and share an array all the same: the short ones are filled up, and a **mask**
# says which steps count. The loss *adds up* over the steps and is the mean over the $N$ sequences:
#
# $$L = -\frac{1}{N} \sum_{n, t} \text{mask}[n, t] \, \log \operatorname{softmax}(x[n, t])_{y[n, t]}$$
#
# So the divisor is $N$, not the number of steps that count: a long name weighs more than a short
# one. The gradient is that of the softmax, at each step by itself: $(p - \text{onehot}(y)) / N$
# where the mask is true, and 0 where it is false.
#
# *A worked number.* One sequence of two steps over four tokens, all scores 0: each step costs $\ln
# 4 = 1.386$. Both together cost 2.773, and with the mask `[True, False]` 1.386 is left.
#
# Scores may be large: take $\log p$ as $s_y - \max s - \log \sum_k e^{s_k - \max s}$, not as the
# logarithm of a probability that may be 0.


# %% nbgrader={"grade": false, "grade_id": "temporal_softmax_loss-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def temporal_softmax_loss(
    x: np.ndarray, y: np.ndarray, mask: np.ndarray
) -> tuple[float, np.ndarray]:
    """Cross-entropy summed over the steps that count, mean over the sequences.

    Args:
        x: (N, T, V) scores.
        y: (N, T) the right tokens, whole numbers from 0 to V - 1.
        mask: (N, T) bool: whether the step counts.

    Returns:
        loss: a number.
        dx: (N, T, V).
    """
    ### BEGIN SOLUTION
    shifted = x - x.max(axis=2, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))  # (N, T, V)
    right = np.arange(x.shape[2]) == y[:, :, None]  # (N, T, V) one-hot
    counted = mask[:, :, None] / len(x)
    return float(-np.sum(log_p * right * counted)), (np.exp(log_p) - right) * counted
    ### END SOLUTION


# %%
if __name__ == "__main__":
    y, mask = np.array([[3, 0]]), np.array([[True, False]])
    loss, dx = temporal_softmax_loss(np.zeros((1, 2, 4)), y, mask)
    print(loss)  # 1.386
    print(dx[0])  # [[0.25 0.25 0.25 -0.75] [0 0 0 0]]

# %% nbgrader={"grade": true, "grade_id": "temporal_softmax_loss", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("sequences", task="temporal_softmax_loss", namespace=globals())

# %% [markdown]
# ## 9. Clipping the gradient
#
# Where the product of section 5 grows, the loss has a cliff, and one step from its edge lands far
# away. **Clipping** keeps the direction of the step and limits its length. The length is that of
# *all* gradients taken together as one long vector $g$:
#
# $$\lVert g \rVert = \sqrt{\textstyle\sum_k \sum_j g_{kj}^2}, \qquad
#   g_k \leftarrow g_k \cdot \frac{\text{max\_norm}}{\lVert g \rVert}
#   \quad\text{where } \lVert g \rVert > \text{max\_norm}$$
#
# Shorter ones stay as they are. *A worked number.* $dW = (3)$ and $db = (4)$ have the norm 5; with
# `max_norm` 1 they become 0.6 and 0.8. Clipping each by itself would make both 1, and turn the
# step.


# %% nbgrader={"grade": false, "grade_id": "clip_by_norm-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def clip_by_norm(
    grads: dict[str, np.ndarray], max_norm: float
) -> tuple[dict[str, np.ndarray], float]:
    """Scale gradients down where they are too long, all by the same factor.

    Args:
        grads: by the names of the parameters, of any shapes.
        max_norm: above 0.

    Returns:
        clipped: a new dict with the same keys.
        norm: the length before clipping.
    """
    ### BEGIN SOLUTION
    norm = float(np.sqrt(sum(np.sum(g**2) for g in grads.values())))
    factor = max_norm / norm if norm > max_norm else 1.0
    return {name: g * factor for name, g in grads.items()}, norm
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(clip_by_norm({"W": np.array([[3.0]]), "b": np.array([4.0])}, 1.0))  # 0.6, 0.8 and 5.0

# %% nbgrader={"grade": true, "grade_id": "clip_by_norm", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("sequences", task="clip_by_norm", namespace=globals())

# %% [markdown]
# ## 10. Attention
#
# A state of $H$ numbers has to hold everything that was read. **Attention** keeps all of it and
# looks things up: each of $T_q$ queries is compared with each of $T_k$ keys, and takes the mean of
# the values with these weights:
#
# $$s = \frac{q k^\top}{\sqrt{D}}, \qquad p = \operatorname{softmax}(s) \text{ over the keys},
#   \qquad \text{out} = p\, v$$
#
# for each of the $N$ sequences by itself. A sum of $D$ products of independent numbers of variance
# 1 has variance $D$: the root brings it back to 1, so that the softmax does not start out
# saturated. The **mask** says what may be looked at: where it is false, the score is $-\infty$
# and the weight 0. A *causal* mask, `np.tril(np.ones((T, T), dtype=bool))`, lets nobody see their
# own future.
#
# *A worked number.* One query $(1)$, keys $(0)$ and $(\ln 3)$, values $(0)$ and $(8)$: the scores
# are 0 and $\ln 3$, the weights 1/4 and 3/4, and the output is 6.
#
# Backward, from the end: $dv = p^\top d\text{out}$ and $dp = d\text{out}\, v^\top$. A row of a
# softmax has the gradient $ds = p \odot \big(dp - \sum_j p_j\, dp_j\big)$, and $s$ is a scaled
# product, so that $dq = ds\, k / \sqrt{D}$ and $dk = ds^\top q / \sqrt{D}$. Where the mask is false
# $p$ is 0, and so is $ds$: nothing has to be done about it.


# %% nbgrader={"grade": false, "grade_id": "attention-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def attention(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray | None = None
) -> tuple[np.ndarray, tuple]:
    """Look up values by the likeness of queries and keys.

    Args:
        q: (N, Tq, D) queries.
        k: (N, Tk, D) keys.
        v: (N, Tk, E) values.
        mask: (Tq, Tk) bool, the same for all N: whether the query may look there, with one True
            at least in every row; None: it may look everywhere.

    Returns:
        out: (N, Tq, E).
        cache: whatever attention_backward needs.
    """
    ### BEGIN SOLUTION
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[2])  # (N, Tq, Tk)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    p = softmax(scores)
    return p @ v, (q, k, v, p)
    ### END SOLUTION


def attention_backward(dout: np.ndarray, cache: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of attention: dout (N, Tq, E) -> dq, dk, dv of the shapes of q, k, v."""
    ### BEGIN SOLUTION
    q, k, v, p = cache
    dp = dout @ v.transpose(0, 2, 1)  # (N, Tq, Tk)
    ds = p * (dp - np.sum(p * dp, axis=2, keepdims=True)) / np.sqrt(q.shape[2])
    return ds @ k, ds.transpose(0, 2, 1) @ q, p.transpose(0, 2, 1) @ dout
    ### END SOLUTION


# %%
if __name__ == "__main__":
    keys, values = np.array([[[0.0], [np.log(3)]]]), np.array([[[0.0], [8.0]]])
    out, cache = attention(np.ones((1, 1, 1)), keys, values)
    print(out)  # [[[6.]]]
    print(attention_backward(np.ones((1, 1, 1)), cache)[2][0, :, 0])  # [0.25 0.75]: the weights

# %% nbgrader={"grade": true, "grade_id": "attention", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("sequences", task="attention", namespace=globals())

# %% [markdown]
# ## 11. Where am I?
#
# Shuffle keys and values together, and attention gives the same output: it knows nothing of order.
# So each place $t$ is given a vector that is added to the embedding there. The first such vectors
# were clocks whose hands turn at different speeds, for $i = 0, 1, \ldots, D/2 - 1$:
#
# $$\text{PE}[t, 2i] = \sin\!\left(\frac{t}{10000^{2i/D}}\right), \qquad
#   \text{PE}[t, 2i + 1] = \cos\!\left(\frac{t}{10000^{2i/D}}\right)$$
#
# Sines stand in the even columns and cosines in the odd ones, side by side in pairs of one speed.
# With $D = 4$ the speeds are 1 and 1/100, and place 1 is $(0.841, 0.540, 0.010, 1.000)$. A shift by
# $k$ places turns each pair by a fixed angle, whatever the place.


# %% nbgrader={"grade": false, "grade_id": "positional_encoding-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def positional_encoding(length: int, dim: int) -> np.ndarray:
    """A vector for each place: (length, dim), with dim even."""
    ### BEGIN SOLUTION
    speed = 10000.0 ** (-np.arange(0, dim, 2) / dim)  # (dim / 2,)
    angle = np.arange(length)[:, None] * speed  # (length, dim / 2)
    return np.stack([np.sin(angle), np.cos(angle)], axis=2).reshape(length, dim)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(positional_encoding(2, 4))  # [[0 1 0 1] [0.841 0.540 0.010 1.000]]
    plt.imshow(positional_encoding(40, 32).T, cmap="RdBu_r", aspect="auto")
    plt.xlabel("place")
    plt.ylabel("column")
    plt.show()

# %% nbgrader={"grade": true, "grade_id": "positional_encoding", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("sequences", task="positional_encoding", namespace=globals())

# %% [markdown]
# ## 12. Beam search
#
# What is the likeliest text? Taking the likeliest token at every step is *greedy* and may go wrong:
# a good first token may lead nowhere. To try all $V^T$ texts is out of the question. **Beam
# search** keeps the `width` best beginnings:
#
# 1. begin with the empty text, of log-probability 0;
# 2. extend each text that has not ended by each of the $V$ tokens, which adds $\log p(\text{token}
#    \mid \text{text})$; texts that have ended, with the token `end`, stay in the running as they
#    are;
# 3. of all these keep the `width` with the highest sums;
# 4. after `length` rounds return the best one.
#
# The sum is not divided by the length. *A worked number.* First tokens A 0.6, B 0.4; after A both
# tokens have 0.5; after B it is A with 0.9. Greedy finds AA with 0.30; two beams find BA with 0.36.


# %% nbgrader={"grade": false, "grade_id": "beam_search-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def beam_search(log_probs, width: int, length: int, end: int | None = None):
    """Look for the likeliest text.

    Args:
        log_probs: a function: list of the tokens so far -> (V,) log-probabilities of the next one.
            It is never asked about a text that has ended.
        width: texts that are kept in each round.
        length: rounds, and so the most tokens that a text has.
        end: the token that ends a text, if there is one.

    Returns:
        tokens: a list of whole numbers, ``end`` included where the text has ended.
        total: its log-probability.
    """
    ### BEGIN SOLUTION
    beams = [([], 0.0)]
    for _ in range(length):
        candidates = []
        for tokens, total in beams:
            if tokens and tokens[-1] == end:
                candidates.append((tokens, total))
                continue
            for token, log_p in enumerate(log_probs(tokens)):
                candidates.append(([*tokens, token], total + float(log_p)))
        beams = sorted(candidates, key=lambda beam: beam[1], reverse=True)[:width]
    return beams[0]
    ### END SOLUTION


# %%
if __name__ == "__main__":
    chain = {(): [0.6, 0.4], (0,): [0.5, 0.5], (1,): [0.9, 0.1]}
    for width in (1, 2):
        tokens, total = beam_search(lambda text: np.log(chain[tuple(text)]), width, 2)
        print(width, tokens, np.exp(total))  # 1 [0, 0] 0.3 and 2 [1, 0] 0.36

# %% nbgrader={"grade": true, "grade_id": "beam_search", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("sequences", task="beam_search", namespace=globals())

# %% [markdown]
# ## 13. Names that nobody has
#
# Everything at work: embeddings, an LSTM that you unroll over the letters of a name, an affine
# layer to the scores of the next letter, the masked loss, clipping, and Adam, which is written out
# here. Sixty-four names are read side by side, each with a dot before and after it.

# %%
if __name__ == "__main__":
    V, D, H = len(LETTERS), 16, 64
    rng = np.random.default_rng(0)
    params = {
        "embedding": rng.normal(0, 1, (V, D)),
        "Wx": rng.normal(0, 1 / np.sqrt(D), (D, 4 * H)),
        "Wh": rng.normal(0, 1 / np.sqrt(H), (H, 4 * H)),
        "b": np.zeros(4 * H),
        "W": rng.normal(0, 1 / np.sqrt(H), (H, V)),
        "c": np.zeros(V),
    }
    params["b"][H : 2 * H] = 1  # the forget gate begins open

    def as_batch(names):
        """Inputs (N, T), the tokens that follow (N, T), and a mask (N, T)."""
        longest = max(map(len, names))
        texts = [f".{name}.".ljust(longest + 2, "?") for name in names]
        tokens = np.array([[LETTERS.find(letter) for letter in text] for text in texts])
        return np.maximum(tokens[:, :-1], 0), np.maximum(tokens[:, 1:], 0), tokens[:, 1:] >= 0

    def loss_and_grads(inputs, targets, mask):
        """The loss, and its gradients by the names of params."""
        vectors, looked_up = embedding_forward(inputs, params["embedding"])  # (N, T, D)
        weights = params["Wx"], params["Wh"], params["b"]
        h, c, states, caches = np.zeros((len(inputs), H)), np.zeros((len(inputs), H)), [], []
        for t in range(inputs.shape[1]):
            h, c, cache = lstm_step_forward(vectors[:, t], h, c, *weights)
            states.append(h)
            caches.append(cache)
        states = np.stack(states, axis=1)  # (N, T, H)
        loss, dscores = temporal_softmax_loss(states @ params["W"] + params["c"], targets, mask)

        grads = {name: np.zeros_like(value) for name, value in params.items()}
        grads["W"] = np.tensordot(states, dscores, axes=([0, 1], [0, 1]))
        grads["c"] = dscores.sum(axis=(0, 1))
        dstates, dvectors = dscores @ params["W"].T, np.zeros_like(vectors)
        dh, dc = np.zeros_like(h), np.zeros_like(c)
        for t in reversed(range(inputs.shape[1])):
            dvectors[:, t], dh, dc, *shares = lstm_step_backward(dstates[:, t] + dh, dc, caches[t])
            for name, share in zip(("Wx", "Wh", "b"), shares, strict=True):
                grads[name] += share
        grads["embedding"] = embedding_backward(dvectors, looked_up)
        return loss, grads

    def bits(names):
        """Bits per character, to be compared with those of section 1."""
        loss, _ = loss_and_grads(*as_batch(names))
        return loss / np.mean([len(name) + 1 for name in names]) / np.log(2)

    m = {name: np.zeros_like(value) for name, value in params.items()}
    v = {name: np.zeros_like(value) for name, value in params.items()}
    step, history = 0, []
    for epoch in range(12):
        order = rng.permutation(len(train_names))
        rate = 1e-2 if epoch < 8 else 2e-3
        for start in range(0, len(order), 64):
            batch = [train_names[k] for k in order[start : start + 64]]
            loss, grads = loss_and_grads(*as_batch(batch))
            clipped, norm = clip_by_norm(grads, 5.0)
            step += 1
            for name, g in clipped.items():
                m[name] = 0.9 * m[name] + 0.1 * g
                v[name] = 0.99 * v[name] + 0.01 * g**2
                corrected = m[name] / (1 - 0.9**step), v[name] / (1 - 0.99**step)
                params[name] -= rate * corrected[0] / (np.sqrt(corrected[1]) + 1e-8)
        history.append((bits(train_names[:500]), bits(test_names)))
        print(f"epoch {epoch + 1}: {history[-1][1]:.2f} bits per character on the test names")

# %% [markdown]
# Compare that with the counts of section 1. And now let it write: all that it knows of names is in
# the weights that your gradients have found.

# %%
if __name__ == "__main__":

    def invent(count, temperature, top_k, rng):
        """Names, all drawn at once."""
        tokens = np.zeros((count, 1), dtype=int)
        h, c = np.zeros((count, H)), np.zeros((count, H))
        for _ in range(14):
            vectors, _ = embedding_forward(tokens[:, -1:], params["embedding"])
            weights = params["Wx"], params["Wh"], params["b"]
            h, c, _ = lstm_step_forward(vectors[:, 0], h, c, *weights)
            drawn = sample(h @ params["W"] + params["c"], temperature, top_k, rng)
            tokens = np.column_stack([tokens, drawn])
        texts = ["".join(LETTERS[t] for t in row[1:]) for row in tokens]
        return [text.partition(".")[0].title() for text in texts]

    known = {name.title() for name in train_names + test_names}
    for temperature in (0.5, 0.8, 1.2):
        invented = invent(60, temperature, 8, np.random.default_rng(1))
        new = [name for name in dict.fromkeys(invented) if name and name not in known]
        print(f"temperature {temperature}, {len(new)} of 60 are new: {' '.join(new[:12])}")

    def after(text):
        """(V,) log-probabilities of what follows these tokens."""
        h, c = np.zeros((1, H)), np.zeros((1, H))
        for token in [0, *text]:
            weights = params["Wx"], params["Wh"], params["b"]
            h, c, _ = lstm_step_forward(params["embedding"][[token]], h, c, *weights)
        return np.log(softmax(h @ params["W"] + params["c"])[0])

    for width in (1, 20):
        tokens, total = beam_search(after, width, 12, end=0)
        likeliest = "".join(LETTERS[t] for t in tokens[:-1]).title()
        print(f"the likeliest name that {width} beams find: {likeliest}, 1 in {np.exp(-total):.0f}")

# %% [markdown]
# Which letters does it take for alike? Two principal directions of the learned table:

# %%
if __name__ == "__main__":
    table = params["embedding"] - params["embedding"].mean(axis=0)
    places = table @ np.linalg.svd(table)[2][:2].T  # (V, 2)
    plt.figure(figsize=(5, 5))
    for letter, (across, up) in zip(LETTERS, places, strict=True):
        vowel = letter in "aeiouy"
        plt.text(across, up, letter, color="tab:red" if vowel else "tab:blue", fontsize=14)
    plt.xlim(places[:, 0].min() - 0.5, places[:, 0].max() + 0.5)
    plt.ylim(places[:, 1].min() - 0.5, places[:, 1].max() + 0.5)
    plt.title("letters, as the network sees them; vowels are red")
    plt.show()

# %% [markdown]
# ## To go further
#
# - Put a plain recurrent network in place of the LSTM. How many bits does it lose, and what becomes
#   of it without clipping at a rate three times as high?
# - Write the gradient of the GRU and check it with central differences.
# - Build a network of embeddings, `positional_encoding` and `attention` under a causal mask. Does
#   it need the encodings?
# - Beam search found a name much more probable than any that sampling gave. Is it a better name?
