"""Hidden tests of the least_squares assignment: 100 points.

Every demand has its test, so that a mistake in one costs no other: data whose means are 0, where
the intercept is no question, before data with means anywhere; a penalty of 1 before others. What a
factor does is judged against the student's own answer without it.

Expected values come by other roads than a solution's: least squares and the hat matrix from an
orthogonal basis (QR or SVD), ridge as least squares on added rows, the covariance from the same
basis, the lasso's optimum from a proximal gradient method run to convergence.
"""

import numpy as np
import pytest

from graders.engine.compare import as_array, check_close, check_untouched

CARRIED_FORWARD = {"soft_threshold": ("soft_threshold",)}
"""The lasso is judged with a right one, too, where the student's own went wrong."""


def draw(rng, n=12, d=3):
    """Features and targets of order 1, with an intercept that cannot be overlooked."""
    X = rng.standard_normal((n, d)) + rng.uniform(0.5, 1.5, d)
    y = 3.0 + X @ rng.uniform(0.5, 2.0, d) + 0.5 * rng.standard_normal(n)
    return X, y


def centred(rng, n=12, d=3):
    """The same with means of 0, so that the best intercept is 0."""
    X, y = draw(rng, n, d)
    return X - X.mean(axis=0), y - y.mean()


def with_ones(X):
    return np.hstack([np.ones((len(X), 1)), X])


def solve(A, y):
    """Minimum-norm least squares from the singular vectors that carry weight."""
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    keep = s > 1e-10 * s[0]
    return Vt[keep].T @ ((U[:, keep].T @ y) / s[keep])


def deficient(rng, draw=draw):
    """Data that do not determine beta: a repeated feature, and more features than rows."""
    X, y = draw(rng, 10, 2)
    yield np.hstack([X, X[:, :1]]), y
    yield draw(rng, 4, 6)


def check_works(answer, shape, what):
    """That a function does anything at all, before it is praised for what it leaves alone."""
    answer = as_array(answer, shape, what)
    assert np.isfinite(answer).all(), f"{what} contains NaN or infinity"
    assert np.ptp(answer), f"{what} has the same number everywhere"
    return answer


# --- fit_least_squares: 20 ---


def check_slopes(beta, X, y, right, mistakes=dict):
    """Of data with means of 0: the slopes alone, with an intercept of 0 at whichever end, or none.

    That there is an intercept, and that it comes first, other tests see to.
    """
    beta = as_array(beta, np.shape(beta), "beta")
    d = X.shape[1]
    assert beta.shape in ((d,), (d + 1,)), f"beta has shape {beta.shape} where {(d + 1,)} is right"
    at_end = beta.shape == (d,) or not np.allclose(beta[0], 0, atol=1e-6)
    check_close(beta[:d] if at_end else beta[1:], right, "the vector of slopes", mistakes=mistakes)


def check_least_squares(student, X, y, what="beta"):
    right = solve(with_ones(X), y)
    check_close(
        student.fit_least_squares(X, y),
        right,
        what,
        mistakes=lambda: {
            "the intercept comes last: it must be first": np.roll(right, -1),
            "the intercept is the mean of y, which holds for centred X only": (
                np.append(y.mean(), right[1:])
            ),
            "the intercept is 0: X needs a column of ones": np.append(0.0, solve(X, y)),
        },
    )


@pytest.mark.points(5, task="fit_least_squares", hint="pinv(A) @ y with A = [1, X]")
def test_fit_least_squares_of_centred_data(student, rng):
    """Where X and y have means of 0, the slopes minimise the squared residuals."""
    X, y = centred(rng)
    check_slopes(student.fit_least_squares(X, y), X, y, solve(X, y))


@pytest.mark.points(
    4, task="fit_least_squares", hint="a column of ones in front of X gives the intercept"
)
def test_fit_least_squares(student, rng):
    """Wherever the means are, intercept and slopes minimise the squared residuals."""
    for n, d in [(12, 3), (20, 1)]:
        check_least_squares(student, *draw(rng, n, d))


