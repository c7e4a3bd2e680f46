"""The representations reference against scikit-learn and torch: what hidden tests call right."""

from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

from tests.assignments.references import array, check, load_reference, tensors


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    return load_reference("representations")


sizes = st.integers(1, 4)
seeds = st.integers(0, 1000)


@settings(deadline=None, max_examples=10)
@given(seeds, st.integers(4, 20), st.integers(2, 6), st.integers(1, 2))
def test_components_agree_with_scikit_learn(reference, seed, n, d, k) -> None:
    rng = np.random.default_rng(seed)
    X, new = rng.standard_normal((n, d)) + 3, rng.standard_normal((5, d))
    theirs = PCA(k, svd_solver="full").fit(X)
    mean, components = reference.pca_fit(X, k)
    np.testing.assert_allclose(mean, theirs.mean_)
    signs = np.sign(np.sum(components * theirs.components_, axis=1))
    np.testing.assert_allclose(signs[:, None] * components, theirs.components_, atol=1e-7)
    codes = reference.pca_transform(new, mean, components)
    np.testing.assert_allclose(signs * codes, theirs.transform(new), atol=1e-7)
    redrawn = theirs.inverse_transform(theirs.transform(new))
    np.testing.assert_allclose(
        reference.reconstruct(codes, mean, components), redrawn, rtol=1e-6, atol=1e-7
    )


@settings(deadline=None, max_examples=15)
@given(seeds, sizes, sizes, sizes, st.floats(0, 4))
def test_bound_agrees_with_torch(reference, seed, n, d, k, beta) -> None:
    logits, mu, logvar = tensors(seed, (n, d), (n, k), (n, k))
    x = torch.rand(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    price = kl_divergence(Normal(mu, (logvar / 2).exp()), Normal(0, 1)).sum(1)
    check(reference.kl_divergence(array(mu), array(logvar)), price)
    pixels = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    right = (pixels + beta * price.sum()) / n
    right.backward()
    loss, *gradients = reference.elbo_loss(*map(array, (x, logits, mu, logvar)), beta)
    check(loss, right)
    for gradient, value in zip(gradients, (logits, mu, logvar), strict=True):
        check(gradient, value.grad)


@settings(deadline=None, max_examples=10)
@given(seeds, sizes, sizes)
def test_draw_agrees_with_autograd(reference, seed, n, k) -> None:
    mu, logvar, dz = tensors(seed, (n, k), (n, k), (n, k))
    z, eps = reference.reparameterise(array(mu), array(logvar), np.random.default_rng(seed))
    right = mu + (logvar / 2).exp() * torch.tensor(eps)
    check(z, right)
    right.backward(dz)
    dmu, dlogvar = reference.reparameterise_backward(array(dz), array(logvar), eps)
    check(dmu, mu.grad)
    check(dlogvar, logvar.grad)


def test_noise_has_the_moments_it_should(reference) -> None:
    rng = np.random.default_rng(0)
    x = np.full((200, 100), 0.5)
    out = reference.denoise_corrupt(x, 0.3, 0.2, rng)
    assert abs(np.mean(out == 0) - 0.2) < 0.02  # six deviations
    noise = (out - x)[out != 0]
    assert abs(noise.mean()) < 0.015
    assert abs(noise.std() - 0.3) < 0.01
    draws = reference.reparameterise(x, np.log(x), rng)[1]
    assert abs(draws.mean()) < 0.05
    assert abs(draws.std() - 1) < 0.03


@settings(deadline=None, max_examples=15)
@given(seeds, st.integers(2, 4), st.integers(2, 5), st.floats(0.1, 3))
def test_contrastive_loss_agrees_with_autograd(reference, seed, n, d, temperature) -> None:
    (z,) = tensors(seed, (2 * n, d))
    likeness = F.cosine_similarity(z[:, None], z[None], dim=2) / temperature
    likeness = likeness.masked_fill(torch.eye(2 * n, dtype=torch.bool), -torch.inf)
    right = F.cross_entropy(likeness, torch.arange(2 * n).roll(n))
    right.backward()
    loss, dz = reference.nt_xent_loss(array(z), temperature)
    check(loss, right)
    check(dz, z.grad)


@settings(deadline=None, max_examples=10)
@given(seeds, st.sampled_from([1, 3, 5]))
def test_neighbours_agree_with_scikit_learn(reference, seed, k) -> None:
    rng = np.random.default_rng(seed)
    train, test = rng.standard_normal((30, 3)), rng.standard_normal((20, 3))
    labels, truth = rng.integers(0, 2, 30), rng.integers(0, 2, 20)  # two: no ties
    right = KNeighborsClassifier(k).fit(train, labels).score(test, truth)
    assert reference.k_nearest_accuracy(train, labels, test, truth, k) == pytest.approx(right)
