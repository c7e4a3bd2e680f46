"""Hidden tests of the least_squares assignment: 100 points.

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


def with_ones(X):
    return np.hstack([np.ones((len(X), 1)), X])


def solve(A, y):
    """Minimum-norm least squares from the singular vectors that carry weight."""
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    keep = s > 1e-10 * s[0]
    return Vt[keep].T @ ((U[:, keep].T @ y) / s[keep])


def deficient(rng):
    """Data that do not determine beta: a repeated feature, and more features than rows."""
    X, y = draw(rng, 10, 2)
    yield np.hstack([X, X[:, :1]]), y
    yield draw(rng, 4, 6)


# --- fit_least_squares: 20 ---


@pytest.mark.points(
    9, task="fit_least_squares", hint="a column of ones in front of X, then pinv(A) @ y"
)
def test_fit_least_squares(student, rng):
    """Intercept and slopes minimise the squared residuals."""
    for n, d in [(12, 3), (30, 1), (20, 6)]:
        X, y = draw(rng, n, d)
        right = solve(with_ones(X), y)
        check_close(
            student.fit_least_squares(X, y),
            right,
            "beta",
            mistakes={
                "the intercept comes last: it must be first": np.roll(right, -1),
                "the intercept is the mean of y, which holds for centred X only": (
                    np.append(y.mean(), right[1:])
                ),
                "the intercept is 0: X needs a column of ones": np.append(0.0, solve(X, y)),
            },
        )


@pytest.mark.points(
    6, task="fit_least_squares", hint="np.linalg.pinv of [1, X] gives the minimum-norm solution"
)
@pytest.mark.depends("test_fit_least_squares")
def test_fit_least_squares_rank_deficient(student, rng):
    """Where many coefficients fit equally well, the shortest are chosen."""
    for X, y in deficient(rng):
        A = with_ones(X)
        right = solve(A, y)
        beta = as_array(student.fit_least_squares(X, y), right.shape, "beta")
        assert np.isfinite(beta).all(), "beta contains NaN or infinity"
        best = np.sum((y - A @ right) ** 2)
        fits = np.sum((y - A @ beta) ** 2) < best + 1e-6 * np.sum(y**2)
        assert fits, "beta does not even fit: A.T @ A has no inverse here"
        centred = solve(X - X.mean(axis=0), y - y.mean())
        check_close(
            beta,
            right,
            "beta fits, but it is not the shortest that does",
            mistakes={
                "the norm to minimise includes the intercept": (
                    np.append(y.mean() - X.mean(axis=0) @ centred, centred)
                )
            },
        )


@pytest.mark.points(3, task="fit_least_squares", hint="X may have a single row or a single column")
@pytest.mark.depends("test_fit_least_squares")
def test_fit_least_squares_of_two_points(student, rng):
    """A line through two points passes through them."""
    X, y = rng.standard_normal((2, 1)), rng.standard_normal(2)
    X[1] = X[0] + 1.0
    slope = y[1] - y[0]
    check_close(student.fit_least_squares(X, y), [y[0] - slope * X[0, 0], slope], "beta")


@pytest.mark.points(2, task="fit_least_squares", hint="make new arrays instead of X -= ...")
@pytest.mark.depends("test_fit_least_squares")
def test_fit_least_squares_leaves_its_arguments(student, rng):
    """Features and targets that were handed in stay as they were."""
    X, y = draw(rng)
    check_untouched(student.after("fit_least_squares", X, y), X, y, names="X, y")


# --- hat_matrix: 12 ---


def projection(A):
    U, s, _ = np.linalg.svd(A, full_matrices=False)
    basis = U[:, s > 1e-10 * s[0]]
    return basis @ basis.T


@pytest.mark.points(6, task="hat_matrix", hint="A @ pinv(A) with A = [1, X]")
def test_hat_matrix(student, rng):
    """H projects onto the span of the features and the column of ones."""
    for n, d in [(8, 2), (6, 4), (5, 1)]:
        X, _ = draw(rng, n, d)
        check_close(
            student.hat_matrix(X),
            projection(with_ones(X)),
            "H",
            mistakes={
                "the column of ones is missing": projection(X),
                "the projection is onto what is left over": np.eye(n) - projection(with_ones(X)),
            },
        )


@pytest.mark.points(5, task="hat_matrix", hint="inv(A.T @ A) does not exist here: use pinv")
@pytest.mark.depends("test_hat_matrix")
def test_hat_matrix_rank_deficient(student, rng):
    """H is the projection also where features depend on each other."""
    for X, _ in deficient(rng):
        check_close(student.hat_matrix(X), projection(with_ones(X)), "H of dependent features")


@pytest.mark.points(1, task="hat_matrix", hint="make new arrays instead of X -= ...")
@pytest.mark.depends("test_hat_matrix")
def test_hat_matrix_leaves_its_argument(student, rng):
    """The features that were handed in stay as they were."""
    X, _ = draw(rng)
    check_untouched(student.after("hat_matrix", X), X, names="X")


# --- coefficient_covariance: 10 ---


@pytest.mark.points(9, task="coefficient_covariance", hint="sigma2 * inv(A.T @ A), A = [1, X]")
def test_coefficient_covariance(student, rng):
    """The scatter of the coefficients under noise of variance sigma2."""
    for n, d in [(12, 3), (9, 1), (30, 5)]:
        X, _ = draw(rng, n, d)
        sigma2 = 0.5 + 2 * rng.random()
        weights = np.linalg.pinv(with_ones(X))  # beta = weights @ y, and y has covariance sigma2 I
        right = sigma2 * weights @ weights.T
        slopes = np.linalg.pinv(X - X.mean(axis=0))
        alone = np.zeros_like(right)
        alone[1:, 1:] = sigma2 * slopes @ slopes.T
        check_close(
            student.coefficient_covariance(X, sigma2),
            right,
            "the covariance",
            mistakes={
                "sigma2 is missing": right / sigma2,
                "sigma2 is the variance already: do not square it": right * sigma2,
                "sigma2 is the variance already: no square root": right / np.sqrt(sigma2),
                "A.T @ A must be inverted": sigma2 * np.linalg.inv(right / sigma2),
                "it is N times too large: no 1/N in A.T @ A": right * n,
                "the intercept comes last: it must be first": np.roll(right, (-1, -1), (0, 1)),
                "the intercept's row and column are 0": alone,
            },
        )


@pytest.mark.points(1, task="coefficient_covariance", hint="make new arrays instead of X -= ...")
@pytest.mark.depends("test_coefficient_covariance")
def test_coefficient_covariance_leaves_its_argument(student, rng):
    """The features that were handed in stay as they were."""
    X, _ = draw(rng)
    check_untouched(student.after("coefficient_covariance", X, 2.0), X, names="X")


# --- fit_ridge: 20 ---


def ridge(X, y, lam, penalise_intercept=False):
    """Ridge as least squares with rows added: sqrt(lam) b_j should be 0."""
    d = X.shape[1]
    rows = np.sqrt(lam) * np.eye(d + 1)[(0 if penalise_intercept else 1) :]
    return solve(np.vstack([with_ones(X), rows]), np.append(y, np.zeros(len(rows))))


@pytest.mark.points(
    8, task="fit_ridge", hint="add lam to the diagonal of A.T @ A, but not in the intercept's place"
)
def test_fit_ridge(student, rng):
    """The coefficients minimise squared residuals plus lam times squared slopes."""
    for n, d in [(12, 3), (20, 1), (15, 6)]:
        X, y = draw(rng, n, d)
        lam = rng.uniform(2, 6)
        right = ridge(X, y, lam)
        check_close(
            student.fit_ridge(X, y, lam),
            right,
            "beta",
            mistakes={
                "the intercept is penalised too: leave it free": ridge(X, y, lam, True),
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
            },
        )


@pytest.mark.points(5, task="fit_ridge", hint="penalise b1 to bD only")
@pytest.mark.depends("test_fit_ridge")
def test_fit_ridge_leaves_the_intercept_free(student, rng):
    """Shifting all targets shifts the intercept and nothing else."""
    X, y = draw(rng)
    moved = as_array(student.fit_ridge(X, y + 100.0, 5.0), (4,), "beta")
    still = as_array(student.fit_ridge(X, y, 5.0), (4,), "beta")
    check_close(moved - still, [100.0, 0, 0, 0], "the change of beta when y grows by 100")


@pytest.mark.points(3, task="fit_ridge", hint="with lam > 0 the matrix can be inverted")
@pytest.mark.depends("test_fit_ridge")
def test_fit_ridge_of_dependent_features(student, rng):
    """With a penalty there is one best answer, also where features depend on each other."""
    for X, y in deficient(rng):
        check_close(student.fit_ridge(X, y, 0.7), ridge(X, y, 0.7), "beta of dependent features")


@pytest.mark.points(2, task="fit_ridge", hint="lam = 0 is allowed where [1, X] has full rank")
@pytest.mark.depends("test_fit_ridge")
def test_fit_ridge_without_penalty(student, rng):
    """With lam = 0 it is least squares."""
    X, y = draw(rng)
    check_close(student.fit_ridge(X, y, 0.0), solve(with_ones(X), y), "beta with lam = 0")


@pytest.mark.points(2, task="fit_ridge", hint="make new arrays: X = X - X.mean(axis=0)")
@pytest.mark.depends("test_fit_ridge")
def test_fit_ridge_leaves_its_arguments(student, rng):
    """Features and targets that were handed in stay as they were."""
    X, y = draw(rng)
    check_untouched(student.after("fit_ridge", X, y, 1.0), X, y, names="X, y")


# --- soft_threshold: 6 ---


def shrink(x, t):
    return np.where(x > t, x - t, np.where(x < -t, x + t, 0.0))


@pytest.mark.points(5, task="soft_threshold", hint="sign(x) * max(|x| - t, 0), elementwise")
def test_soft_threshold(student, rng):
    """Every entry moves towards 0 by t, and stops there."""
    for shape in [(8,), (4, 3)]:
        t = rng.uniform(0.4, 0.8)
        x = 1.5 * rng.standard_normal(shape)
        x.flat[:4] = [2 * t, -2 * t, 0.5 * t, -0.5 * t]
        check_close(
            student.soft_threshold(x, t),
            shrink(x, t),
            "soft_threshold(x, t)",
            mistakes={
                "entries beyond t must move too (this is hard thresholding)": (
                    np.where(np.abs(x) > t, x, 0)
                ),
                "the sign of negative entries is lost": np.abs(shrink(x, t)),
                "negative entries are treated like small ones": np.maximum(x - t, 0),
                "entries step across 0: stop there": x - t * np.sign(x),
                "entries are cut at t, where they should move by t": np.clip(x, -t, t),
            },
        )


@pytest.mark.points(1, task="soft_threshold", hint="make a new array instead of writing into x")
@pytest.mark.depends("test_soft_threshold")
def test_soft_threshold_leaves_its_argument(student, rng):
    """The array that was handed in stays as it was."""
    x = rng.standard_normal((3, 2))
    check_untouched(student.after("soft_threshold", x, 0.5), x, names="x")


# --- fit_lasso: 22 ---


def draw_standardised(rng, n=60, d=6):
    """Features of mean 0 and variance 1, two of them related; half of the slopes are 0."""
    X = rng.standard_normal((n, d))
    X[:, 1] += 0.7 * X[:, 0]
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    slopes = np.where(np.arange(d) % 2 == 0, rng.choice([-2.0, 2.0], d), 0.0)
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


@pytest.mark.points(
    10, task="fit_lasso", hint="coordinate descent on centred data: soft_threshold(x_j.r / N, lam)"
)
def test_fit_lasso_reaches_the_optimum(student, rng):
    """The objective comes within 1e-4 of its smallest value."""
    for lam in (0.1, 0.5):
        X, y = draw_standardised(rng)
        best = lasso_optimum(X, y, lam)
        beta = as_array(student.fit_lasso(X, y, lam), best.shape, "beta")
        value = lasso_objective(beta, X, y, lam)
        assert np.isfinite(value), "beta contains NaN or infinity"
        if value <= lasso_objective(best, X, y, lam) * (1 + 1e-4):
            continue
        n = len(y)
        others = {
            "lam has no effect": 0.0,
            "the factor 1/(2 N) is not heeded: lam is N times too weak": lam / n,
            "the factor 1/2 is not heeded: lam is half as strong as it should be": lam / 2,
            "lam is twice as strong as it should be": 2 * lam,
        }
        for advice, other in others.items():
            assert not np.allclose(beta, lasso_optimum(X, y, other), rtol=1e-3, atol=1e-3), advice
        assert not np.allclose(beta, ridge(X, y, lam), rtol=1e-3, atol=1e-3), (
            "this is ridge: the penalty is on |b|, not on b^2"
        )
        shifted = beta + np.append(best[0] - beta[0], 0 * best[1:])
        assert lasso_objective(shifted, X, y, lam) > lasso_objective(best, X, y, lam) * 1.0001, (
            "the slopes are right, the intercept is not: it is y.mean() - X.mean(axis=0) @ b"
        )
        raise AssertionError(
            f"with lam = {lam} the objective is {value / lasso_objective(best, X, y, lam) - 1:.2%} "
            "above its smallest value"
        )


@pytest.mark.points(
    5, task="fit_lasso", hint="soft thresholding gives exact zeros; penalties do not"
)
@pytest.mark.depends("test_fit_lasso_reaches_the_optimum")
def test_fit_lasso_has_exact_zeros(student, rng):
    """Slopes that the penalty silences are exactly 0."""
    X, y = draw_standardised(rng)
    lam = 0.5
    best = lasso_optimum(X, y, lam)
    residual = y - best[0] - X @ best[1:]
    # Slopes are 0 where |x_j . r| / N < lam; those near the border are left out.
    silent = np.abs((X - X.mean(axis=0)).T @ residual / len(y)) < 0.95 * lam
    beta = as_array(student.fit_lasso(X, y, lam), best.shape, "beta")
    small = np.count_nonzero(beta[1:][silent])
    assert not small, f"{small} slopes that should be exactly 0 are not"


@pytest.mark.points(
    4, task="fit_lasso", hint="from max |x_j . y| / N on, only the intercept is left"
)
@pytest.mark.depends("test_fit_lasso_reaches_the_optimum")
def test_fit_lasso_with_a_strong_penalty(student, rng):
    """A strong penalty leaves the mean of y and nothing else: the intercept is free."""
    X, y = draw_standardised(rng)
    y = y + 50.0
    lam = 1.5 * np.abs(X.T @ (y - y.mean())).max() / len(y)
    check_close(
        student.fit_lasso(X, y, lam),
        np.append(y.mean(), np.zeros(X.shape[1])),
        "beta with a penalty that silences all slopes",
    )


@pytest.mark.points(3, task="fit_lasso", hint="y = y - y.mean() makes a new array, y -= does not")
@pytest.mark.depends("test_fit_lasso_reaches_the_optimum")
def test_fit_lasso_leaves_its_arguments(student, rng):
    """Features and targets that were handed in stay as they were."""
    X, y = draw_standardised(rng)
    check_untouched(student.after("fit_lasso", X, y, 0.2), X, y, names="X, y")


# --- polynomial_features: 10 ---


@pytest.mark.points(7, task="polynomial_features", hint="columns x, x**2, ..., x**degree")
def test_polynomial_features(student, rng):
    """The columns are the powers of x, from the first to the highest."""
    for n, degree in [(6, 3), (4, 5), (1, 2)]:
        x = rng.uniform(-1.5, 1.5, n)
        right = np.cumprod(np.tile(x[:, None], (1, degree)), axis=1)
        result = student.polynomial_features(x, degree)
        assert np.shape(result) != (n, degree + 1), "there is one column too many: no ones, no x^0"
        check_close(
            result,
            right,
            "the features",
            mistakes={
                "the powers come in falling order": right[:, ::-1],
                "the powers start at x^0: leave the ones out": right / x[:, None],
                "the powers start at x^2": right * x[:, None],
                "these are multiples of x, not powers": x[:, None] * np.arange(1, degree + 1),
            },
        )


@pytest.mark.points(2, task="polynomial_features", hint="the shape is (N, 1), not (N,)")
@pytest.mark.depends("test_polynomial_features")
def test_polynomial_features_of_degree_one(student, rng):
    """Degree 1 is x itself, as a column."""
    x = rng.standard_normal(5)
    check_close(student.polynomial_features(x, 1), x[:, None], "the features of degree 1")


@pytest.mark.points(1, task="polynomial_features", hint="make a new array instead of x *= x")
@pytest.mark.depends("test_polynomial_features")
def test_polynomial_features_leaves_its_argument(student, rng):
    """The numbers that were handed in stay as they were."""
    x = rng.standard_normal(5)
    check_untouched(student.after("polynomial_features", x, 3), x, names="x")