@pytest.mark.points(
    3, task="fit_least_squares", hint="inv(A.T @ A) does not exist for dependent features: use pinv"
)
def test_fit_least_squares_of_dependent_features(student, rng):
    """Where many slopes fit equally well, the shortest are found; means are 0 here."""
    for X, y in deficient(rng, centred):
        check_slopes(student.fit_least_squares(X, y), X, y, solve(X, y))


@pytest.mark.points(
    4, task="fit_least_squares", hint="np.linalg.pinv of [1, X] gives the minimum-norm solution"
)
def test_fit_least_squares_of_smallest_norm(student, rng):
    """Of all that fit equally well the shortest is chosen, intercept included."""
    for X, y in deficient(rng):
        A = with_ones(X)
        right, slopes = solve(A, y), solve(X - X.mean(axis=0), y - y.mean())
        beta = check_works(student.fit_least_squares(X, y), right.shape, "beta")
        fits = np.sum((y - A @ beta) ** 2) < np.sum((y - A @ right) ** 2) + 1e-6 * np.sum(y**2)
        assert fits, "beta fits worse than it could"
        norm_of_slopes = np.append(y.mean() - X.mean(axis=0) @ slopes, slopes)
        check_close(
            beta,
            right,
            "beta fits, but it is not the shortest that does",
            mistakes={"the norm to minimise includes the intercept": norm_of_slopes},
        )


@pytest.mark.points(2, task="fit_least_squares", hint="X may have a single column, or two rows")
def test_fit_least_squares_of_two_points(student, rng):
    """A line through two points passes through them."""
    X, y = rng.standard_normal((2, 1)), rng.standard_normal(2)
    X[1] = X[0] + 1.0
    check_least_squares(student, X, y, "beta of two points")


@pytest.mark.points(2, task="fit_least_squares", hint="make new arrays instead of X -= ...")
def test_fit_least_squares_leaves_its_arguments(student, rng):
    """Features and targets that were handed in stay as they were."""
    X, y = draw(rng)
    call = student.after("fit_least_squares", X, y)
    length = 3 if np.shape(call.result) == (3,) else 4  # the intercept has its own tests
    check_works(call.result, (length,), "beta")
    check_untouched(call, X, y, names="X, y")


# --- hat_matrix: 12 ---


def projection(A):
    U, s, _ = np.linalg.svd(A, full_matrices=False)
    basis = U[:, s > 1e-10 * s[0]]
    return basis @ basis.T


def hat(student, X):
    H = student.hat_matrix(X)
    d = X.shape[1]
    assert np.shape(H) != (d + 1, d + 1), (
        "this is pinv(A) @ A, of shape (D + 1, D + 1): A comes first"
    )
    return check_works(H, (len(X), len(X)), "H")


@pytest.mark.points(3, task="hat_matrix", hint="A @ pinv(A), of shape (N, N)")
def test_hat_matrix_projects(student, rng):
    """H is symmetric, and to project twice is to project once."""
    X, _ = draw(rng, 8, 3)
    H = hat(student, X)
    check_close(H.T, H, "H transposed")
    check_close(H @ H, H, "H times H")
    assert not np.allclose(H, np.eye(8)), "H is the identity, which projects nothing away"


@pytest.mark.points(2, task="hat_matrix", hint="A @ pinv(A) leaves every column of A as it is")
def test_hat_matrix_leaves_features(student, rng):
    """What lies in the span of the features stays where it is, and not everything does."""
    X, y = draw(rng, 8, 3)
    H = hat(student, X)
    check_close(H @ X, X, "H times X", mistakes={"H projects onto what is left over": 0 * X})
    assert not np.allclose(H @ y, y), "H leaves every y as it is"


@pytest.mark.points(2, task="hat_matrix", hint="put a column of ones in front of X")
def test_hat_matrix_leaves_constants(student, rng):
    """The intercept's column of ones stays where it is, too."""
    X, y = draw(rng, 8, 3)
    H = hat(student, X)
    missing = {"the column of ones is missing": projection(X).sum(axis=1)}
    check_close(H @ np.ones(8), np.ones(8), "H times a column of ones", mistakes=missing)
    assert not np.allclose(H @ y, y), "H leaves every y as it is"


