"""The sequences reference against torch: the answers that hidden tests call right."""

import itertools
from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from tests.assignments.references import arrays, check, load_reference, tensors


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    return load_reference("sequences")


sizes = st.integers(1, 4)
seeds = st.integers(0, 1000)


@settings(deadline=None, max_examples=10)
@given(seeds, sizes, sizes, sizes, sizes)
def test_rnn_agrees_with_torch(reference, seed, n, t, d, h) -> None:
    x, h0, Wx, Wh, b = tensors(seed, (n, t, d), (n, h), (d, h), (h, h), (h,))
    weights = {
        "weight_ih_l0": Wx.T,
        "weight_hh_l0": Wh.T,
        "bias_ih_l0": b,
        "bias_hh_l0": torch.zeros(h, dtype=torch.float64),
    }
    theirs = torch.nn.RNN(d, h, batch_first=True).double()
    out, _ = torch.func.functional_call(theirs, weights, (x, h0[None]))
    got, cache = reference.rnn_forward(*arrays(x, h0, Wx, Wh, b))
    check(got, out)
    (dout,) = tensors(seed + 1, tuple(out.shape))
    out.backward(dout)
    gradients = reference.rnn_backward(*arrays(dout), cache)
    for gradient, value in zip(gradients, (x, h0, Wx, Wh, b), strict=True):
        check(gradient, value.grad)


@settings(deadline=None, max_examples=10)
@given(seeds, sizes, sizes, sizes)
def test_lstm_step_agrees_with_torch(reference, seed, n, d, h) -> None:
    shapes = (n, d), (n, h), (n, h), (d, 4 * h), (h, 4 * h), (4 * h,)
    inputs = tensors(seed, *shapes)
    x, prev_h, prev_c, Wx, Wh, b = inputs
    order = torch.arange(4 * h).reshape(4, h)[[0, 1, 3, 2]].flatten()  # torch has i, f, g, o
    weights = {
        "weight_ih": Wx[:, order].T,
        "weight_hh": Wh[:, order].T,
        "bias_ih": b[order],
        "bias_hh": torch.zeros(4 * h, dtype=torch.float64),
    }
    theirs = torch.nn.LSTMCell(d, h).double()
    next_h, next_c = torch.func.functional_call(theirs, weights, (x, (prev_h, prev_c)))
    got_h, got_c, cache = reference.lstm_step_forward(*arrays(*inputs))
    check(got_h, next_h)
    check(got_c, next_c)
    dh, dc = tensors(seed + 1, (n, h), (n, h))
    torch.autograd.backward([next_h, next_c], [dh, dc])
    gradients = reference.lstm_step_backward(*arrays(dh, dc), cache)
    for gradient, value in zip(gradients, inputs, strict=True):
        check(gradient, value.grad)


@settings(deadline=None, max_examples=10)
@given(seeds, sizes, sizes, sizes)
def test_gru_step_agrees_with_torch(reference, seed, n, d, h) -> None:
    x, prev_h, Wx, Wh, b = tensors(seed, (n, d), (n, h), (d, 3 * h), (h, 3 * h), (3 * h,))
    weights = {
        "weight_ih": Wx.T,
        "weight_hh": Wh.T,
        "bias_ih": b,
        "bias_hh": torch.zeros(3 * h, dtype=torch.float64),
    }
    theirs = torch.nn.GRUCell(d, h).double()
    expected = torch.func.functional_call(theirs, weights, (x, prev_h))
    check(reference.gru_step_forward(*arrays(x, prev_h, Wx, Wh, b))[0], expected)


@settings(deadline=None, max_examples=10)
@given(seeds, sizes, sizes, sizes, sizes)
def test_embedding_agrees_with_torch(reference, seed, n, t, v, d) -> None:
    tokens = torch.randint(0, v, (n, t), generator=torch.Generator().manual_seed(seed))
    W, dout = tensors(seed, (v, d), (n, t, d))
    out = F.embedding(tokens, W)
    got, cache = reference.embedding_forward(tokens.numpy(), *arrays(W))
    check(got, out)
    out.backward(dout)
    check(reference.embedding_backward(*arrays(dout), cache), W.grad)


@settings(deadline=None, max_examples=10)
@given(seeds, sizes, sizes, st.integers(2, 5))
def test_temporal_loss_agrees_with_torch(reference, seed, n, t, v) -> None:
    rng = np.random.default_rng(seed)
    y, mask = rng.integers(0, v, (n, t)), rng.random((n, t)) < 0.7
    (x,) = tensors(seed, (n, t, v))
    targets = torch.tensor(np.where(mask, y, -100)).flatten()
    right = F.cross_entropy(x.flatten(0, 1), targets, reduction="sum") / n
    right.backward()
    loss, dx = reference.temporal_softmax_loss(*arrays(x), y, mask)
    check(loss, right)
    check(dx, x.grad)


