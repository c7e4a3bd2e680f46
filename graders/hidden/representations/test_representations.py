"""Hidden tests of the representations assignment: 100 points.

Each demand has a test of its own, and the plainest case comes first: images around 0, one number in
a code, codes of length 1. A test depends on another one only where it would say nothing without.

What is right is worked out in ``formulas``, its gradients by complex steps. Tolerances: see
``graders.engine.compare``; ``atol=1e-5`` where sums in 32-bit floats need it, while mistakes are of
order 0.01 to 1. What is random is judged by 3,000 numbers: their mean is known to 2 % of the
spread, their spread to 1.3 %, a share to 0.01, and each bound is six times as wide.
"""

from functools import partial

import numpy as np
import pytest

from graders.engine.compare import (
    as_array,
    as_number,
    as_tuple,
    check_close,
    check_gradient,
    check_untouched,
)
from graders.engine.slopes import slopes
from graders.hidden.representations import formulas
from graders.hidden.representations.formulas import draw, draw_cloud, draw_directions

CARRIED_FORWARD = {"kl_divergence": ("kl_divergence",)}
"""The loss is judged with a right divergence, too, where the student's own went wrong."""

ATOL = 1e-5


# --- pca_fit: 14 ---


def fitted(student, X, k):
    """Components as a (k, D) array; whether they lie in rows is the business of one test alone."""
    _, components = as_tuple(student.pca_fit(X, k), "mean, components")
    if np.shape(components) == (X.shape[1], k):
        components = np.transpose(components)
    return as_array(components, (k, X.shape[1]), "components")


def unit_rows(components):
    length = np.linalg.norm(components, axis=1, keepdims=True)
    assert np.all(length > 1e-6), "a row of components has length 0, or is NaN"
    return components / length


def same_direction(found, right):
    """Row by row, whatever the length and the sign."""
    return np.abs(np.sum(unit_rows(found) * right, axis=1)) > 1 - 1e-5


def check_directions(student, X, k):
    components = fitted(student, X, k)
    right = formulas.directions(X)
    same = same_direction(components, right[:k])
    if same.all():
        return
    where = f"row {int(np.argmin(same))} of components"
    for advice, wrong in {
        "the smallest variance comes first": right[::-1][:k],
        "the mean is not subtracted": np.linalg.svd(X, full_matrices=False)[2][:k],
        "the directions are in the columns, not in the rows": right.T[:k],
    }.items():
        if wrong.shape == components.shape and same_direction(components, wrong).all():
            raise AssertionError(f"{where} is not the right direction: {advice}")
    raise AssertionError(f"{where} is not the right direction")


@pytest.mark.points(1, task="pca_fit", hint="X.mean(axis=0)")
def test_pca_mean(student, rng):
    """The mean is that of the rows, one number for each pixel."""
    X = draw_cloud(rng, 30, 4) + 3 * draw(rng, 4)
    mean, _ = as_tuple(student.pca_fit(X, 2), "mean, components")
    check_close(mean, X.sum(axis=0) / 30, "mean", atol=ATOL)


@pytest.mark.points(3, task="pca_fit", hint="the first row of Vt of np.linalg.svd(X - mean)")
def test_pca_first_component(student, rng):
    """The first component is the direction of the largest variance, for images around 0."""
    check_directions(student, draw_cloud(rng, 30, 5), 1)


@pytest.mark.points(2, task="pca_fit", hint="rows of Vt, or columns of V, transposed")
def test_pca_subspace(student, rng):
    """All components together span the directions of the largest variances, in whatever order."""
    X = draw_cloud(rng, 30, 6)
    components = fitted(student, X, 3)
    right = formulas.directions(X)[:3]
    assert np.linalg.matrix_rank(components, tol=1e-3) == 3, "the components are not independent"
    beside = unit_rows(components) - unit_rows(components) @ right.T @ right
    assert np.abs(beside).max() < 1e-4, (
        "the components do not span the three directions in which the images vary most"
    )


@pytest.mark.points(2, task="pca_fit", hint="each row has length 1; they are not scaled by s")
def test_pca_rows_are_orthonormal(student, rng):
    """Components are rows of length 1, orthogonal, along which the images vary independently."""
    X = draw_cloud(rng, 30, 5)
    _, components = as_tuple(student.pca_fit(X, 3), "mean, components")
    rows = as_array(components, (3, 5), "components")
    codes = X @ unit_rows(rows).T
    together = codes.T @ codes / 30
    apart = np.abs(together - np.diag(np.diag(together))).max()
    assert apart < 1e-3, "the codes along two components vary together: decompose X - mean"
    check_close(rows @ rows.T, np.eye(3), "components @ components.T", atol=1e-4)


@pytest.mark.points(
    2, task="pca_fit", hint="np.linalg.svd has the largest first, np.linalg.eigh last"
)
def test_pca_order(student, rng):
    """The components come in the order of their variances, the largest first."""
    check_directions(student, draw_cloud(rng, 40, 5), 4)


@pytest.mark.points(2, task="pca_fit", hint="subtract the mean before the decomposition")
def test_pca_centres(student, rng):
    """Where the images lie far from 0 the components are the same."""
    check_directions(student, draw_cloud(rng, 30, 4) + 10 * draw(rng, 4), 2)


@pytest.mark.points(1, task="pca_fit", hint="full_matrices=False; D may be larger than N")
def test_pca_with_more_pixels_than_images(student, rng):
    """There may be fewer images than pixels."""
    check_directions(student, draw_cloud(rng, 6, 9), 2)


@pytest.mark.points(1, task="pca_fit", hint="X -= mean writes into the caller's X")
@pytest.mark.depends("test_pca_mean")
def test_pca_leaves_its_argument(student, rng):
    """X stays as it was."""
    X = draw_cloud(rng, 12, 3) + draw(rng, 3)
    check_untouched(student.after("pca_fit", X, 2), X, names="X")