def check_hat(student, X, what):
    check_close(
        hat(student, X),
        projection(with_ones(X)),
        what,
        mistakes=lambda: {
            "the column of ones is missing": projection(X),
            "the projection is onto what is left over": (np.eye(len(X)) - projection(with_ones(X))),
        },
    )


@pytest.mark.points(1, task="hat_matrix", hint="A @ pinv(A) with A = [1, X]")
def test_hat_matrix(student, rng):
    """H projects onto the span of the features and the column of ones, and of nothing else."""
    for n, d in [(6, 4), (5, 1)]:
        check_hat(student, draw(rng, n, d)[0], "H")


@pytest.mark.points(3, task="hat_matrix", hint="inv(A.T @ A) does not exist here: use pinv")
def test_hat_matrix_rank_deficient(student, rng):
    """H is the projection also where features depend on each other."""
    for X, _ in deficient(rng):
        check_hat(student, X, "H of dependent features")


@pytest.mark.points(1, task="hat_matrix", hint="make new arrays instead of X -= ...")
def test_hat_matrix_leaves_its_argument(student, rng):
    """The features that were handed in stay as they were."""
    X, _ = draw(rng)
    call = student.after("hat_matrix", X)
    size = 4 if np.shape(call.result) == (4, 4) else 12  # what is projected, other tests see to
    check_works(call.result, (size, size), "H")
    check_untouched(call, X, names="X")


# --- coefficient_covariance: 10 ---


def check_covariance(student, X, sigma2):
    n = len(X)
    weights = np.linalg.pinv(with_ones(X))  # beta = weights @ y, and y has covariance sigma2 I
    right = sigma2 * weights @ weights.T
    alone = np.pad(right[1:, 1:], ((1, 0), (1, 0)))
    check_close(
        student.coefficient_covariance(X, sigma2),
        right,
        "the covariance",
        mistakes=lambda: {
            "sigma2 is missing": right / sigma2,
            "sigma2 is the variance already: do not square it": right * sigma2,
            "sigma2 is the variance already: no square root": right / np.sqrt(sigma2),
            "A.T @ A must be inverted": sigma2 * np.linalg.inv(right / sigma2),
            "it is N times too large: no 1/N in A.T @ A": right * n,
            "the intercept comes last: it must be first": np.roll(right, (-1, -1), (0, 1)),
            "the intercept's row and column are 0": alone,
        },
    )


def own_covariance(student, X, sigma2):
    return check_covariance_works(student.coefficient_covariance(X, sigma2))


def check_covariance_works(covariance):
    """Of three slopes alone, or with the intercept: that it is there, other tests see to."""
    size = 3 if np.shape(covariance) == (3, 3) else 4
    return check_works(covariance, (size, size), "the covariance")


@pytest.mark.points(4, task="coefficient_covariance", hint="inv(A.T @ A) with A = [1, X]")
def test_coefficient_covariance_of_unit_noise(student, rng):
    """With noise of variance 1 it is the inverse of A.T A."""
    check_covariance(student, draw(rng)[0], 1.0)


@pytest.mark.points(2, task="coefficient_covariance", hint="multiply by sigma2, as it is")
def test_coefficient_covariance_grows_with_the_noise(student, rng):
    """Noise of a larger variance makes all of it larger by as much."""
    X, sigma2 = draw(rng)[0], 2 + rng.random()
    unit = own_covariance(student, X, 1.0)
    check_close(
        student.coefficient_covariance(X, sigma2),
        sigma2 * unit,
        "the covariance with noise of a larger variance",
        mistakes={
            "sigma2 is missing": unit,
            "sigma2 is the variance already: do not square it": sigma2**2 * unit,
            "sigma2 is the variance already: no square root": np.sqrt(sigma2) * unit,
        },
    )


