"""Public checks of the softmax assignment: small worked numbers, and hints.

Your grade comes from other tests of the same functions, on other numbers and more cases.
"""

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

SCORES = np.array([[3.0, 1.0, 2.5], [0.2, -1.0, 0.4], [-2.0, 0.5, 1.0], [1.5, 1.0, -0.5]])
LABELS = np.array([0, 1, 2, 1])


def loss_of(function, y):
    """The loss alone of a function that returns (loss, gradient)."""
    return lambda x: as_tuple(function(x, y), "loss, dx")[0]


# --- softmax ---


@pytest.mark.points(1, task="softmax", hint="divide each row by its own sum: axis=1, keepdims=True")
def test_softmax_worked_rows(student):
    """Scores (0, ln 3) give probabilities 1/4 and 3/4; each row sums to 1."""
    scores = np.log([[1.0, 3.0], [1.0, 1.0], [4.0, 1.0]])
    right = np.array([[0.25, 0.75], [0.5, 0.5], [0.8, 0.2]])
    shifted = np.exp(scores - scores.max(axis=0))
    check_close(
        student.softmax(scores),
        right,
        "softmax(scores)",
        reveal=True,
        mistakes={
            "each column sums to 1, not each row (axis=0)": (
                np.exp(scores) / np.exp(scores).sum(axis=0)
            ),
            "the whole array sums to 1, not each row": np.exp(scores) / np.exp(scores).sum(),
            "the exponentials are not divided by their sum": np.exp(scores),
            "the maximum of each column was subtracted (axis=0): take that of each row": (
                shifted / shifted.sum(axis=1, keepdims=True)
            ),
            "the scores enter with a minus sign": right[:, ::-1],
            "the logarithm of the probabilities came": np.log(right),
        },
    )


@pytest.mark.points(1, task="softmax", hint="subtract each row's own maximum before np.exp")
@pytest.mark.depends("test_softmax_worked_rows")
def test_softmax_of_large_scores(student):
    """Scores of 1000 and -1000 give finite probabilities."""
    scores = np.array([[1000.0, 1000.0], [0.0, 1000.0], [-1000.0, -1000.0]])
    right = np.array([[0.5, 0.5], [0.0, 1.0], [0.5, 0.5]])
    nan = np.full(2, np.nan)
    wrong = {
        "the maximum is not each row's own: max(axis=1, keepdims=True)": [*right[:2], nan],
        "exp overflowed: subtract each row's maximum first": [nan, [0.0, np.nan], nan],
    }
    check_close(student.softmax(scores), right, "softmax(scores)", reveal=True, mistakes=wrong)


@pytest.mark.points(1, task="softmax", hint="scores -= ... writes into the caller's array")
@pytest.mark.depends("test_softmax_worked_rows")
def test_softmax_leaves_its_argument(student):
    """The scores that were handed in stay as they were."""
    check_untouched(student.after("softmax", SCORES), SCORES, names="scores")


# --- cross_entropy ---


@pytest.mark.points(1, task="cross_entropy", hint="probs[np.arange(N), y] picks one entry per row")
def test_cross_entropy_worked_rows(student):
    """Probabilities 1/2 and 3/4 of the true classes cost (ln 2 + ln 4/3) / 2."""
    probs, y = np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([0, 1])
    right = (np.log(2) + np.log(4 / 3)) / 2
    check_close(
        student.cross_entropy(probs, y),
        right,
        "cross_entropy(probs, y)",
        reveal=True,
        mistakes={
            "the losses of the examples were added up: take their mean": 2 * right,
            "probs[:, y] picks N columns from every row": -np.log(probs[:, y]).mean(),
            "the logarithm has base 2: use the natural one": right / np.log(2),
            "divide by N, not by N times C": right / 2,
            "the minus sign is missing": -right,
        },
    )


@pytest.mark.points(1, task="cross_entropy", hint="clip at 1e-12 from below: np.maximum")
@pytest.mark.depends("test_cross_entropy_worked_rows")
def test_cross_entropy_of_zero_probability(student):
    """A true class with probability 0 costs more than 16, but not infinity."""
    loss = as_number(student.cross_entropy(np.array([[1.0, 0.0]]), np.array([1])), "the loss")
    assert np.isfinite(loss), f"the loss is {loss}: clip the probabilities before the logarithm"
    assert loss > 16, f"the loss is {loss:.1f}, too little: clip no higher than at 1e-7"