# --- pca_transform: 6 ---


def check_transform(student, X, mean, components):
    right = np.array([[np.dot(c, x - mean) for c in components] for x in X])
    own = (X - X.mean(axis=0)) @ components.T
    wrong = {
        "the mean is not subtracted": X @ components.T,
        "the mean to subtract is the one that is given, not that of these images": own,
        "the mean is added: subtract it": (X + mean) @ components.T,
        "each image's own mean is subtracted": (X - X.mean(axis=1, keepdims=True)) @ components.T,
    }
    what = f"the codes for X {X.shape}, components {components.shape}"
    check_close(student.pca_transform(X, mean, components), right, what, atol=ATOL, mistakes=wrong)


@pytest.mark.points(2, task="pca_transform", hint="X @ components.T")
def test_transform_projects(student, rng):
    """With a mean of 0 a code holds the products with the components."""
    X = draw(rng, 5, 4)
    check_transform(student, X - X.mean(axis=0), np.zeros(4), draw_directions(rng, 2, 4))


@pytest.mark.points(2, task="pca_transform", hint="(X - mean) @ components.T, with the given mean")
def test_transform_subtracts_the_mean(student, rng):
    """Images are seen from the mean that is given."""
    check_transform(student, draw(rng, 5, 4), draw(rng, 4), draw_directions(rng, 3, 4))


@pytest.mark.points(1, task="pca_transform", hint="one row and one component have two axes, too")
def test_transform_of_one_image(student, rng):
    """A single image, and a single component."""
    check_transform(student, draw(rng, 1, 3), draw(rng, 3), draw_directions(rng, 1, 3))
    check_transform(student, draw(rng, 1, 3), np.zeros(3), draw_directions(rng, 3, 3))


@pytest.mark.points(1, task="pca_transform", hint="X -= mean writes into the caller's X")
@pytest.mark.depends("test_transform_projects")
def test_transform_leaves_its_arguments(student, rng):
    """What was handed in stays as it was."""
    arguments = draw(rng, 5, 4), draw(rng, 4), draw_directions(rng, 2, 4)
    call = student.after("pca_transform", *arguments)
    check_untouched(call, *arguments, names="X, mean, components")


# --- reconstruct: 6 ---


def check_reconstruct(student, Z, mean, components):
    right = np.array([mean + sum(a * c for a, c in zip(z, components, strict=True)) for z in Z])
    wrong = {
        "the mean is not added": right - mean,
        "the mean is subtracted: add it": right - 2 * mean,
        "the mean is added before the product: it is an image, not a code": (
            (Z + mean[: Z.shape[1]]) @ components
        ),
    }
    what = f"the images for Z {Z.shape}, components {components.shape}"
    check_close(student.reconstruct(Z, mean, components), right, what, atol=ATOL, mistakes=wrong)


@pytest.mark.points(2, task="reconstruct", hint="Z @ components")
def test_reconstruct_walks(student, rng):
    """With a mean of 0 an image is the sum of the components, as often as the code says."""
    check_reconstruct(student, draw(rng, 5, 2), np.zeros(4), draw_directions(rng, 2, 4))


@pytest.mark.points(2, task="reconstruct", hint="Z @ components + mean")
def test_reconstruct_adds_the_mean(student, rng):
    """The walk begins at the mean."""
    check_reconstruct(student, draw(rng, 5, 2), draw(rng, 4), draw_directions(rng, 2, 4))


@pytest.mark.points(1, task="reconstruct", hint="one code has two axes, too")
def test_reconstruct_of_one_code(student, rng):
    """A single code of a single number, and one of as many numbers as pixels."""
    check_reconstruct(student, draw(rng, 1, 1), np.zeros(3), draw_directions(rng, 1, 3))
    check_reconstruct(student, draw(rng, 2, 3), np.zeros(3), draw_directions(rng, 3, 3))


@pytest.mark.points(1, task="reconstruct", hint="work on new arrays")
@pytest.mark.depends("test_reconstruct_walks")
def test_reconstruct_leaves_its_arguments(student, rng):
    """What was handed in stays as it was."""
    arguments = draw(rng, 5, 2), draw(rng, 4), draw_directions(rng, 2, 4)
    call = student.after("reconstruct", *arguments)
    check_untouched(call, *arguments, names="Z, mean, components")


# --- reparameterise: 12 ---


def drawn(student, mu, logvar, rng):
    z, eps = as_tuple(student.reparameterise(mu, logvar, rng), "z, eps")
    return z, as_array(eps, mu.shape, "eps")


def check_draw(student, mu, logvar, rng):
    z, eps = drawn(student, mu, logvar, rng)
    assert np.ptp(eps) > 0.1, "eps holds no draws: all are alike"
    wrong = {
        "the standard deviation is exp(logvar / 2): this is the variance": mu
        + np.exp(logvar) * eps,
        "the standard deviation is exp(logvar / 2), not logvar itself": mu + logvar * eps,
        "the standard deviation is exp(logvar / 2), not its root": mu + np.exp(logvar / 4) * eps,
        "mu is not added": np.exp(logvar / 2) * eps,
        "eps is not used": mu,
        "eps is to be what made z: is it drawn twice?": np.nan,
    }
    check_close(z, mu + np.sqrt(np.exp(logvar)) * eps, "z, given eps,", atol=ATOL, mistakes=wrong)


@pytest.mark.points(2, task="reparameterise", hint="z = mu + eps where logvar is 0")
def test_draw_around_mu(student, rng):
    """With a variance of 1, z is mu plus the draw that is returned with it."""
    check_draw(student, draw(rng, 5, 4), np.zeros((5, 4)), rng)


