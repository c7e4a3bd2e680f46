"""Public checks of the least_squares assignment: small worked numbers, and hints.

Your grade comes from other tests of the same functions, on other numbers and more cases.
"""

import numpy as np
import pytest

from graders.engine.compare import as_array, check_close, check_untouched

X = np.array([[1.0, 0.5], [2.0, -1.0], [4.0, 0.3], [3.0, 2.0], [0.0, 1.0]])
Y = np.array([2.0, 1.0, 4.0, 6.5, 1.2])


@pytest.mark.points(1, task="fit_least_squares", hint="np.column_stack([np.ones(len(X)), X])")
def test_line_through_three_points(student):
    """Points (0, 1), (1, 3), (2, 5) lie on 1 + 2 x."""
    beta = student.fit_least_squares(np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 5.0]))
    wrong = {
        "the intercept comes last: it must be first": [2.0, 1.0],
        "the intercept is the mean of y, which holds for centred X only": [3.0, 2.0],
        "the intercept is 0: X needs a column of ones": [0.0, 13 / 5],
    }
    check_close(beta, [1.0, 2.0], "beta", mistakes=wrong, reveal=True)


@pytest.mark.points(1, task="fit_least_squares", hint="the residual is at right angles to [1, X]")
def test_residuals_are_orthogonal(student):
    """The residuals sum to zero and do not correlate with any feature."""
    beta = as_array(student.fit_least_squares(X, Y), (3,), "beta")
    residual = Y - beta[0] - X @ beta[1:]
    products = np.append(residual.sum(), residual @ X)
    check_close(products, np.zeros(3), "residuals times [1, X]", reveal=True)


@pytest.mark.points(1, task="fit_least_squares", hint="np.linalg.pinv, not an inverse")
@pytest.mark.depends("test_line_through_three_points")
def test_repeated_feature(student):
    """A feature that comes twice shares its slope of 2 equally."""
    column = np.array([[-1.0], [0.0], [1.0]])
    beta = student.fit_least_squares(np.hstack([column, column]), np.array([-1.0, 1.0, 3.0]))
    check_close(beta, [1.0, 1.0, 1.0], "beta", reveal=True)


@pytest.mark.points(1, task="hat_matrix", hint="A @ pinv(A) with A = [1, X]")
def test_hat_matrix_projects(student):
    """H is symmetric, H H = H, its trace is the rank, and it leaves [1, X] alone."""
    H = as_array(student.hat_matrix(X), (5, 5), "H")
    check_close(H.T, H, "H transposed", reveal=True)
    check_close(H @ H, H, "H times H", reveal=True)
    left_over = {"H projects onto what is left over": 0 * X}
    check_close(H @ X, X, "H times X", mistakes=left_over, reveal=True)
    no_ones = {"the column of ones is missing": X @ np.linalg.pinv(X) @ np.ones(5)}
    check_close(H @ np.ones(5), np.ones(5), "H times ones", mistakes=no_ones, reveal=True)
    check_close(np.trace(H), 3.0, "the trace of H", reveal=True)


@pytest.mark.points(1, task="hat_matrix", hint="two columns that depend on each other need pinv")
@pytest.mark.depends("test_hat_matrix_projects")
def test_hat_matrix_of_a_repeated_feature(student):
    """A feature that comes twice changes nothing in H."""
    twice = as_array(student.hat_matrix(np.hstack([X, X])), (5, 5), "H")
    check_close(twice, student.hat_matrix(X), "H of [X, X]", reveal=True)


@pytest.mark.points(1, task="coefficient_covariance", hint="sigma2 * np.linalg.inv(A.T @ A)")
def test_covariance_of_a_centred_feature(student):
    """With x = -1, 0, 1 and variance 6: intercept 2, slope 3, no covariance."""
    value = student.coefficient_covariance(np.array([[-1.0], [0.0], [1.0]]), 6.0)
    right = np.array([[2.0, 0.0], [0.0, 3.0]])
    wrong = {
        "sigma2 is missing": right / 6,
        "sigma2 is the variance already: do not square it": right * 6,
        "sigma2 is the variance already: no square root": right / np.sqrt(6),
        "it is N times too large: no 1/N in A.T @ A": right * 3,
        "the intercept comes last: it must be first": [[3.0, 0.0], [0.0, 2.0]],
        "A.T @ A must be inverted": [[18.0, 0.0], [0.0, 12.0]],
    }
    check_close(value, right, "the covariance", mistakes=wrong, reveal=True)


@pytest.mark.points(1, task="fit_ridge", hint="lam on the diagonal of A.T @ A, but not first")
def test_ridge_worked_slope(student):
    """With x = -1, 0, 1, y = 1, 3, 5 and lam = 2, the slope is 1 and the intercept 3."""
    x, y = np.array([[-1.0], [0.0], [1.0]]), np.array([1.0, 3.0, 5.0])
    wrong = {
        "the intercept is penalised too: leave it free": [1.8, 1.0],
        "lam is multiplied by N": [3.0, 0.5],
        "lam is divided by N": [3.0, 1.5],
        "lam has no effect": [3.0, 2.0],
        "lam is squared": [3.0, 4 / 6],
        "lam is halved": [3.0, 4 / 3],
        "the last slope is left free in place of the intercept": [1.8, 2.0],
    }
    check_close(student.fit_ridge(x, y, 2.0), [3.0, 1.0], "beta", mistakes=wrong, reveal=True)