@pytest.mark.points(
    2,
    task="coefficient_covariance",
    hint="no 1/N: A.T @ A grows with the examples, and is inverted",
)
def test_coefficient_covariance_shrinks_with_the_data(student, rng):
    """Every example twice makes all of it half as large."""
    X, _ = draw(rng)
    once = own_covariance(student, X, 1.0)
    check_close(
        student.coefficient_covariance(np.vstack([X, X]), 1.0),
        once / 2,
        "the covariance of doubled data",
        mistakes={
            "it is as large as before: no 1/N in A.T @ A": once,
            "it is twice as large: A.T @ A must be inverted": 2 * once,
        },
    )


@pytest.mark.points(1, task="coefficient_covariance", hint="sigma2 * inv(A.T @ A), A = [1, X]")
def test_coefficient_covariance(student, rng):
    """The scatter of the coefficients under noise of variance sigma2."""
    for n, d in [(9, 1), (30, 5)]:
        check_covariance(student, draw(rng, n, d)[0], 0.4 + 0.4 * rng.random())


@pytest.mark.points(1, task="coefficient_covariance", hint="make new arrays instead of X -= ...")
def test_coefficient_covariance_leaves_its_argument(student, rng):
    """The features that were handed in stay as they were."""
    X, _ = draw(rng)
    call = student.after("coefficient_covariance", X, 2.0)
    check_covariance_works(call.result)
    check_untouched(call, X, names="X")


# --- fit_ridge: 20 ---


def ridge(X, y, lam, penalise_intercept=False):
    """Ridge as least squares with rows added: sqrt(lam) b_j should be 0."""
    d = X.shape[1]
    rows = np.sqrt(lam) * np.eye(d + 1)[(0 if penalise_intercept else 1) :]
    return solve(np.vstack([with_ones(X), rows]), np.append(y, np.zeros(len(rows))))


def last_free(X, y, lam):
    """Ridge that spares the last slope where the intercept should be spared."""
    d = X.shape[1]
    rows = np.sqrt(lam) * np.eye(d + 1)[:-1]
    return solve(np.vstack([with_ones(X), rows]), np.append(y, np.zeros(d)))


def ridge_mistakes(X, y, lam):
    n, right = len(y), ridge(X, y, lam)
    return {
        "the intercept is penalised too: leave it free": ridge(X, y, lam, True),
        "the last slope is left free in place of the intercept": last_free(X, y, lam),
        "lam is not multiplied by N here: the squares are summed": ridge(X, y, lam * n),
        "lam is not divided by N here: the squares are summed": ridge(X, y, lam / n),
        "lam is squared": ridge(X, y, lam**2),
        "lam has no effect": ridge(X, y, 0.0),
        "lam is halved": ridge(X, y, lam / 2),
        "lam is doubled": ridge(X, y, lam * 2),
        "the intercept is the mean of y, which holds for centred X only": (
            np.append(y.mean(), right[1:])
        ),
        "the intercept comes last: it must be first": np.roll(right, -1),
    }


def check_ridge_slopes(student, X, y, lam):
    check_slopes(
        student.fit_ridge(X, y, lam),
        X,
        y,
        ridge(X, y, lam)[1:],
        lambda: {advice: wrong[1:] for advice, wrong in ridge_mistakes(X, y, lam).items()},
    )


@pytest.mark.points(5, task="fit_ridge", hint="add lam to the diagonal of A.T @ A, but not first")
def test_fit_ridge_of_centred_data(student, rng):
    """With lam = 1 and means of 0, the slopes minimise squared residuals plus squared slopes."""
    check_ridge_slopes(student, *centred(rng), 1.0)


@pytest.mark.points(3, task="fit_ridge", hint="the penalty is lam times the sum of squared slopes")
def test_fit_ridge_heeds_lam(student, rng):
    """Another lam weights the squared slopes by as much; means are 0 here, too."""
    for n, d in [(20, 2), (15, 6)]:
        check_ridge_slopes(student, *centred(rng, n, d), rng.uniform(2, 6))