@pytest.mark.points(2, task="reparameterise", hint="mu + np.exp(logvar / 2) * eps")
def test_draw_with_a_variance(student, rng):
    """The draw is scaled by the standard deviation, which logvar gives."""
    check_draw(student, draw(rng, 5, 4), draw(rng, 5, 4), rng)


@pytest.mark.points(2, task="reparameterise", hint="rng.standard_normal(mu.shape)")
def test_draws_are_standard_normal(student, rng):
    """eps has mean 0 and variance 1, and the tails of a normal distribution."""
    shape = 60, 50
    _, eps = drawn(student, draw(rng, *shape), draw(rng, *shape), rng)
    assert abs(eps.mean()) < 0.12, f"eps has the mean {eps.mean():.2f} where 0 is right"
    assert abs(eps.std() - 1) < 0.08, f"eps has the spread {eps.std():.2f} where 1 is right"
    kurtosis = np.mean(eps**4) / np.mean(eps**2) ** 2  # 3 for a normal distribution, known to 0.09
    assert 2.5 < kurtosis < 3.8, "eps is not normal: is it uniform, or cut off?"


@pytest.mark.points(1, task="reparameterise", hint="one draw for every number: mu.shape")
def test_every_number_has_its_own_draw(student, rng):
    """No two numbers share a draw."""
    _, eps = drawn(student, np.zeros((4, 6)), np.zeros((4, 6)), rng)
    assert len(np.unique(eps)) == eps.size, "some numbers share a draw: draw an array of mu's shape"


@pytest.mark.points(1, task="reparameterise", hint="draw from rng, not from np.random")
def test_reparameterise_draws_from_rng(student, rng):
    """The same state of rng gives the same draws, another state others."""
    seed, zeros = int(rng.integers(1, 10**6)), np.zeros((3, 4))
    first, again, other = (
        drawn(student, zeros, zeros, np.random.default_rng(s))[1] for s in (seed, seed, seed + 1)
    )
    assert np.array_equal(first, again), "the same rng gives other draws: draw from it alone"
    assert not np.allclose(first, other), "another rng gives the same draws: draw from it"


def draw_back(student, dz, logvar, eps):
    result = student.reparameterise_backward(dz, logvar, eps)
    return as_tuple(result, "dmu, dlogvar")


@pytest.mark.points(1, task="reparameterise", hint="dmu = dz")
@pytest.mark.depends("test_draw_around_mu")
def test_draw_gradient_of_mu(student, rng):
    """mu gets the gradient of z as it is."""
    dz, logvar, eps = draw(rng, 3, 4, 3)
    dmu, _ = draw_back(student, dz, logvar, eps)
    averaged = {"dz carries the 1/N already: do not divide": dz / len(dz)}
    check_close(dmu, dz, "dmu", atol=ATOL, mistakes=averaged)


@pytest.mark.points(2, task="reparameterise", hint="dz * eps * np.exp(logvar / 2) / 2")
def test_draw_gradient_of_logvar(student, rng):
    """logvar gets it through the standard deviation."""
    dz, logvar, eps = draw(rng, 3, 4, 3)
    _, dlogvar = draw_back(student, dz, logvar, eps)
    right = slopes(lambda logvar: eps * np.exp(logvar / 2), {"logvar": logvar}, dz)["logvar"]
    wrong = {
        "the derivative of exp(logvar / 2) has a factor of 1/2": 2 * right,
        "the standard deviation is missing": dz * eps / 2,
        "the standard deviation and the 1/2 are missing": dz * eps,
        "eps is missing": dz * np.exp(logvar / 2) / 2,
        "it is the variance's: take exp(logvar / 2)": dz * eps * np.exp(logvar) / 2,
        "the derivative of exp(logvar / 2) is not that of exp(logvar)": dz * eps * np.exp(logvar),
    }
    check_close(dlogvar, right, "dlogvar", atol=ATOL, mistakes=wrong)


@pytest.mark.points(1, task="reparameterise", hint="work on new arrays")
@pytest.mark.depends("test_draw_around_mu")
def test_reparameterise_leaves_its_arguments(student, rng):
    """What was handed in stays as it was."""
    dz, mu, logvar = draw(rng, 3, 4, 3)
    call = student.after("reparameterise", mu, logvar, rng)
    check_untouched(call, mu, logvar, names="mu, logvar")
    eps = draw(rng, 4, 3)
    call = student.after("reparameterise_backward", dz, logvar, eps)
    check_untouched(call, dz, logvar, eps, names="dz, logvar, eps")


# --- kl_divergence: 10 ---


def check_divergence(student, mu, logvar):
    each = formulas.divergence(mu, logvar)
    right = each.sum(axis=1)
    sizes = mu.shape[1]
    wrong = {
        "the factor 1/2 is missing": 2 * right,
        "the 1 is to be subtracted": right + sizes / 2,
        "mu is to be squared": right + ((mu - mu**2) / 2).sum(axis=1),
        "the variance is exp(logvar): logvar is taken for it": (
            (mu**2 + logvar - np.log(np.abs(logvar) + 1e-300) - 1) / 2
        ).sum(axis=1),
        "logvar is to be subtracted, not added": (right + logvar.sum(axis=1)),
        "logvar is missing": right + logvar.sum(axis=1) / 2,
        "logvar is the logarithm of the variance, not of the standard deviation": (
            ((mu**2 + np.exp(2 * logvar) - 2 * logvar - 1) / 2).sum(axis=1)
        ),
        "it is the mean over the code: add up": each.mean(axis=1),
    }
    what = f"the divergence for mu {mu.shape}"
    check_close(student.kl_divergence(mu, logvar), right, what, atol=ATOL, mistakes=wrong)