@pytest.mark.points(1, task="fit_ridge", hint="the gradient of residuals plus penalty is zero")
@pytest.mark.depends("test_ridge_worked_slope")
def test_ridge_gradient_is_zero(student):
    """At the minimum, X.T (y - prediction) equals lam times the slopes."""
    beta = as_array(student.fit_ridge(X, Y, 1.5), (3,), "beta")
    residual = Y - beta[0] - X @ beta[1:]
    check_close(residual.sum(), 0.0, "the sum of residuals", reveal=True)
    check_close(X.T @ residual, 1.5 * beta[1:], "X.T @ residuals", reveal=True)


@pytest.mark.points(1, task="soft_threshold", hint="np.sign(x) * np.maximum(np.abs(x) - t, 0)")
def test_soft_threshold_worked_numbers(student):
    """With t = 1: 3 becomes 2, -3 becomes -2, 0.5 and -0.5 become 0."""
    wrong = {
        "entries beyond t must move too (this is hard thresholding)": [3.0, -3.0, 0.0, 0.0],
        "the sign of negative entries is lost": [2.0, 2.0, 0.0, 0.0],
        "negative entries are treated like small ones": [2.0, 0.0, 0.0, 0.0],
        "entries are cut at t, where they should move by t": [1.0, -1.0, 0.5, -0.5],
        "entries step across 0: stop there": [2.0, -2.0, -0.5, 0.5],
    }
    value = student.soft_threshold(np.array([3.0, -3.0, 0.5, -0.5]), 1.0)
    check_close(value, [2, -2, 0, 0], "soft_threshold(x, t)", mistakes=wrong, reveal=True)


@pytest.mark.points(
    1, task="fit_lasso", hint="b_j = soft_threshold(x_j.r / N, lam) / (x_j.x_j / N)"
)
def test_lasso_of_two_independent_features(student):
    """With standard, uncorrelated features each slope is the soft threshold of its own."""
    features = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    y = 10 + features @ np.array([2.0, 0.3])
    wrong = {
        "lam is half as strong as it should be": [10, 1.75, 0.05],
        "lam is twice as strong as it should be": [10, 1.0, 0.0],
        "lam has no effect": [10, 2.0, 0.3],
        "the factor 1/(2 N) is not heeded: lam is N times too weak": [10, 1.875, 0.175],
        "this is ridge: the penalty is on |b|, not on b^2": [10, 8 / 4.5, 1.2 / 4.5],
        "the intercept is missing": [0, 1.5, 0.0],
    }
    beta = student.fit_lasso(features, y, 0.5)
    right = [10, 1.5, 0.0]
    check_close(beta, right, "beta", mistakes=wrong, rtol=1e-3, atol=1e-3, reveal=True)


@pytest.mark.points(1, task="fit_lasso", hint="y.mean() - X.mean(axis=0) @ b")
@pytest.mark.depends("test_lasso_of_two_independent_features")
def test_lasso_of_uncentred_features(student):
    """Move the first feature by 2: the slopes stay, and the intercept falls by 2 times 1.5."""
    features = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    y = 10 + features @ np.array([2.0, 0.3])
    wrong = {
        "the intercept is the mean of y, which holds for centred X only": [10, 1.5, 0.0],
        "the mean of X enters the intercept with a plus": [13, 1.5, 0.0],
    }
    beta = student.fit_lasso(features + np.array([2.0, 0.0]), y, 0.5)
    check_close(beta, [7, 1.5, 0.0], "beta", mistakes=wrong, rtol=1e-3, atol=1e-3, reveal=True)


@pytest.mark.points(1, task="fit_lasso", hint="soft thresholding makes exact zeros")
@pytest.mark.depends("test_lasso_of_two_independent_features")
def test_lasso_with_a_strong_penalty(student):
    """A strong penalty makes all slopes exactly 0, and the intercept the mean of y."""
    beta = as_array(student.fit_lasso(X, Y, 100.0), (3,), "beta")
    check_close(beta, [Y.mean(), 0, 0], "beta", reveal=True)
    assert not beta[1:].any(), "the slopes are small, but not exactly 0"


@pytest.mark.points(1, task="polynomial_features", hint="x[:, None] ** np.arange(1, degree + 1)")
def test_polynomial_features_of_two_numbers(student):
    """Degree 3: 2 becomes (2, 4, 8), and -1 becomes (-1, 1, -1)."""
    x = np.array([2.0, -1.0])
    right = np.array([[2.0, 4.0, 8.0], [-1.0, 1.0, -1.0]])
    wrong = {
        "the powers come in falling order": right[:, ::-1],
        "these are multiples of x, not powers": [[2.0, 4.0, 6.0], [-1.0, -2.0, -3.0]],
        "the powers start at x^0: leave the ones out": [[1.0, 2.0, 4.0], [1.0, -1.0, 1.0]],
    }
    value = student.polynomial_features(x, 3)
    check_close(value, right, "the features", mistakes=wrong, reveal=True)


@pytest.mark.points(
    1, task="fit_ridge", hint="X = X - X.mean(axis=0) makes a new array, X -= does not"
)
@pytest.mark.depends("test_ridge_worked_slope")
def test_ridge_leaves_its_arguments(student):
    """Features and targets that were handed in stay as they were."""
    check_untouched(student.after("fit_ridge", X, Y, 1.0), X, Y, names="X, y")