@pytest.mark.points(3, task="fit_ridge", hint="penalise b1 to bD only")
def test_fit_ridge(student, rng):
    """Wherever the means are, the intercept that fits best is found."""
    for n, d in [(12, 3), (20, 1)]:
        X, y = draw(rng, n, d)
        check_close(
            student.fit_ridge(X, y, 1.0),
            ridge(X, y, 1.0),
            "beta",
            mistakes=lambda X=X, y=y: ridge_mistakes(X, y, 1.0),
        )


@pytest.mark.points(3, task="fit_ridge", hint="leave the first entry of the diagonal as it is")
def test_fit_ridge_leaves_the_intercept_free(student, rng):
    """Shifting all targets shifts the intercept and nothing else."""
    X, y = draw(rng)
    moved = check_works(student.fit_ridge(X, y + 100.0, 5.0), (4,), "beta")
    still = as_array(student.fit_ridge(X, y, 5.0), (4,), "beta")
    check_close(
        moved - still,
        [100.0, 0, 0, 0],
        "the change of beta when y grows by 100",
        mistakes=lambda: ridge_mistakes(X, np.full(len(y), 100.0), 5.0),
    )


@pytest.mark.points(2, task="fit_ridge", hint="with lam > 0 the matrix can be inverted")
def test_fit_ridge_of_dependent_features(student, rng):
    """There is one best answer also where features depend on each other; means are 0 here."""
    for X, y in deficient(rng, centred):
        check_ridge_slopes(student, X, y, 1.0)


@pytest.mark.points(2, task="fit_ridge", hint="lam = 0 is allowed where [1, X] has full rank")
def test_fit_ridge_without_penalty(student, rng):
    """With lam = 0 it is least squares."""
    X, y = draw(rng)
    check_close(student.fit_ridge(X, y, 0.0), solve(with_ones(X), y), "beta with lam = 0")


@pytest.mark.points(2, task="fit_ridge", hint="make new arrays: X = X - X.mean(axis=0)")
def test_fit_ridge_leaves_its_arguments(student, rng):
    """Features and targets that were handed in stay as they were."""
    X, y = draw(rng)
    call = student.after("fit_ridge", X, y, 1.0)
    check_works(call.result, (4,), "beta")
    check_untouched(call, X, y, names="X, y")


# --- soft_threshold: 6 ---


def shrink(x, t):
    return np.where(x > t, x - t, np.where(x < -t, x + t, 0.0))


def check_beyond(student, rng, sign):
    """Entries of one sign, all of them beyond the threshold."""
    t = rng.uniform(0.4, 0.8)
    x = sign * (t + 0.1 + rng.random((4, 3)))
    check_close(
        student.soft_threshold(x, t),
        x - sign * t,
        "soft_threshold(x, t)",
        mistakes={
            "entries beyond t must move too (this is hard thresholding)": x,
            "the sign of negative entries is lost": np.abs(x) - t,
            "negative entries are treated like small ones": np.maximum(x - t, 0),
            "entries are cut at t, where they should move by t": np.clip(x, -t, t),
            "entries move away from 0": x + sign * t,
        },
    )


@pytest.mark.points(2, task="soft_threshold", hint="x - t where x > t")
def test_soft_threshold_of_positive_entries(student, rng):
    """An entry above t becomes smaller by t."""
    check_beyond(student, rng, 1)


@pytest.mark.points(1, task="soft_threshold", hint="sign(x) * max(|x| - t, 0), elementwise")
def test_soft_threshold_of_negative_entries(student, rng):
    """An entry below -t moves up by t."""
    check_beyond(student, rng, -1)


@pytest.mark.points(2, task="soft_threshold", hint="np.maximum(..., 0) gives exact zeros")
def test_soft_threshold_of_small_entries(student, rng):
    """Entries between -t and t become exactly 0."""
    x = np.append(0.4 * rng.uniform(-1, 1, 8), 9.0)
    *small, large = as_array(student.soft_threshold(x, 0.5), x.shape, "soft_threshold(x, t)")
    assert large, "with t = 0.5 an entry of 9 becomes 0, too"
    across = np.allclose(small, x[:-1] - 0.5 * np.sign(x[:-1]))
    assert not across, "entries step across 0: stop there"
    assert not np.array_equal(small, x[:-1]), "small entries stay as they are: they become 0"
    assert not any(small), "small entries are not exactly 0"