@pytest.mark.points(3, task="kl_divergence", hint="mu**2 / 2 where logvar is 0")
def test_divergence_of_a_shift(student, rng):
    """With a variance of 1, a shift costs half of its square."""
    check_divergence(student, draw(rng, 5, 1), np.zeros((5, 1)))


@pytest.mark.points(3, task="kl_divergence", hint="(np.exp(logvar) - logvar - 1) / 2 where mu is 0")
def test_divergence_of_a_variance(student, rng):
    """With a mean of 0, a variance costs by how far it is from 1, both ways."""
    check_divergence(student, np.zeros((5, 1)), draw(rng, 5, 1))


@pytest.mark.points(2, task="kl_divergence", hint="sum over axis 1")
def test_divergence_adds_up_over_the_code(student, rng):
    """A code of three numbers costs what its numbers cost, each by itself."""
    mu, logvar = draw(rng, 4, 3), draw(rng, 4, 3)
    parts = [
        as_array(student.kl_divergence(mu[:, k : k + 1], logvar[:, k : k + 1]), (4,), "one part")
        for k in range(3)
    ]
    assert np.ptp(parts) > 1e-3, "it is the same for all codes"
    total = sum(parts)
    check_close(
        student.kl_divergence(mu, logvar),
        total,
        "the divergence of a code of three numbers",
        atol=ATOL,
        mistakes={"it is the mean over the code: add up": total / 3},
    )


@pytest.mark.points(1, task="kl_divergence", hint="one number for each example: (N,)")
@pytest.mark.depends("test_divergence_adds_up_over_the_code")
def test_divergence_of_the_prior_is_zero(student, rng):
    """A standard normal costs nothing; one example gives an array of one number."""
    check_divergence(student, np.zeros((1, 4)), np.zeros((1, 4)))


@pytest.mark.points(1, task="kl_divergence", hint="work on new arrays")
@pytest.mark.depends("test_divergence_adds_up_over_the_code")
def test_divergence_leaves_its_arguments(student, rng):
    """mu and logvar stay as they were."""
    mu, logvar = draw(rng, 4, 3), draw(rng, 4, 3)
    call = student.after("kl_divergence", mu, logvar)
    check_untouched(call, mu, logvar, names="mu, logvar")


# --- elbo_loss: 18 ---


def draw_images(rng, n, d):
    """Pixels strictly between 0 and 1, and scores."""
    return rng.integers(1, 16, (n, d)) / 16, draw(rng, n, d)


def elbo(student, *arguments):
    return as_tuple(student.elbo_loss(*arguments), "loss, dlogits, dmu, dlogvar")


def check_pixels(student, x, logits):
    """The loss where the divergence is 0."""
    nothing = np.zeros((len(x), 2))
    loss = elbo(student, x, logits, nothing, nothing)[0]
    each = formulas.pixels(x, logits)
    right = each.sum() / len(x)
    wrong = {
        "it is the mean over the pixels, too: add up over them": each.mean(),
        "it is the sum over the images: take their mean": each.sum(),
        "the loss is the negative bound": -right,
        "dark pixels are forgotten: (1 - x) log(1 - p)": (
            np.sum(-x * np.log(1 / (1 + np.exp(-logits)))) / len(x)
        ),
        "it is the squared error: take the binary cross-entropy": (
            np.sum((1 / (1 + np.exp(-logits)) - x) ** 2) / len(x)
        ),
        "x and 1 - x are exchanged": formulas.pixels(1 - x, logits).sum() / len(x),
    }
    what = f"the loss of {x.shape} pixels whose codes cost nothing"
    check_close(loss, right, what, atol=ATOL, mistakes=wrong)


@pytest.mark.points(3, task="elbo_loss", hint="np.sum(np.logaddexp(0, logits) - x * logits)")
def test_elbo_pixels(student, rng):
    """A single image pays the binary cross-entropy of its pixels, added up."""
    check_pixels(student, *draw_images(rng, 1, 6))


@pytest.mark.points(1, task="elbo_loss", hint="divide by the number of images")
def test_elbo_is_a_mean_over_images(student, rng):
    """Several images: the loss is their mean."""
    check_pixels(student, *draw_images(rng, 5, 1))


def check_price(student, rng, n, beta):
    """What the loss grows by when codes cost something."""
    x, logits = draw_images(rng, n, 3)
    mu, logvar = draw(rng, n, 4), draw(rng, n, 4)
    losses = [
        as_number(elbo(student, x, logits, *code, *beta)[0], "the loss")
        for code in ((mu, logvar), (0 * mu, 0 * logvar))
    ]
    price = formulas.divergence(mu, logvar).sum() / n
    weight = beta[0] if beta else 1.0
    wrong = {
        "beta has no effect": price,
        "the bound subtracts the divergence, so its negative adds it": -weight * price,
        "it is the mean over the numbers of the code: add up over them": weight * price / 4,
        "it is the sum over the images: take their mean": weight * price * n,
        "it has no effect": 0.0,
    }
    what = f"what the codes of {n} images add to the loss, beta {weight:g},"
    check_close(losses[0] - losses[1], weight * price, what, atol=1e-4, mistakes=wrong)


@pytest.mark.points(2, task="elbo_loss", hint="+ kl_divergence(mu, logvar)")
def test_elbo_adds_the_divergence(student, rng):
    """The divergence of the code is added to the price of the pixels."""
    check_price(student, rng, 1, ())


@pytest.mark.points(1, task="elbo_loss", hint="beta * kl, and the mean over the images")
def test_elbo_beta(student, rng):
    """It is weighed by beta, and averaged over the images."""
    check_price(student, rng, 1, (0.25,))
    check_price(student, rng, 4, (3.0,))