@settings(deadline=None, max_examples=15)
@given(seeds, sizes, sizes, sizes, sizes, sizes, st.booleans())
def test_attention_agrees_with_torch(reference, seed, n, queries, keys, d, e, masked) -> None:
    inputs = tensors(seed, (n, queries, d), (n, keys, d), (n, keys, e))
    mask = np.tri(queries, keys, dtype=bool) if masked else None
    theirs = None if mask is None else torch.tensor(mask)
    out = F.scaled_dot_product_attention(*inputs, attn_mask=theirs)
    got, cache = reference.attention(*arrays(*inputs), mask)
    check(got, out)
    (dout,) = tensors(seed + 1, tuple(out.shape))
    out.backward(dout)
    for gradient, value in zip(
        reference.attention_backward(*arrays(dout), cache), inputs, strict=True
    ):
        check(gradient, value.grad)


@settings(deadline=None, max_examples=10)
@given(seeds, st.floats(0.1, 10))
def test_clipping_agrees_with_torch(reference, seed, max_norm) -> None:
    values = tensors(seed, (2, 3), (4,), (1, 2, 2))
    grads = dict(zip("abc", arrays(*values), strict=True))
    for value in values:
        value.grad = value.detach().clone()
    norm = torch.nn.utils.clip_grad_norm_(values, max_norm)
    clipped, got = reference.clip_by_norm(grads, max_norm)
    check(got, norm)
    for value, name in zip(values, grads, strict=True):
        # torch adds 1e-6 to the norm
        np.testing.assert_allclose(clipped[name], value.grad, rtol=1e-5)


def test_counts_are_a_model(reference) -> None:
    """What a model of counts gives to all tokens after a context sums to 1."""
    rng = np.random.default_rng(0)
    counts = reference.ngram_counts(rng.integers(0, 3, 60), 3, 3)
    assert counts.sum() == 58
    for context in itertools.product(range(3), repeat=2):
        texts = [np.array([*context, token]) for token in range(3)]
        p = [2 ** -reference.bits_per_character(text, counts, 0.3) for text in texts]
        np.testing.assert_allclose(sum(p), 1)


def test_bits_agree_with_torch(reference) -> None:
    rng = np.random.default_rng(0)
    tokens, counts = rng.integers(0, 5, 40), rng.integers(0, 9, (5, 5))
    log_p = torch.tensor(counts + 0.5).log()
    nats = F.cross_entropy(log_p[tokens[:-1]], torch.tensor(tokens[1:]))
    check(reference.bits_per_character(tokens, counts, 0.5), nats / np.log(2))


@pytest.mark.parametrize("top_k", [None, 1, 3])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_samples_have_the_probabilities_of_torch(reference, temperature, top_k) -> None:
    (scores,) = tensors(0, (5,))
    kept = torch.full_like(scores, -torch.inf)
    best = scores.topk(top_k or 5)
    right = kept.scatter(0, best.indices, best.values / temperature).softmax(0)
    logits = np.tile(*arrays(scores), (20_000, 1))
    drawn = reference.sample(logits, temperature, top_k, np.random.default_rng(0))
    found = np.bincount(drawn, minlength=5) / 20_000
    np.testing.assert_allclose(found, right.detach(), atol=0.02)  # six deviations


def test_positions_turn_by_a_fixed_angle(reference) -> None:
    out = torch.tensor(reference.positional_encoding(30, 8)).unflatten(1, (4, 2))
    for shift in (1, 7):
        products = (out[shift:] * out[:-shift]).sum(2)  # cosines of the angle between
        angles = shift / 10_000 ** (torch.arange(4, dtype=torch.float64) * 2 / 8)
        check(products, angles.cos().expand_as(products))


@settings(deadline=None, max_examples=20)
@given(seeds, st.integers(2, 3), st.integers(1, 4), st.sampled_from([None, 0]))
def test_wide_beams_find_the_best_of_all_texts(reference, seed, v, length, end) -> None:
    rng = np.random.default_rng(seed)
    table = torch.tensor(rng.standard_normal((length, v, v))).log_softmax(2).numpy()

    def log_probs(tokens: list[int]) -> np.ndarray:
        return table[len(tokens), tokens[-1] if tokens else 0]

    def total(text: tuple[int, ...]) -> float:
        return sum(log_probs(list(text[:k]))[token] for k, token in enumerate(text))

    texts = set()
    for text in itertools.product(range(v), repeat=length):
        texts.add(text[: text.index(end) + 1] if end in text else text)
    best = max(texts, key=total)
    tokens, found = reference.beam_search(log_probs, v**length, length, end)
    assert tuple(tokens) == best
    np.testing.assert_allclose(found, total(best))