@pytest.mark.points(1, task="soft_threshold", hint="make a new array instead of writing into x")
def test_soft_threshold_leaves_its_argument(student, rng):
    """The array that was handed in stays as it was."""
    x = rng.standard_normal((3, 2))
    x[0, 0] = 2.0  # all the others may lie below 0.5
    call = student.after("soft_threshold", x, 0.5)
    assert (check_works(call.result, x.shape, "the answer") != x).any(), "nothing moves"
    check_untouched(call, x, 0.5, names="x, t")


# --- fit_lasso: 22 ---


def draw_features(rng, n=60, d=5, scale=1.0, means=0.0):
    """Features of about one scale, two of them related; half of the slopes are 0.

    ``means`` times 1 to 2 are the features' means, each with the sign of its slope: with chance
    signs they could cancel in the prediction, and what comes of not heeding them with it.
    """
    X = rng.standard_normal((n, d))
    X[:, 1] += 0.7 * X[:, 0]
    X = scale * (X - X.mean(axis=0)) / X.std(axis=0)
    slopes = np.where(np.arange(d) % 2 == 0, rng.choice([-2.0, 2.0], d), 0.0)
    X += means * rng.uniform(1, 2, d) * np.where(slopes < 0, -1, 1)
    return X, 4.0 + X @ slopes + rng.standard_normal(n)


def lasso_objective(beta, X, y, lam):
    residual = y - beta[0] - X @ beta[1:]
    return residual @ residual / (2 * len(y)) + lam * np.abs(beta[1:]).sum()


def lasso_optimum(X, y, lam):
    """Accelerated proximal gradient (Beck and Teboulle, 2009), from the second moments alone."""
    Xc, yc = X - X.mean(axis=0), y - y.mean()
    Q, q = Xc.T @ Xc / len(y), Xc.T @ yc / len(y)
    rate = 1 / np.linalg.eigvalsh(Q)[-1]
    b = ahead = np.zeros(X.shape[1])
    for step in range(400):
        new = shrink(ahead - rate * (Q @ ahead - q), rate * lam)
        ahead = new + step / (step + 3) * (new - b)
        b = new
    return np.append(y.mean() - X.mean(axis=0) @ b, b)


def best_intercept(X, y, slopes):
    return y.mean() - X.mean(axis=0) @ slopes


def lasso_beta(student, X, y, lam, **options):
    beta = as_array(student.fit_lasso(X, y, lam, **options), (X.shape[1] + 1,), "beta")
    assert np.isfinite(beta).all(), "beta contains NaN or infinity"
    return beta


def lasso_bound(beta, X, y, lam):
    """The dual objective at the scaled residual: no beta has a smaller objective than that."""
    residual = y - beta[0] - X @ beta[1:]
    correlations = (X - X.mean(axis=0)).T @ residual / len(y)
    point = residual * min(1.0, lam / np.abs(correlations).max())
    return point @ (2 * (y - y.mean()) - point) / (2 * len(y))


def check_lasso_slopes(student, X, y, lam):
    """That the slopes, with the intercept that suits them, come within 1e-4 of the optimum."""
    beta = lasso_beta(student, X, y, lam)
    beta[0] = best_intercept(X, y, beta[1:])
    value = lasso_objective(beta, X, y, lam)
    if value <= 1.0001 * lasso_bound(beta, X, y, lam):
        return  # proven without the optimum, which takes longer to find
    above = value / lasso_objective(lasso_optimum(X, y, lam), X, y, lam) - 1
    if above <= 1e-4:
        return
    n, variances = len(y), X.var(axis=0)
    others = {
        "lam has no effect": solve(with_ones(X), y),
        "the factor 1/(2 N) is not heeded: lam is N times too weak": lasso_optimum(X, y, lam / n),
        "the factor 1/2 is not heeded: lam is half as strong as it should be": (
            lasso_optimum(X, y, lam / 2)
        ),
        "lam is twice as strong as it should be": lasso_optimum(X, y, 2 * lam),
        "this is ridge: the penalty is on |b|, not on b^2": ridge(X, y, lam),
        "each slope is thresholded alone: take its residual without the others' part": np.append(
            0, shrink((X - X.mean(axis=0)).T @ (y - y.mean()) / n, lam) / variances
        ),
    }
    for advice, other in others.items():
        assert not np.allclose(beta[1:], other[1:], rtol=1e-3, atol=1e-3), advice
    raise AssertionError(f"with lam = {lam} the objective is {above:.2%} above its smallest value")