# --- softmax_loss ---


@pytest.mark.points(1, task="softmax_loss", hint="ln(sum(exp(row))) - row[y], mean over the rows")
def test_softmax_loss_worked_row(student):
    """Scores (ln 2, ln 5, ln 3) and class 1 cost ln 2."""
    loss, _ = as_tuple(student.softmax_loss(np.log([[2.0, 5.0, 3.0]]), np.array([1])), "loss, dx")
    check_close(loss, np.log(2), "the loss", reveal=True)


@pytest.mark.points(1, task="softmax_loss", hint="(softmax(x) - one_hot(y)) / N")
def test_softmax_loss_gradient(student):
    """The gradient agrees with the slope of the loss."""
    _, dx = as_tuple(student.softmax_loss(SCORES, LABELS), "loss, dx")
    check_gradient(loss_of(student.softmax_loss, LABELS), SCORES, dx, "the gradient")


@pytest.mark.points(1, task="softmax_loss", hint="no probability and no clip: ln(sum) - score")
def test_softmax_loss_of_large_scores(student):
    """With scores (1000, 0) and the second class true, the loss is 1000."""
    loss, dx = as_tuple(student.softmax_loss(np.array([[1000.0, 0.0]]), np.array([1])), "loss, dx")
    check_close(loss, 1000.0, "the loss", reveal=True)
    check_close(dx, np.array([[1.0, -1.0]]), "the gradient", reveal=True)


# --- svm_loss ---


@pytest.mark.points(1, task="svm_loss", hint="max(0, s_j - s_y + 1), without the true class itself")
def test_svm_loss_worked_row(student):
    """Scores (3, 1, 2.5) and class 0 cost 0.5."""
    loss, _ = as_tuple(student.svm_loss(np.array([[3.0, 1.0, 2.5]]), np.array([0])), "loss, dx")
    mistakes = {
        "the true class adds its own margin of 1: leave it out": 1.5,
        "there is no margin: the true class must lead by 1": 0.0,
    }
    check_close(loss, 0.5, "the loss", reveal=True, mistakes=mistakes)


@pytest.mark.points(
    1, task="svm_loss", hint="+1/N at each violator, -(their number)/N at the label"
)
def test_svm_loss_gradient(student):
    """The gradient agrees with the slope of the loss."""
    _, dx = as_tuple(student.svm_loss(SCORES, LABELS), "loss, dx")
    check_gradient(loss_of(student.svm_loss, LABELS), SCORES, dx, "the gradient")


# --- mse_loss ---


@pytest.mark.points(1, task="mse_loss", hint="subtract 1 at the label, square, sum, divide by N")
def test_mse_loss_worked_rows(student):
    """Scores (5, 0) and (0.5, 0.5) for classes 0 and 1 cost 8.25."""
    x, y = np.array([[5.0, 0.0], [0.5, 0.5]]), np.array([0, 1])
    loss, _ = as_tuple(student.mse_loss(x, y), "loss, dx")
    mistakes = {
        "divide by N, not by N times C": 8.25 / 2,
        "only the entry of the true class counts here: all classes are summed": 8.125,
        "softmax was applied: the raw scores are compared": 0.25 + 1 / (1 + np.exp(5)) ** 2,
        "the losses of the examples were added up: take their mean": 16.5,
    }
    check_close(loss, 8.25, "the loss", reveal=True, mistakes=mistakes)


@pytest.mark.points(1, task="mse_loss", hint="the square brings down a factor of 2; keep the 1/N")
def test_mse_loss_gradient(student):
    """The gradient agrees with the slope of the loss."""
    _, dx = as_tuple(student.mse_loss(SCORES, LABELS), "loss, dx")
    check_gradient(loss_of(student.mse_loss, LABELS), SCORES, dx, "the gradient")


@pytest.mark.points(1, task="mse_loss", hint="x[rows, y] -= 1 writes into the caller's x")
@pytest.mark.depends("test_mse_loss_worked_rows")
def test_mse_loss_leaves_its_arguments(student):
    """Scores and labels that were handed in stay as they were."""
    check_untouched(student.after("mse_loss", SCORES, LABELS), SCORES, LABELS, names="x, y")