@pytest.mark.points(2, task="elbo_loss", hint="np.logaddexp(0, logits): no logarithm of 0")
def test_elbo_is_stable(student, rng):
    """Scores of 1000, right or wrong, have a finite loss and gradient."""
    x = np.array([[1.0], [0.0], [0.0], [1.0]])
    logits, nothing = np.array([[1000.0], [1000.0], [-1000.0], [-1000.0]]), np.zeros((4, 1))
    loss, dlogits, _, _ = elbo(student, x, logits, nothing, nothing)
    check_close(loss, 500.0, "the loss for scores of 1000")
    right = np.array([[0.0], [0.25], [0.0], [-0.25]])
    check_close(dlogits, right, "dlogits for scores of 1000", atol=ATOL)


def check_elbo_gradients(student, rng, n, d, k, beta, *names):
    x, logits = draw_images(rng, n, d)
    inputs = {"logits": logits, "mu": draw(rng, n, k), "logvar": draw(rng, n, k)}
    results = elbo(student, x, *inputs.values(), *beta)[1:]
    weight = beta[0] if beta else 1.0
    chosen = {name: inputs[name] for name in names}
    right = slopes(formulas.elbo, chosen, 1.0, {**inputs, "x": x, "beta": weight})
    lit = 1 / (1 + np.exp(-logits))
    for name, gradient in zip(inputs, results, strict=True):
        if name not in names:
            continue
        wrong = {
            "divide by the number of images, as the loss": right[name] * n,
            "do not divide by the number of pixels": right[name] / d,
            "beta has no effect": right[name] / weight,
        }
        if name == "logits":
            wrong["the sigmoid's own slope cancels: it is (sigmoid - x) / N"] = (
                right[name] * lit * (1 - lit)
            )
            wrong["the sigmoid is missing"] = (logits - x) / n
        if name == "logvar":
            wrong["the 1/2 is missing"] = 2 * right[name]
            wrong["the 1 is to be subtracted"] = weight * np.exp(inputs[name]) / (2 * n)
        if name == "mu":
            wrong["mu^2 / 2 has the slope mu"] = 2 * right[name]
        what = f"d{name} for {n} images, beta {weight:g}"
        check_close(gradient, right[name], what, atol=ATOL, mistakes=wrong)


@pytest.mark.points(3, task="elbo_loss", hint="sigmoid(logits) - x")
def test_elbo_dlogits(student, rng):
    """A single image: each score gets the sigmoid minus the pixel."""
    check_elbo_gradients(student, rng, 1, 5, 2, (), "logits")


@pytest.mark.points(1, task="elbo_loss", hint="(sigmoid(logits) - x) / N")
def test_elbo_dlogits_of_many(student, rng):
    """Several images: it is divided by their number, and by that alone."""
    check_elbo_gradients(student, rng, 4, 1, 2, (2.0,), "logits")


@pytest.mark.points(1, task="elbo_loss", hint="dmu = mu for one image and beta 1")
def test_elbo_dmu(student, rng):
    """A single image: mu gets the slope of the divergence."""
    check_elbo_gradients(student, rng, 1, 2, 4, (), "mu")


@pytest.mark.points(1, task="elbo_loss", hint="dlogvar = (np.exp(logvar) - 1) / 2 for one image")
def test_elbo_dlogvar(student, rng):
    """A single image: logvar gets the slope of the divergence."""
    check_elbo_gradients(student, rng, 1, 2, 4, (), "logvar")


@pytest.mark.points(2, task="elbo_loss", hint="both times beta / N")
def test_elbo_code_gradients_of_many(student, rng):
    """Several images and another beta: the gradients of the code are weighed and averaged."""
    check_elbo_gradients(student, rng, 4, 2, 3, (0.5,), "mu", "logvar")


@pytest.mark.points(1, task="elbo_loss", hint="work on new arrays")
@pytest.mark.depends("test_elbo_pixels")
def test_elbo_leaves_its_arguments(student, rng):
    """What was handed in stays as it was."""
    arguments = *draw_images(rng, 3, 4), draw(rng, 3, 2), draw(rng, 3, 2)
    call = student.after("elbo_loss", *arguments)
    check_untouched(call, *arguments, names="x, logits, mu, logvar")


# --- denoise_corrupt: 8 ---

SHAPE = 60, 50


def corrupted(student, x, sigma, drop, rng):
    return as_array(student.denoise_corrupt(x, sigma, drop, rng), x.shape, "the result")


@pytest.mark.points(2, task="denoise_corrupt", hint="x + sigma * rng.standard_normal(x.shape)")
def test_corrupt_adds_noise(student, rng):
    """Normal noise with standard deviation sigma is added, another one for every pixel."""
    sigma = 0.05
    x = 0.3 + 0.4 * rng.random(SHAPE)
    noise = corrupted(student, x, sigma, 0.0, rng) - x
    assert noise.std() > 0, "no noise is added"
    assert abs(noise.std() / sigma - 1) > 0.08 or len(np.unique(noise)) > 2900, (
        "pixels share their noise: draw an array of x's shape"
    )
    for advice, other in {
        "sigma is the standard deviation, not the variance": np.sqrt(sigma),
        "sigma is the standard deviation: it is squared": sigma**2,
        "sigma has no effect": 1.0,
    }.items():
        off = abs(noise.std() / other - 1) > 0.08
        assert off, f"the noise has not the right spread: {advice}"
    assert abs(noise.std() / sigma - 1) < 0.08, "the noise has not the spread sigma"
    assert abs(noise.mean()) < 0.12 * sigma, "the noise has not the mean 0"
    kurtosis = np.mean(noise**4) / np.mean(noise**2) ** 2
    assert 2.5 < kurtosis < 3.8, "the noise is not normal"