@pytest.mark.points(
    6, task="fit_lasso", hint="coordinate descent on centred data: soft_threshold(x_j.r / N, lam)"
)
def test_fit_lasso_slopes(student, rng):
    """On standardised features the slopes bring the objective within 1e-4 of its smallest value."""
    check_lasso_slopes(student, *draw_features(rng), 0.3)


@pytest.mark.points(2, task="fit_lasso", hint="divide by x_j.x_j / N, which need not be 1")
def test_fit_lasso_slopes_of_another_scale(student, rng):
    """The slopes are as good where the features' variance is not 1."""
    check_lasso_slopes(student, *draw_features(rng, scale=1.6), 0.5)


def check_lasso_intercept(student, X, y):
    beta = lasso_beta(student, X, y, 0.2, num_steps=100)
    assert beta[1:].any(), "all slopes are 0"
    check_close(
        beta[0],
        best_intercept(X, y, beta[1:]),
        "the intercept, given your slopes,",
        mistakes={
            "it is the mean of y, which holds for centred X only": y.mean(),
            "it is 0, and should be y.mean() - X.mean(axis=0) @ b": 0.0,
            "the mean of X enters with a plus": y.mean() + X.mean(axis=0) @ beta[1:],
        },
        rtol=1e-3,
    )


@pytest.mark.points(2, task="fit_lasso", hint="with means of 0 it is the mean of y")
def test_fit_lasso_intercept_of_centred_features(student, rng):
    """Where the features' means are 0, the intercept is the mean of y."""
    check_lasso_intercept(student, *draw_features(rng, 30, 3))


@pytest.mark.points(3, task="fit_lasso", hint="y.mean() - X.mean(axis=0) @ b, with the uncentred X")
def test_fit_lasso_intercept(student, rng):
    """Wherever the features' means are, the intercept suits the slopes."""
    check_lasso_intercept(student, *draw_features(rng, 30, 3, means=0.5))


@pytest.mark.points(1, task="fit_lasso", hint="subtract the means of X and y before descending")
def test_fit_lasso_slopes_of_uncentred_features(student, rng):
    """The features' means have no influence on the slopes."""
    check_lasso_slopes(student, *draw_features(rng, 40, 4, means=0.5), 0.3)


def strongest(X, y):
    """The penalty from which on all slopes are 0."""
    return np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / len(y)


@pytest.mark.points(
    3, task="fit_lasso", hint="soft thresholding gives exact zeros; penalties do not"
)
def test_fit_lasso_has_exact_zeros(student, rng):
    """With a penalty that silences some slopes, these are exactly 0, and not all are."""
    X, y = draw_features(rng)
    beta = lasso_beta(student, X, y, 0.8 * strongest(X, y))
    assert beta[1:].any(), "all slopes are 0"
    assert not beta[1:].all(), "no slope is exactly 0"
    tiny = np.count_nonzero((beta[1:] != 0) & (np.abs(beta[1:]) < 1e-6))
    assert not tiny, f"{tiny} slopes are nearly 0, and should be exactly 0"


@pytest.mark.points(
    3, task="fit_lasso", hint="from max |x_j . y| / N on, only the intercept is left"
)
def test_fit_lasso_with_a_strong_penalty(student, rng):
    """A strong penalty leaves the mean of y and nothing else: the intercept is free."""
    X, y = draw_features(rng, 30, 3)
    y = y + 50.0
    # three times as strong as need be, so that a wrong factor 2 does not cost a second time
    beta = lasso_beta(student, X, y, 3 * strongest(X, y))
    check_close(beta[1:], np.zeros(3), "the slopes under a penalty that silences them all")
    check_close(beta[0], y.mean(), "the intercept under a penalty that silences all slopes")


