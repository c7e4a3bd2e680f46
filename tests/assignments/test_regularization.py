"""The regularization reference against torch: the answers that hidden tests call right."""

from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from tests.assignments import references
from tests.assignments.references import array, load_reference, tensors


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    return load_reference("regularization")


check = partial(references.check, tolerance=1e-8)
seeds = st.integers(0, 1000)
few = st.integers(1, 4)


def check_batchnorm(
    module: ModuleType, kind: str, seed: int, shape: tuple[int, ...], eps: float, momentum: float
) -> None:
    """Forward, running values, backward and test mode against ``F.batch_norm``."""
    c = shape[1]
    x, gamma, beta = tensors(seed, shape, (c,), (c,))
    mean, var = torch.zeros(c, dtype=torch.float64), torch.full((c,), 2.0, dtype=torch.float64)
    param: dict[str, Any] = {
        "mode": "train",
        "eps": eps,
        "momentum": momentum,
        "running_mean": array(mean),
        "running_var": array(var),
    }
    forward, backward = (getattr(module, f"{kind}_{way}") for way in ("forward", "backward"))
    got, cache = forward(array(x), array(gamma), array(beta), param)
    out = F.batch_norm(x, mean, var, gamma, beta, True, 1 - momentum, eps)
    check(got, out)
    (dout,) = tensors(seed + 1, shape)
    out.backward(dout)
    for gradient, value in zip(backward(array(dout), cache), (x, gamma, beta), strict=True):
        check(gradient, value.grad)
    check(param["running_mean"], mean)
    count = x.numel() // c
    biased = momentum * 2.0 + (var - momentum * 2.0) * (count - 1) / count  # torch's is unbiased
    check(param["running_var"], biased)
    param["mode"] = "test"
    tested, _ = forward(array(x), array(gamma), array(beta), param)
    check(tested, F.batch_norm(x, mean, biased, gamma, beta, False, 0.0, eps))


@settings(deadline=None, max_examples=15)
@given(seeds, st.integers(2, 6), few, st.sampled_from([1e-5, 0.1]), st.floats(0, 1))
def test_batchnorm_agrees_with_torch(reference, seed, n, d, eps, momentum) -> None:
    check_batchnorm(reference, "batchnorm", seed, (n, d), eps, momentum)


@settings(deadline=None, max_examples=15)
@given(seeds, few, few, few, st.integers(2, 4), st.sampled_from([1e-5, 0.1]))
def test_spatial_batchnorm_agrees_with_torch(reference, seed, n, c, h, w, eps) -> None:
    check_batchnorm(reference, "spatial_batchnorm", seed, (n, c, h, w), eps, 0.9)


@settings(deadline=None, max_examples=15)
@given(seeds, st.lists(few, min_size=1, max_size=4), st.floats(0, 1))
def test_leaky_relu_agrees_with_torch(reference, seed, shape, slope) -> None:
    x, dout = tensors(seed, tuple(shape), tuple(shape))
    out = F.leaky_relu(x, slope)
    got, cache = reference.leaky_relu_forward(array(x), slope)
    check(got, out)
    out.backward(dout)
    check(reference.leaky_relu_backward(array(dout), cache), x.grad)


@settings(deadline=None, max_examples=15)
@given(seeds, few, few, st.floats(0, 10))
def test_penalties_agree_with_autograd(reference, seed, n, m, lam) -> None:
    for name, norm in [("l1_penalty", torch.abs), ("l2_penalty", torch.square)]:
        (w,) = tensors(seed, (n, m))
        right = lam * norm(w).sum()
        right.backward()
        loss, grad = getattr(reference, name)(array(w), lam)
        check(loss, right)
        check(grad, w.grad)


@settings(deadline=None, max_examples=20)
# between 0 and 0.01 too few values drop for six deviations to mean anything
@given(seeds, st.just(0.0) | st.floats(0.01, 0.95))
def test_dropout_is_linear_and_keeps_the_mean(reference, seed, p) -> None:
    x = np.random.default_rng(seed).standard_normal((50, 40))
    param = {"p": p, "mode": "train", "seed": seed}
    ones, cache = reference.dropout_forward(np.ones(x.shape), param)
    assert set(np.unique(ones)) <= {0.0, 1 / (1 - p)}
    assert abs(ones.mean() - 1) < 6 * np.sqrt(p / (1 - p) / x.size) + 1e-12
    check(reference.dropout_forward(x, param)[0], torch.tensor(x * ones))
    check(reference.dropout_backward(x, cache), torch.tensor(x * ones))


@pytest.mark.parametrize(("fan_in", "fan_out"), [(400, 50), (50, 400)])
def test_starts_have_the_variances_of_torch(reference, fan_in: int, fan_out: int) -> None:
    weight = torch.empty(fan_out, fan_in)  # torch's is (out, in)
    generator = torch.Generator().manual_seed(0)
    rng = np.random.default_rng(0)
    torch.nn.init.xavier_normal_(weight, generator=generator)
    got = reference.xavier_init(fan_in, fan_out, rng)
    assert got.shape == (fan_in, fan_out)
    assert np.isclose(got.var(), weight.var().item(), rtol=0.08)
    torch.nn.init.kaiming_normal_(weight, nonlinearity="relu", generator=generator)
    assert np.isclose(reference.he_init(fan_in, fan_out, rng).var(), weight.var().item(), rtol=0.08)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 5).map(float), min_size=1, max_size=12), st.integers(1, 5))
def test_early_stopping_sees_no_epoch_after_the_stop(reference, losses, patience) -> None:
    best = reference.early_stopping_epoch(losses, patience)
    seen = losses[: best + patience + 1]
    assert best == int(np.argmin(seen))
    earlier_bests = [k for k in range(best) if losses[k] == min(losses[: k + 1])]
    for k in earlier_bests:  # none of them would have ended the training
        assert min(losses[k + 1 : k + 1 + patience]) < losses[k] or losses[k] in losses[:k]


def test_ensemble_of_probabilities_sums_to_one(reference) -> None:
    probs = np.random.default_rng(0).dirichlet(np.ones(4), size=(5, 3))
    average = reference.ensemble_average(probs)
    check(average, torch.tensor(probs).mean(0))
    np.testing.assert_allclose(average.sum(axis=1), 1)