# --- linear_softmax_loss ---


@pytest.mark.points(1, task="linear_softmax_loss", hint="softmax_loss(X @ W, y) plus the penalty")
def test_linear_softmax_loss_value(student):
    """Weights of zero cost ln C, and the penalty adds reg times the sum of squares."""
    X, y = np.eye(2), np.array([0, 2])
    loss, _ = as_tuple(student.linear_softmax_loss(np.zeros((2, 3)), X, y, 0.1), "loss, dW")
    summed = {"the losses of the examples were added up: take their mean": 2 * np.log(3)}
    check_close(loss, np.log(3), "the loss of zero weights", reveal=True, mistakes=summed)
    loss, _ = as_tuple(student.linear_softmax_loss(np.full((2, 3), 2.0), X, y, 0.1), "loss, dW")
    mistakes = {"there is no factor 1/2 in this penalty": np.log(3) + 0.1 * 24 / 2}
    check_close(
        loss, np.log(3) + 0.1 * 24, "the loss of equal weights", reveal=True, mistakes=mistakes
    )


@pytest.mark.points(1, task="linear_softmax_loss", hint="X.T @ dscores + 2 * reg * W")
def test_linear_softmax_loss_gradient(student):
    """The gradient agrees with the slope of the loss, with and without penalty."""
    W = np.array([[0.5, -0.2, 0.1], [0.3, 0.8, -0.4], [-0.6, 0.1, 0.9]])
    for reg in (0.0, 0.3):
        _, dW = as_tuple(student.linear_softmax_loss(W, SCORES, LABELS, reg), "loss, dW")

        def loss(weights, reg=reg):
            return student.linear_softmax_loss(weights, SCORES, LABELS, reg)[0]

        check_gradient(loss, W, dW, f"the gradient with reg={reg}")


# --- accuracy ---


@pytest.mark.points(1, task="accuracy", hint="compare argmax(axis=1) with y and take the mean")
def test_accuracy_worked_rows(student):
    """Three of the four rows below have their largest score at the label."""
    scores = np.array([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0], [5.0, 4.0, 1.0], [-3.0, -1.0, -2.0]])
    mistakes = {
        "it is a percentage: a number from 0 to 1 is asked for": 75.0,
        "it counts the right ones: divide by their number": 3.0,
        "it is the share of errors": 0.25,
        "no row counts as right: is the smallest score chosen?": 0.0,
    }
    value = student.accuracy(scores, np.array([0, 1, 1, 1]))
    check_close(value, 0.75, "accuracy(scores, y)", reveal=True, mistakes=mistakes)


# --- train_linear_softmax ---


def clouds():
    """90 points in three well separated clouds, around (4, 0), (0, 4) and (-4, -4)."""
    rng = np.random.default_rng(0)
    y = np.arange(90) % 3
    centres = np.array([[4.0, 0.0], [0.0, 4.0], [-4.0, -4.0]])
    return centres[y] + rng.standard_normal((90, 2)), y


@pytest.mark.points(1, task="train_linear_softmax", hint="W -= learning_rate * dW in every step")
def test_train_separates_clouds(student):
    """Training finds weights that tell three clouds of points apart."""
    X, y = clouds()
    W = student.train_linear_softmax(X, y, 3)
    check_close(np.shape(W), (2, 3), "the shape of W", reveal=True)
    share = np.mean((X @ np.asarray(W)).argmax(axis=1) == y)
    assert share > 0.95, f"{share:.0%} of the training points are right, where 98% can be had"


@pytest.mark.points(1, task="train_linear_softmax", hint="one default_rng(seed), before the loop")
@pytest.mark.depends("test_train_separates_clouds")
def test_train_is_reproducible(student):
    """The same seed gives the same weights."""
    X, y = clouds()
    first, second = (student.train_linear_softmax(X, y, 3, batch_size=8, seed=5) for _ in range(2))
    check_close(second, first, "W of a second run with the same seed")


@pytest.mark.points(1, task="train_linear_softmax", hint="min(batch_size, len(X))")
def test_train_with_a_large_batch(student):
    """A batch size above the number of examples means all of them."""
    X, y = clouds()
    W = as_array(student.train_linear_softmax(X, y, 3, batch_size=1000, num_steps=5), (2, 3), "W")
    assert W.any(), "W is still zero after 5 steps"