@pytest.mark.points(2, task="fit_lasso", hint="y = y - y.mean() makes a new array, y -= does not")
def test_fit_lasso_leaves_its_arguments(student, rng):
    """Features and targets that were handed in stay as they were."""
    X, y = draw_features(rng, 30, 3, means=1.0)
    call = student.after("fit_lasso", X, y, 0.2, 10)
    check_works(call.result, (4,), "beta")
    check_untouched(call, X, y, names="X, y")


# --- polynomial_features: 10 ---


def powers(x, degree):
    return np.cumprod(np.tile(x[:, None], (1, degree)), axis=1)


def features_of(student, x, degree):
    """The student's features, checked for their shape."""
    features = student.polynomial_features(x, degree)
    too_many = np.shape(features) == (len(x), degree + 1)
    assert not too_many, "there is one column too many: no ones, no x^0"
    return as_array(features, (len(x), degree), "the matrix of features")


@pytest.mark.points(4, task="polynomial_features", hint="one column for each power of x")
def test_polynomial_features_hold_every_power(student, rng):
    """Every power from the first to the highest is among the columns."""
    x = rng.uniform(-1.5, 1.5, 6)
    features = student.polynomial_features(x, 3)
    features = as_array(features, np.shape(features), "the matrix of features")
    columns = features if features.shape == (3, 6) else features.T  # other tests see to the shape
    assert columns.shape[1:] == x.shape, f"the features have shape {features.shape}, not (6, 3)"
    for power in (1, 2, 3):
        there = np.isclose(columns, x**power, rtol=1e-4, atol=1e-6).all(axis=1).any()
        assert there, f"x**{power} is not among the columns for degree 3"


@pytest.mark.points(2, task="polynomial_features", hint="degree columns: no ones, no x**0")
def test_polynomial_features_are_as_many_as_the_degree(student, rng):
    """There are as many columns as the degree says."""
    for n, degree in [(6, 3), (4, 5)]:
        features = features_of(student, rng.uniform(0.5, 1.5, n), degree)
        assert np.ptp(features), "all features are the same number"


@pytest.mark.points(1, task="polynomial_features", hint="the shape is (N, 1), not (N,)")
def test_polynomial_features_of_degree_one(student, rng):
    """Degree 1 is x itself, as a column."""
    x = rng.standard_normal(5)
    ones = {"these are ones: the powers start at 1": np.ones((5, 1))}
    features = features_of(student, x, 1)
    check_close(features, x[:, None], "the features of degree 1", mistakes=ones)


@pytest.mark.points(2, task="polynomial_features", hint="columns x, x**2, ..., x**degree")
def test_polynomial_features(student, rng):
    """The columns are the powers of x, from the first to the highest."""
    for n, degree in [(6, 3), (1, 2)]:
        x = rng.uniform(-1.5, 1.5, n)
        right = powers(x, degree)
        check_close(
            features_of(student, x, degree),
            right,
            "the features",
            mistakes={
                "the powers come in falling order": right[:, ::-1],
                "the powers start at x^0: leave the ones out": right / x[:, None],
                "the powers start at x^2": right * x[:, None],
                "these are multiples of x, not powers": x[:, None] * np.arange(1, degree + 1),
            },
        )


@pytest.mark.points(1, task="polynomial_features", hint="make a new array instead of x *= x")
def test_polynomial_features_leaves_its_argument(student, rng):
    """The numbers that were handed in stay as they were."""
    x = rng.standard_normal(5)
    call = student.after("polynomial_features", x, 3)
    squares = np.isclose(as_array(call.result, np.shape(call.result), "the features"), x[0] ** 2)
    assert squares.any(), "the square of the first number is not among the features"
    check_untouched(call, x, 3, names="x, degree")
