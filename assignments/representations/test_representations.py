"""Public checks of the representations assignment: small worked numbers, and hints.

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

DIAGONAL = np.array([[1.0, 1.0]]) / np.sqrt(2)


def numbers(*shape):
    """The same numbers of order 1 at every call, all different."""
    return np.random.default_rng(0).standard_normal(shape)


# --- pca_fit ---


@pytest.mark.points(
    1, task="pca_fit", hint="np.linalg.svd(X - mean, full_matrices=False), first rows"
)
def test_pca_worked(student):
    """Points on the line through (1, 1), (3, 3), (5, 5): mean (3, 3), direction (1, 1) / sqrt 2."""
    X = np.array([[1.0, 1], [3, 3], [5, 5.0]])
    mean, components = as_tuple(student.pca_fit(X, 1), "mean, components")
    check_close(mean, np.array([3.0, 3.0]), "mean", reveal=True)
    components = as_array(components, (1, 2), "components")
    check_close(
        components * np.sign(components[0, 0]),
        DIAGONAL,
        "components, up to the sign,",
        reveal=True,
        mistakes={"rows have length 1": 4 * DIAGONAL},
    )


@pytest.mark.points(1, task="pca_fit", hint="subtract the mean; the largest variance first")
def test_pca_far_from_zero(student):
    """Points far from 0 that vary along the second axis most, and along the first one less."""
    X = np.array([[101.0, 4], [99, 4], [100, 9], [100, -1], [100, 4]])
    _, components = as_tuple(student.pca_fit(X, 2), "mean, components")
    found = np.abs(as_array(components, (2, 2), "components"))
    check_close(
        found,
        np.array([[0.0, 1.0], [1.0, 0.0]]),
        "components, without their signs,",
        reveal=True,
        mistakes={"the smallest variance comes first": np.eye(2)},
    )


@pytest.mark.points(1, task="pca_fit", hint="X -= mean writes into the caller's X")
@pytest.mark.depends("test_pca_worked")
def test_pca_leaves_its_argument(student):
    """X stays as it was."""
    X = numbers(6, 3)
    check_untouched(student.after("pca_fit", X, 2), X, names="X")


# --- pca_transform ---


@pytest.mark.points(1, task="pca_transform", hint="(X - mean) @ components.T, with the given mean")
def test_transform_worked(student):
    """Seen from (3, 3) along the diagonal, (5, 5) has the code 2.83 and (5, 3) 1.41."""
    codes = student.pca_transform(np.array([[5.0, 5], [5, 3]]), np.array([3.0, 3]), DIAGONAL)
    wrong = {
        "the mean is not subtracted": np.array([[10.0], [8]]) / np.sqrt(2),
        "the mean is the given one, not that of these images": np.array([[1.0], [-1]]) / np.sqrt(2),
    }
    right = np.array([[4.0], [2]]) / np.sqrt(2)
    check_close(codes, right, "the codes", reveal=True, mistakes=wrong)


# --- reconstruct ---


@pytest.mark.points(1, task="reconstruct", hint="Z @ components + mean")
def test_reconstruct_worked(student):
    """Codes 2.83 and 1.41 are (5, 5) and (4, 4)."""
    Z = np.array([[4.0], [2]]) / np.sqrt(2)
    images = student.reconstruct(Z, np.array([3.0, 3]), DIAGONAL)
    right = np.array([[5.0, 5], [4, 4]])
    wrong = {"the mean is not added": right - 3}
    check_close(images, right, "the images", reveal=True, mistakes=wrong)


# --- reparameterise ---


@pytest.mark.points(1, task="reparameterise", hint="mu + np.exp(logvar / 2) * eps")
def test_reparameterise_worked(student):
    """With logvar = ln 4, z is mu plus twice the draw that is returned."""
    mu, logvar = numbers(5, 3), np.full((5, 3), np.log(4))
    result = student.reparameterise(mu, logvar, np.random.default_rng(0))
    z, eps = as_tuple(result, "z, eps")
    eps = as_array(eps, (5, 3), "eps")
    assert np.ptp(eps) > 0.1, "eps holds no draws: all are alike"
    wrong = {
        "this scales by the variance: the standard deviation is exp(logvar / 2)": mu + 4 * eps,
        "this scales by logvar: the standard deviation is exp(logvar / 2)": mu + logvar * eps,
        "eps is not scaled": mu + eps,
    }
    check_close(z, mu + 2 * eps, "z", reveal=True, mistakes=wrong)


@pytest.mark.points(1, task="reparameterise", hint="draw eps from rng, with mu's shape")
@pytest.mark.depends("test_reparameterise_worked")
def test_reparameterise_draws(student):
    """The same rng gives the same draws, and every number has its own."""
    zeros = np.zeros((3, 4))
    first, again = (
        as_tuple(student.reparameterise(zeros, zeros, np.random.default_rng(1)), "z, eps")[1]
        for _ in range(2)
    )
    assert np.array_equal(first, again), "the same rng gives other draws: draw from it alone"
    assert len(np.unique(first)) == 12, "some numbers share a draw"


@pytest.mark.points(
    1, task="reparameterise", hint="dmu = dz, dlogvar = dz * eps * exp(logvar/2) / 2"
)
def test_reparameterise_backward_worked(student):
    """logvar = ln 4 and eps = -0.5: dz = 1 gives 1 and -0.5."""
    one = np.ones((1, 1))
    result = student.reparameterise_backward(one, np.log(4) * one, -0.5 * one)
    dmu, dlogvar = as_tuple(result, "dmu, dlogvar")
    check_close(dmu, one, "dmu", reveal=True)
    wrong = {
        "the factor 1/2 is missing": -one,
        "the standard deviation is missing": -0.25 * one,
    }
    check_close(dlogvar, -0.5 * one, "dlogvar", reveal=True, mistakes=wrong)


# --- kl_divergence ---


@pytest.mark.points(
    1, task="kl_divergence", hint="np.sum(mu**2 + exp(logvar) - logvar - 1, axis=1)/2"
)
def test_divergence_worked(student):
    """mu = (1, 0) and logvar = (0, ln 4) cost 1.307 nats; a standard normal costs nothing."""
    mu, logvar = np.array([[1.0, 0], [0, 0]]), np.array([[0.0, np.log(4)], [0, 0]])
    right = np.array([0.5 + (3 - np.log(4)) / 2, 0.0])
    wrong = {
        "the factor 1/2 is missing": 2 * right,
        "it is the mean over the code: add up": right / 2,
        "the 1 is to be subtracted": right + 1,
        "logvar is to be subtracted": right + np.array([np.log(4), 0]),
    }
    check_close(
        student.kl_divergence(mu, logvar), right, "the divergence", reveal=True, mistakes=wrong
    )


# --- elbo_loss ---


@pytest.mark.points(
    1, task="elbo_loss", hint="sum over the pixels, plus beta * kl, mean over images"
)
def test_elbo_worked(student):
    """Two pixels at a score of 0 cost 2 ln 2; the code of section 4 adds 1.307, times beta."""
    code = np.array([[1.0, 0]]), np.array([[0.0, np.log(4)]])
    price = 0.5 + (3 - np.log(4)) / 2
    for beta in (1.0, 0.5):
        result = student.elbo_loss(np.array([[0.0, 1]]), np.zeros((1, 2)), *code, beta)
        loss = as_tuple(result, "loss, dlogits, dmu, dlogvar")[0]
        wrong = {
            "the pixels' mean is taken: add them up": np.log(2) + beta * price,
            "the divergence is subtracted: the loss is the negative bound": (
                2 * np.log(2) - beta * price
            ),
            "beta has no effect": 2 * np.log(2) + price,
        }
        right = 2 * np.log(2) + beta * price
        check_close(loss, right, f"the loss, beta {beta:g},", reveal=True, mistakes=wrong)


@pytest.mark.points(1, task="elbo_loss", hint="np.logaddexp(0, logits) - x * logits")
def test_elbo_is_stable(student):
    """A score of 1000 for a dark pixel costs 1000."""
    zeros = np.zeros((1, 1))
    result = student.elbo_loss(zeros, zeros + 1000, zeros, zeros)
    loss, dlogits, _, _ = as_tuple(result, "loss, dlogits, dmu, dlogvar")
    check_close(loss, 1000.0, "the loss", reveal=True)
    check_close(dlogits, np.ones((1, 1)), "dlogits", reveal=True)


@pytest.mark.points(
    1, task="elbo_loss", hint="(sigmoid - x) / N, beta mu / N, beta (e^logvar - 1) / 2N"
)
@pytest.mark.depends("test_elbo_worked")
def test_elbo_gradients_are_slopes(student):
    """All three gradients agree with the slopes of the loss."""
    x = np.array([[0.2, 0.9, 0.0], [1.0, 0.4, 0.6]])
    inputs = [numbers(2, 3), numbers(2, 2), numbers(2, 2)[::-1] / 2]

    def losses(*inputs):
        return as_tuple(student.elbo_loss(x, *inputs, 0.5), "loss, dlogits, dmu, dlogvar")

    for place, gradient in enumerate(losses(*inputs)[1:]):

        def loss(value, place=place):
            return losses(*inputs[:place], value, *inputs[place + 1 :])[0]

        check_gradient(loss, inputs[place], gradient, ("dlogits", "dmu", "dlogvar")[place])


# --- denoise_corrupt ---


@pytest.mark.points(1, task="denoise_corrupt", hint="x + sigma * rng.standard_normal(x.shape)")
def test_corrupt_adds_noise(student):
    """With sigma 0.5 alone the noise has a spread of 0.5, and nothing is cut off."""
    out = student.denoise_corrupt(np.ones((40, 50)), 0.5, 0.0, np.random.default_rng(0))
    spread = as_array(out, (40, 50), "the result").std()
    wrong = {
        "sigma is the standard deviation, not the variance": np.sqrt(0.5),
        "sigma is squared": 0.25,
    }
    check_close(spread, 0.5, "the spread of the noise", atol=0.05, reveal=True, mistakes=wrong)


@pytest.mark.points(1, task="denoise_corrupt", hint="0 where rng.random(x.shape) < drop")
def test_corrupt_drops_pixels(student):
    """With drop 0.2, a fifth of the pixels is exactly 0; without sigma the others stay."""
    for sigma in (0.0, 0.3):
        out = student.denoise_corrupt(np.ones((40, 50)), sigma, 0.2, np.random.default_rng(0))
        out = as_array(out, (40, 50), "the result")
        wrong = {
            "drop is the probability of dropping, not of keeping": 0.8,
            "nothing is 0: drop after adding the noise": 0.0,
        }
        share = np.mean(out == 0)
        what = f"the share of pixels that are 0, with sigma {sigma},"
        check_close(share, 0.2, what, atol=0.06, reveal=True, mistakes=wrong)
        if sigma == 0:
            assert np.all((out == 0) | (out == 1)), "the other pixels are to stay as they are"


# --- nt_xent_loss ---


@pytest.mark.points(
    1, task="nt_xent_loss", hint="rows of length 1, -np.inf on the diagonal, i and i+N"
)
def test_contrast_worked(student):
    """Two images whose views agree, of any length: 0.551 at temperature 1."""
    z = np.array([[1.0, 0], [0, 2], [3, 0], [0, 4]])
    loss, _ = as_tuple(student.nt_xent_loss(z, 1.0), "loss, dz")
    wrong = {
        "nobody may pick itself": np.log(2 * np.e + 2) - 1,
        "the partner of row i is row i + N, not its neighbour": np.log(np.e + 2),
        "a row picks among all others, of both views": np.log(np.e + 1) - 1,
        "it is the mean over all 2N rows": 4 * (np.log(np.e + 2) - 1),
    }
    right = np.log(np.e + 2) - 1
    check_close(loss, right, "the loss", reveal=True, mistakes=wrong)


@pytest.mark.points(1, task="nt_xent_loss", hint="scores are u @ u.T / temperature")
@pytest.mark.depends("test_contrast_worked")
def test_contrast_temperature(student):
    """At temperature 1/2 the scores are twice as large: log(e^2 + 2) - 2."""
    z = np.array([[1.0, 0], [0, 2], [3, 0], [0, 4]])
    loss, _ = as_tuple(student.nt_xent_loss(z, 0.5), "loss, dz")
    wrong = {"divide by the temperature": np.log(np.exp(0.5) + 2) - 0.5}
    check_close(loss, np.log(np.exp(2) + 2) - 2, "the loss", reveal=True, mistakes=wrong)


@pytest.mark.points(1, task="nt_xent_loss", hint="G + G^T, and take off what points along the code")
@pytest.mark.depends("test_contrast_worked")
def test_contrast_gradient_is_the_slope(student):
    """dz agrees with the slope of the loss."""
    z = numbers(6, 3)
    _, dz = as_tuple(student.nt_xent_loss(z, 0.7), "loss, dz")

    def loss(z):
        return as_tuple(student.nt_xent_loss(z, 0.7), "loss, dz")[0]

    check_gradient(loss, z, dz, "dz")


# --- k_nearest_accuracy ---


@pytest.mark.points(
    1, task="k_nearest_accuracy", hint="sort by distance, let k labels vote, compare"
)
def test_nearest_worked(student):
    """4 lies nearest to 5, whose label is 1, and most of its nearest three are labelled 0."""
    line, labels = np.array([[0.0], [1], [5]]), np.array([0, 0, 1])
    tests, truth = np.array([[4.0], [0.4]]), np.array([1, 0])
    for k, right in [(1, 1.0), (3, 0.5)]:
        found = student.k_nearest_accuracy(line, labels, tests, truth, k)
        wrong = {
            "only the nearest votes: k is not heeded": 1.0,
            "the farthest are asked": 0.0,
            "it is a number of codes: divide by how many there are": 2 * right,
        }
        check_close(found, right, f"the accuracy with k = {k}", reveal=True, mistakes=wrong)