@pytest.mark.points(2, task="denoise_corrupt", hint="0 where rng.random(x.shape) < drop")
def test_corrupt_drops_pixels(student, rng):
    """A share of the pixels, drop of them, becomes 0, each on its own; the others stay."""
    x, drop = 0.3 + 0.4 * rng.random(SHAPE), 0.3
    out = corrupted(student, x, 0.0, drop, rng)
    gone = (out == 0).astype(int)
    stayed = np.allclose(out[out != 0], x[out != 0], atol=ATOL)
    scaled = np.allclose(out[out != 0], x[out != 0] / (1 - drop), atol=ATOL)
    assert not (scaled and gone.any()), "the other pixels are scaled up: leave them as they are"
    assert stayed, "pixels that are not dropped have changed"
    alike = np.ptp(gone, axis=0).max() == 0 or np.ptp(gone, axis=1).max() == 0
    assert not alike, "whole rows or columns are dropped alike: draw for every pixel"
    share = gone.mean()
    exchanged = abs(share - (1 - drop)) < 0.06
    assert not exchanged, "drop is the probability of dropping: the others are to stay"
    assert abs(share - drop) < 0.06, f"{share:.0%} of the pixels are dropped where 30% is right"


@pytest.mark.points(1, task="denoise_corrupt", hint="sigma 0 adds nothing, drop 0 drops nothing")
@pytest.mark.depends("test_corrupt_adds_noise")
def test_corrupt_with_nothing(student, rng):
    """Without noise the images come back as they are; what was handed in is never changed."""
    x = draw(rng, 4, 6)
    check_close(student.denoise_corrupt(x, 0.0, 0.0, rng), x, "the result without noise")
    check_untouched(student.after("denoise_corrupt", x, 0.5, 0.5, rng), x, names="x")


@pytest.mark.points(1, task="denoise_corrupt", hint="the noise first, then the mask")
def test_corrupt_drops_after_the_noise(student, rng):
    """With both, a dropped pixel is exactly 0, which half of them are."""
    x = 0.3 + 0.4 * rng.random(SHAPE)
    share = np.mean(corrupted(student, x, 0.05, 0.5, rng) == 0)
    assert share > 0, "a dropped pixel gets noise: add the noise first, then drop"
    assert abs(share - 0.5) < 0.06, f"{share:.0%} of the pixels are 0 where 50% is right"


@pytest.mark.points(1, task="denoise_corrupt", hint="no np.clip")
def test_corrupt_cuts_nothing_off(student, rng):
    """Noisy pixels may lie below 0 and above 1."""
    out = corrupted(student, 0.5 + np.zeros(SHAPE), 1.0, 0.5, rng)
    assert min(-out.min(), out.max() - 1) > 0.5, "pixels are cut off at 0 or 1: leave them"


@pytest.mark.points(1, task="denoise_corrupt", hint="draw from rng, not from np.random")
def test_corrupt_draws_from_rng(student, rng):
    """The same state of rng gives the same noise, another state other noise."""
    seed, x = int(rng.integers(1, 10**6)), draw(rng, 5, 8)
    first, again, other = (
        corrupted(student, x, 0.5, 0.3, np.random.default_rng(s)) for s in (seed, seed, seed + 1)
    )
    assert np.array_equal(first, again), "the same rng gives other noise: draw from it alone"
    assert not np.allclose(first, other), "another rng gives the same noise: draw from it"


# --- nt_xent_loss: 18 ---


def draw_views(rng, n, d):
    """(2N, D) rows of length 1, no two of them alike."""
    z = rng.standard_normal((2 * n, d))
    return z / np.linalg.norm(z, axis=1, keepdims=True)


def contrast(student, z, temperature):
    return as_tuple(student.nt_xent_loss(z, temperature), "loss, dz")


def check_contrast(student, z, temperature):
    count = len(z)
    right = formulas.nt_xent(z, temperature)

    def wrong():
        neighbour = np.arange(count) ^ 1
        same = np.arange(count)
        found = {
            "nobody may pick itself: leave the diagonal out": (
                formulas.nt_xent(z, temperature, own=True)
            ),
            "the codes are not divided by their lengths": (
                formulas.nt_xent(z, temperature, unit=False)
            ),
            "the partner of row i is row i + N, not its neighbour": (
                formulas.nt_xent(z, temperature, neighbour)
            ),
            "the partner of row i is row i + N, not itself": formulas.nt_xent(z, temperature, same),
            "the temperature has no effect": formulas.nt_xent(z, 1.0),
            "the scores are multiplied by the temperature: divide": (
                formulas.nt_xent(z, 1 / temperature)
            ),
            "it is the sum over the rows: take their mean": right * count,
            "all 2 N rows have a partner: take the mean over all": right * 2,
        }
        half = z[: count // 2], z[count // 2 :]
        scores = (half[0] @ half[1].T) / temperature
        rows = np.log(np.exp(scores).sum(axis=1)) - np.diag(scores)
        found["a row picks among all 2 N - 1 others, not among the other views alone"] = rows.mean()
        return found

    loss, _ = contrast(student, z, temperature)
    what = f"the loss of {z.shape} codes, temperature {temperature:g},"
    check_close(loss, right, what, atol=ATOL, mistakes=wrong)


@pytest.mark.points(4, task="nt_xent_loss", hint="softmax cross-entropy, -np.inf on the diagonal")
def test_contrast_plain(student, rng):
    """Codes of length 1 at temperature 1: each row is to pick its partner out of all others."""
    check_contrast(student, draw_views(rng, 2, 3), 1.0)


@pytest.mark.points(
    1, task="nt_xent_loss", hint="row i and row i + N are partners, for any N and D"
)
def test_contrast_of_more(student, rng):
    """More images, and longer codes."""
    check_contrast(student, draw_views(rng, 4, 5), 1.0)
    check_contrast(student, draw_views(rng, 3, 2), 1.0)


@pytest.mark.points(2, task="nt_xent_loss", hint="u @ u.T / temperature")
def test_contrast_temperature(student, rng):
    """The scores are divided by the temperature."""
    for temperature in (0.5, 2.0):
        check_contrast(student, draw_views(rng, 2, 3), temperature)


@pytest.mark.points(2, task="nt_xent_loss", hint="z / np.linalg.norm(z, axis=1, keepdims=True)")
def test_contrast_ignores_lengths(student, rng):
    """Longer codes have the same loss."""
    z = draw_views(rng, 3, 3)
    short, long, other = (
        as_number(contrast(student, views, 1.0)[0], "the loss")
        for views in (z, z * rng.uniform(0.5, 3, (6, 1)), draw_views(rng, 3, 3))
    )
    assert np.isfinite(short), "the loss is not finite"
    assert abs(short - other) > 1e-4, "the loss is the same for all codes"
    assert abs(short - long) < 1e-4, (
        "the loss changes with the lengths of the codes: divide each row by its length"
    )


@pytest.mark.points(1, task="nt_xent_loss", hint="subtract each row's maximum before np.exp")
def test_contrast_is_stable(student, rng):
    """At a temperature of 1/2000 scores reach 2000, and the loss stays finite."""
    z = np.array([[1.0, 0], [0, 1], [-1, 0], [0, 1]])
    loss, dz = contrast(student, z, 1 / 2000)
    # two rows see strangers at 0 and their partner at -2000; two find theirs at 2000
    check_close(loss, (2 * (2000 + np.log(2)) + 0) / 4, "the loss with scores of 2000")
    assert np.isfinite(as_array(dz, z.shape, "dz")).all(), "dz contains NaN or infinity"


def check_dz(student, z, temperature, change=lambda dz: dz, what="dz"):
    """``dz`` against the right one or, where the loss is another one that is sound, its slope."""
    loss, dz = contrast(student, z, temperature)
    right = slopes(partial(formulas.nt_xent, temperature=temperature), {"z": z})["z"]

    def wrong():
        length = np.linalg.norm(z, axis=1, keepdims=True)
        u = z / length
        others = slopes(partial(formulas.nt_xent, temperature=temperature, unit=False), {"z": u})
        along = np.sum(others["z"] * u, axis=1, keepdims=True)
        one_sided = np.zeros(z.shape)
        for row, own in enumerate(u):
            exp = np.exp(u @ own / temperature)
            exp[row] = 0
            p = exp / exp.sum()
            p[(row + len(z) // 2) % len(z)] -= 1
            one_sided[row] = p @ u / temperature / len(z)
        back = one_sided - np.sum(one_sided * u, axis=1, keepdims=True) * u
        found = {
            "each code is in its own row and in everybody's column: G + G^T": back / length,
            "what points along the code is to be taken off": others["z"] / length,
            "the division by the length is missing": right * length,
            "the gradient of the division by the length is missing": others["z"],
            "it carries the 1/(2N) of the mean": right * len(z),
            "it is to be divided by the temperature": right * temperature,
            "it has the partners' part alone": right - along,
        }
        return {advice: change(value) for advice, value in found.items()}

    try:
        shaped = as_array(dz, z.shape, "dz")
        check_close(change(shaped), change(right), what, atol=ATOL, mistakes=wrong)
    except AssertionError:
        if not loss_is_another(student, z, temperature, loss) or not follows(
            student, z, temperature, dz
        ):
            raise


def loss_is_another(student, z, temperature, loss):
    """Whether it differs from the right one, and still is low where partners agree."""
    try:
        if np.isclose(as_number(loss, "the loss"), formulas.nt_xent(z, temperature), rtol=1e-4):
            return False
        some = z[: len(z) // 2]
        halves = np.concatenate([some, some]), np.concatenate([some, -some])
        pairs = np.repeat(some, 2, axis=0), np.kron(some, [[1.0], [-1.0]])
        sound = []
        for together, apart in (halves, pairs):  # whoever was taken for a partner
            low, high = (
                as_number(contrast(student, views, temperature)[0], "the loss")
                for views in (together, apart)
            )
            sound.append(np.isfinite(low) and low < high - 0.1)
    except AssertionError:
        return False
    return any(sound)


def follows(student, z, temperature, dz):
    try:
        check_gradient(lambda z: contrast(student, z, temperature)[0], z, dz, "dz")
    except AssertionError:
        return False
    return True


@pytest.mark.points(3, task="nt_xent_loss", hint="du = (G + G^T) u / temperature, G = (P - Y) / 2N")
def test_contrast_gradient(student, rng):
    """For codes of length 1, the part of the gradient that turns them."""
    z = draw_views(rng, 2, 3)

    def turning(dz):
        return dz - np.sum(dz * z, axis=1, keepdims=True) * z

    check_dz(student, z, 1.0, turning, "what in dz turns the codes")


@pytest.mark.points(2, task="nt_xent_loss", hint="subtract (du . u) u")
@pytest.mark.depends("test_contrast_gradient")
def test_contrast_gradient_turns_only(student, rng):
    """No part of the gradient points along the code."""
    check_dz(student, draw_views(rng, 3, 3), 1.0)


@pytest.mark.points(1, task="nt_xent_loss", hint="divide by the length of z, once")
def test_contrast_gradient_of_long_codes(student, rng):
    """Longer codes have a smaller gradient."""
    z = draw_views(rng, 2, 4)
    check_dz(student, z * rng.uniform(0.5, 3, (4, 1)), 1.0)


@pytest.mark.points(1, task="nt_xent_loss", hint="the temperature divides the gradient, too")
def test_contrast_gradient_with_a_temperature(student, rng):
    """The gradient at another temperature, for more images."""
    check_dz(student, draw_views(rng, 3, 2), 0.5)


@pytest.mark.points(1, task="nt_xent_loss", hint="z /= ... writes into the caller's z")
@pytest.mark.depends("test_contrast_ignores_lengths")
def test_contrast_leaves_its_argument(student, rng):
    """z stays as it was."""
    z = 2 * draw_views(rng, 3, 4)
    check_untouched(student.after("nt_xent_loss", z, 0.5), z, names="z")


# --- k_nearest_accuracy: 8 ---


def check_neighbours(student, rng, sizes, k, kinds=(0, 1, 2), stretch=1.0, clear=(), share=False):
    """Codes without ties, of which some but not all are right.

    Args:
        sizes: training codes, test codes, numbers in each.
        stretch: the largest factor on a code's length; all are 1 before.
        share: whether a number of codes, or percent, is wrong here.
        clear: mistakes that must give a share of their own.
    """
    n, m, d = sizes
    while True:
        labels, truth = rng.choice(kinds, n), rng.choice(kinds, m)
        centres = dict(zip(kinds, rng.standard_normal((len(kinds), d)), strict=True))
        train, test = (
            np.array([centres[kind] for kind in chosen])
            + 0.7 * rng.standard_normal((len(chosen), d))
            for chosen in (labels, truth)
        )
        train, test = (codes / np.linalg.norm(codes, axis=1)[:, None] for codes in (train, test))
        train = train * rng.uniform(1, stretch, (n, 1))
        answers, lead = formulas.voted(train, labels, test, k)
        right = np.mean(answers == truth)
        if lead == 0 or not 0.05 < right < 0.95:
            continue
        wrong = wrong_neighbours(train, labels, test, truth, k)
        shares = [right, *wrong.values()]
        if all(np.isclose(shares, wrong[advice]).sum() == 1 for advice in clear):
            break
    what = f"the accuracy of {m} codes with {k} of {n} neighbours"
    found = student.k_nearest_accuracy(train, labels, test, truth, k)
    found = as_number(found, what)
    if not share and found > 1:
        found /= m if np.isclose(found, right * m) else 100
    check_close(found, right, what, mistakes=wrong)


FIRST_ONLY = "only the nearest votes: k is not heeded"
BY_ANGLE = "neighbours are near by Euclidean distance, not by angle"
BY_SUM = "the distance is Euclidean, not the sum of differences"
FARTHEST = "the farthest are asked: sort by distance, the smallest first"
NO_VOTE = "labels are averaged: let them vote"


def wrong_neighbours(train, labels, test, truth, k):
    def share(answers):
        return np.mean(answers == truth)

    def sorted_by(measure):
        chosen = labels[np.argsort(measure, axis=1)[:, :k]]
        kinds = np.unique(labels)
        votes = np.sum(chosen[:, :, None] == kinds, axis=1)
        return kinds[votes.argmax(axis=1)]

    apart = np.linalg.norm(test[:, None] - train, axis=2)
    angle = -(test @ train.T) / np.linalg.norm(train, axis=1)
    right = share(sorted_by(apart))
    mean = np.round(labels[np.argsort(apart, axis=1)[:, :k]].mean(axis=1))
    return {
        "it is a number of codes: divide by how many there are": right * len(truth),
        "it is in percent: a share from 0 to 1 is asked for": right * 100,
        "it is the share of errors": 1 - right,
        FIRST_ONLY: share(labels[apart.argmin(axis=1)]),
        BY_ANGLE: share(sorted_by(angle)),
        BY_SUM: share(sorted_by(np.abs(test[:, None] - train).sum(axis=2))),
        FARTHEST: share(sorted_by(-apart)),
        NO_VOTE: share(mean),
    }


@pytest.mark.points(2, task="k_nearest_accuracy", hint="labels of the nearest code, compared, mean")
def test_nearest_one(student, rng):
    """With k = 1 each code has the label of its nearest."""
    check_neighbours(student, rng, (20, 15, 2), 1, clear=(FARTHEST,), share=True)


@pytest.mark.points(2, task="k_nearest_accuracy", hint="the label that most of the k nearest have")
def test_nearest_vote(student, rng):
    """With k = 5 the most frequent label of five wins."""
    check_neighbours(student, rng, (25, 20, 2), 5, clear=(FIRST_ONLY, NO_VOTE))


@pytest.mark.points(1, task="k_nearest_accuracy", hint="the length of the difference of two codes")
def test_nearest_by_euclid(student, rng):
    """Near is what has a small Euclidean distance."""
    check_neighbours(student, rng, (30, 30, 2), 1, stretch=3.0, clear=(BY_ANGLE, BY_SUM))


@pytest.mark.points(1, task="k_nearest_accuracy", hint="labels are names: 3 and 7 have no mean")
def test_nearest_with_any_labels(student, rng):
    """Labels may be any whole numbers."""
    check_neighbours(student, rng, (25, 20, 2), 3, kinds=(2, 3, 9), clear=(NO_VOTE,))


@pytest.mark.points(1, task="k_nearest_accuracy", hint="k may be the number of training codes")
@pytest.mark.depends("test_nearest_vote")
def test_nearest_all(student, rng):
    """With k = N all training codes vote, and the commonest label wins everywhere."""
    check_neighbours(student, rng, (11, 12, 2), 11, kinds=(0, 1), clear=(FIRST_ONLY,))


@pytest.mark.points(1, task="k_nearest_accuracy", hint="work on new arrays; do not sort in place")
@pytest.mark.depends("test_nearest_vote")
def test_nearest_leaves_its_arguments(student, rng):
    """Codes and labels stay as they were."""
    arguments = draw(rng, 8, 3), rng.integers(0, 3, 8), draw(rng, 5, 3), rng.integers(0, 3, 5)
    call = student.after("k_nearest_accuracy", *arguments, 3)
    names = "train_codes, train_labels, test_codes, test_labels"
    check_untouched(call, *arguments, names=names)
