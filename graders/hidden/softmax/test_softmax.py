"""Hidden tests of the softmax assignment: 100 points.

Expected values come from other formulas than a solution uses: softmax from its pairwise form
``1 / sum_k exp(s_k - s_j)`` in extended precision, losses example by example in plain Python,
the gradient of a penalty as the difference of two calls. Tolerances: see
``graders.engine.compare``.

Functions that a solution may build on each other are in ``CARRIED_FORWARD``, so that one mistake
costs once: a wrong softmax costs its own points, whatever else calls it.
"""

import time

import numpy as np
import pytest

from graders.engine.compare import as_array, as_number, as_tuple, check_close, check_untouched

NO_MEAN = "it is N times too large, so divide by the number of examples"
MEAN_OVER_ENTRIES = "it is C times too small, so divide by N, not by N times C"
ADDED_UP = "the losses of the examples were added up: take their mean"

CARRIED_FORWARD = {
    name: (name,) for name in ("softmax", "cross_entropy", "softmax_loss", "linear_softmax_loss")
}
"""Later tasks are judged with a right one of these, too, where the student's own went wrong."""


def pairwise_softmax(scores):
    """p_j = 1 / sum_k exp(s_k - s_j), without ever forming the usual fraction."""
    scores = np.asarray(scores, dtype=np.longdouble)
    with np.errstate(over="ignore"):
        return (1 / np.exp(scores[:, None, :] - scores[:, :, None]).sum(axis=2)).astype(float)


def one_hot(y, num_classes):
    return np.eye(num_classes)[y]


def expected_softmax_loss(x, y):
    """Loss and gradient of softmax cross-entropy: (), (N, C)."""
    loss = np.mean(np.logaddexp.reduce(x, axis=1) - x[np.arange(len(y)), y])
    return loss, (pairwise_softmax(x) - one_hot(y, x.shape[1])) / len(y)


def draw(rng, n, c, scale=1.5):
    """Scores of order 1 and labels; every class of the first min(n, c) appears."""
    x = scale * rng.standard_normal((n, c))
    y = rng.permutation(np.arange(n) % c)
    return x, y


def check_dx(dx, expected, n, c, **more_mistakes):
    check_close(
        dx,
        expected,
        "the gradient",
        mistakes={NO_MEAN: expected * n, MEAN_OVER_ENTRIES: expected / c, **more_mistakes},
    )


# --- softmax: 14 ---


@pytest.mark.points(
    4, task="softmax", hint="exponentiate, then divide each row by its own sum: axis=1, keepdims"
)
def test_softmax_definition(student, rng):
    """Each row holds the exponentials of its scores, divided by their sum."""
    for n, c in [(7, 4), (3, 5), (4, 4)]:
        x, _ = draw(rng, n, c)
        exps = np.exp(x)
        check_close(
            student.softmax(x),
            pairwise_softmax(x),
            "softmax(scores)",
            mistakes={
                "each column sums to 1, not each row (axis=0)": exps / exps.sum(axis=0),
                "the whole array sums to 1, not each row": exps / exps.sum(),
                "the exponentials are not divided by their sum": exps,
                "the logarithm of the probabilities came": np.log(pairwise_softmax(x)),
                "the scores enter with a minus sign": pairwise_softmax(-x),
            },
        )


@pytest.mark.points(2, task="softmax", hint="try one row, and rows of two scores or one")
def test_softmax_small_shapes(student, rng):
    """One example, and two classes or a single one, work like any other."""
    for n, c in [(1, 3), (5, 2), (1, 1)]:
        x, _ = draw(rng, n, c)
        check_close(student.softmax(x), pairwise_softmax(x), f"softmax of shape {(n, c)}")


@pytest.mark.points(
    4,
    task="softmax",
    hint="exp overflows above about 700: subtract each row's own maximum first",
)
@pytest.mark.depends("test_softmax_definition")
def test_softmax_is_stable(student, rng):
    """Large scores, positive or negative, give finite probabilities."""
    x, _ = draw(rng, 6, 4)
    x = np.round(64 * x) / 64  # x + 2400 is then exact in 32-bit floats too
    for offsets in (np.full(6, 1000.0), np.full(6, -1000.0), 800.0 * np.arange(-2, 4)):
        check_close(
            student.softmax(x + offsets[:, None]),
            pairwise_softmax(x),
            f"softmax of scores from {offsets.min():.0f} to {offsets.max():.0f}",
        )
    far_apart = np.array([[1000.0, 0.0, -1000.0], [-500.0, 700.0, 690.0]])
    check_close(student.softmax(far_apart), pairwise_softmax(far_apart), "softmax of far scores")


@pytest.mark.points(2, task="softmax", hint="scores -= ... writes into the caller's array")
@pytest.mark.depends("test_softmax_definition")
def test_softmax_leaves_its_argument(student, rng):
    """The scores that were handed in stay as they were."""
    x, _ = draw(rng, 5, 3)
    check_untouched(student.after("softmax", x), x, names="scores")


@pytest.mark.points(2, task="softmax", hint="compute the sum of a row once, not once an entry")
@pytest.mark.depends("test_softmax_definition")
def test_softmax_cost(student, reference, rng):
    """The work grows with the number of scores, not with its square."""
    x, _ = draw(rng, 8, 3000)

    # Budget: 300 times the reference, some 0.3 s. Measured: a loop over single entries takes 50
    # times as long as the reference, and passes; summing the row again for every entry takes
    # 1000 times as long. The best of three student runs against the slowest of three reference
    # runs errs on the student's side.
    def seconds(softmax):
        start = time.perf_counter()
        softmax(x)
        return time.perf_counter() - start

    budget = 300 * max(seconds(reference.softmax) for _ in range(3))
    assert any(seconds(student.softmax) <= budget for _ in range(3)), (
        "a row of 3000 scores takes far too long: is the sum worked out again for every entry?"
    )


# --- cross_entropy: 14 ---


def expected_cross_entropy(probs, y):
    return -sum(np.log(probs[i, label]) for i, label in enumerate(y)) / len(y)


@pytest.mark.points(
    6, task="cross_entropy", hint="pick probs[i, y[i]] for each row, average the negative logs"
)
def test_cross_entropy_definition(student, rng):
    """The mean of the negative logarithm of the true class's probability."""
    for n, c in [(6, 4), (4, 4), (9, 2)]:
        x, y = draw(rng, n, c)
        probs = pairwise_softmax(x)
        right = expected_cross_entropy(probs, y)
        check_close(
            student.cross_entropy(probs, y),
            right,
            "cross_entropy(probs, y)",
            mistakes={
                ADDED_UP: right * n,
                "the logarithm has base 2: use the natural one": right / np.log(2),
                "the logarithm has base 10: use the natural one": right / np.log(10),
                MEAN_OVER_ENTRIES: right / c,
                "softmax was applied again: probs are probabilities already": (
                    expected_cross_entropy(pairwise_softmax(probs), y)
                ),
                "probs[:, y] picks N columns from every row: index with np.arange(N) as well": (
                    -np.log(probs[:, y]).mean()
                ),
                "the logarithm is taken of the mean: take the mean of the logarithms": (
                    -np.log(probs[np.arange(n), y].mean())
                ),
            },
        )


@pytest.mark.points(2, task="cross_entropy", hint="try one example, and labels of type int32")
def test_cross_entropy_edges(student, rng):
    """One example, certainty, and labels of any integer type."""
    x, y = draw(rng, 1, 5)
    probs = pairwise_softmax(x)
    check_close(student.cross_entropy(probs, y), expected_cross_entropy(probs, y), "of one example")
    x, y = draw(rng, 6, 3)
    probs = pairwise_softmax(x)
    for dtype in (np.int32, np.uint8):
        check_close(
            student.cross_entropy(probs, y.astype(dtype)),
            expected_cross_entropy(probs, y),
            f"the loss with labels of type {np.dtype(dtype)}",
        )
    check_close(student.cross_entropy(np.eye(3), np.arange(3)), 0.0, "the loss of certainty")


@pytest.mark.points(
    4, task="cross_entropy", hint="clip the probabilities at 1e-12 from below before the logarithm"
)
@pytest.mark.depends("test_cross_entropy_definition")
def test_cross_entropy_of_zero_probability(student):
    """A true class with probability 0 costs much, but not infinity."""
    loss = as_number(
        student.cross_entropy(np.array([[1.0, 0.0, 0.0]]), np.array([1])), "cross_entropy"
    )
    assert np.isfinite(loss), "the logarithm of 0 came through: clip the probabilities first"
    # -ln of any clip from 1e-15 to 1e-7, the range that counts as right.
    assert loss > 16.1, "a probability of 0 costs too little: clip at 1e-12, no higher"
    assert loss < 34.6, "a probability of 0 costs too much: clip at 1e-12, no lower"


@pytest.mark.points(2, task="cross_entropy", hint="np.clip(probs, ..., out=probs) changes probs")
@pytest.mark.depends("test_cross_entropy_definition")
def test_cross_entropy_leaves_its_arguments(student, rng):
    """Probabilities and labels that were handed in stay as they were."""
    x, y = draw(rng, 5, 3)
    probs = np.vstack([pairwise_softmax(x), [[1.0, 0.0, 0.0]]])
    y = np.append(y, 0)
    check_untouched(student.after("cross_entropy", probs, y), probs, y, names="probs, y")


# --- softmax_loss: 14 ---


@pytest.mark.points(4, task="softmax_loss", hint="ln(sum(exp(row))) - row[y], mean over the rows")
def test_softmax_loss_value(student, rng):
    """The loss is the mean cross-entropy of the softmax of the scores."""
    for n, c in [(6, 4), (1, 3), (5, 2)]:
        x, y = draw(rng, n, c)
        loss, _ = as_tuple(student.softmax_loss(x, y), "loss, dx")
        right, _ = expected_softmax_loss(x, y)
        check_close(
            loss, right, "the loss", mistakes={ADDED_UP: right * n, MEAN_OVER_ENTRIES: right / c}
        )


@pytest.mark.points(
    5, task="softmax_loss", hint="(softmax(x) - one_hot(y)) / N: the mean's 1/N goes through"
)
def test_softmax_loss_gradient(student, rng):
    """The gradient says how the loss changes with every score."""
    for n, c in [(6, 4), (1, 3), (5, 2)]:
        x, y = draw(rng, n, c)
        _, dx = as_tuple(student.softmax_loss(x, y), "loss, dx")
        _, right = expected_softmax_loss(x, y)
        probs = pairwise_softmax(x)
        check_dx(
            dx,
            right,
            n,
            c,
            **{
                "the 1 at the true class was not subtracted": probs / n,
                "the 1 at the true class was not subtracted, nor was 1/N applied": probs,
                "1/N must apply to the whole of it, not to the probabilities alone": (
                    probs / n - one_hot(y, c)
                ),
                "1/N must apply to the whole of it, not to the 1 alone": (
                    probs - one_hot(y, c) / n
                ),
            },
        )


@pytest.mark.points(
    3, task="softmax_loss", hint="take the logarithm of the fraction apart: no probability, no clip"
)
def test_softmax_loss_of_extreme_scores(student, rng):
    """Scores of 1000 give the exact loss, even where a probability underflows."""
    for high in (1000.0, 750.0 + 100 * rng.random()):
        x = np.array([[high, 0.0, -high], [0.0, high, 0.0]])
        loss, dx = as_tuple(student.softmax_loss(x, np.array([2, 0])), "loss, dx")
        loss = as_number(loss, "the loss")
        assert not (np.isfinite(loss) and loss < 700), (
            f"with scores of {high:.0f} the loss is cut off at a clipped probability: take the "
            "logarithm of the sum instead"
        )
        check_close(loss, 1.5 * high, f"the loss with scores of {high:.0f}")
        check_dx(dx, np.array([[0.5, 0.0, -0.5], [-0.5, 0.5, 0.0]]), 2, 3)


@pytest.mark.points(2, task="softmax_loss", hint="dx = x would be the same array under two names")
@pytest.mark.depends("test_softmax_loss_value")
def test_softmax_loss_leaves_its_arguments(student, rng):
    """Scores and labels that were handed in stay as they were."""
    x, y = draw(rng, 5, 3)
    check_untouched(student.after("softmax_loss", x, y), x, y, names="x, y")


# --- svm_loss: 16 ---


def expected_svm_loss(x, y, margin=1.0):
    """The definition, one pair of classes at a time: (), (N, C)."""
    total, dx = 0.0, np.zeros_like(x)
    for i, label in enumerate(y):
        for j in range(x.shape[1]):
            violation = x[i, j] - x[i, label] + margin
            if j != label and violation > 0:
                total += violation
                dx[i, j] += 1
                dx[i, label] -= 1
    return total / len(y), dx / len(y)


def draw_off_kinks(rng, n, c):
    """Scores none of whose margins lies within 0.01 of zero, where the gradient jumps."""
    while True:
        x, y = draw(rng, n, c)
        violations = x - x[np.arange(n), y][:, None] + 1
        if np.abs(violations).min() > 0.01:
            return x, y


@pytest.mark.points(
    5, task="svm_loss", hint="sum max(0, s_j - s_y + 1) over the wrong classes, mean over examples"
)
def test_svm_loss_value(student, rng):
    """Every wrong class that comes within 1 of the true one adds to the loss."""
    for n, c in [(6, 4), (4, 4), (7, 3)]:
        x, y = draw_off_kinks(rng, n, c)
        loss, _ = as_tuple(student.svm_loss(x, y), "loss, dx")
        right, _ = expected_svm_loss(x, y)
        hardest = np.where(one_hot(y, c) == 1, -np.inf, x).max(axis=1)
        check_close(
            loss,
            right,
            "the loss",
            mistakes={
                "the true class adds its own margin of 1: leave it out": right + 1,
                "there is no margin: the true class must lead by 1": expected_svm_loss(x, y, 0)[0],
                ADDED_UP: right * n,
                MEAN_OVER_ENTRIES: right / c,
                "only the strongest rival counts here: all wrong classes are summed": (
                    np.maximum(0, hardest - x[np.arange(n), y] + 1).mean()
                ),
            },
        )


@pytest.mark.points(
    7, task="svm_loss", hint="+1/N at each violating class, -(their number)/N at the true class"
)
def test_svm_loss_gradient(student, rng):
    """The gradient pushes violators down and the true class up."""
    for n, c in [(6, 4), (4, 4), (7, 3)]:
        x, y = draw_off_kinks(rng, n, c)
        _, dx = as_tuple(student.svm_loss(x, y), "loss, dx")
        _, right = expected_svm_loss(x, y)
        mask = one_hot(y, c) == 1
        check_dx(
            dx,
            right,
            n,
            c,
            **{
                "the true class gets -1 once for every violation, not once only": np.where(
                    mask, np.maximum(right, -1 / n), right
                ),
                "the entry of the true class is missing": np.where(mask, 0, right),
                "the true class counts as its own violation": np.where(mask, right + 1 / n, right),
                "the true class gets one -1 too many": np.where(mask, right - 1 / n, right),
            },
        )


@pytest.mark.points(2, task="svm_loss", hint="a row whose true class leads by more than 1 adds 0")
def test_svm_loss_edges(student, rng):
    """One example, two classes, and rows that are right by a wide margin."""
    x, y = draw_off_kinks(rng, 1, 2)
    loss, dx = as_tuple(student.svm_loss(x, y), "loss, dx")
    right_loss, right_dx = expected_svm_loss(x, y)
    check_close(loss, right_loss, "the loss of one example with two classes")
    check_close(dx, right_dx, "the gradient of one example with two classes")
    x, y = draw(rng, 5, 3)
    loss, dx = as_tuple(student.svm_loss(x + 100 * one_hot(y, 3), y), "loss, dx")
    check_close(loss, 0.0, "the loss of rows that are right by far")
    check_close(dx, np.zeros((5, 3)), "the gradient of rows that are right by far")


@pytest.mark.points(2, task="svm_loss", hint="make new arrays instead of writing into x")
@pytest.mark.depends("test_svm_loss_value")
def test_svm_loss_leaves_its_arguments(student, rng):
    """Scores and labels that were handed in stay as they were."""
    x, y = draw(rng, 5, 3)
    check_untouched(student.after("svm_loss", x, y), x, y, names="x, y")


# --- mse_loss: 12 ---


@pytest.mark.points(5, task="mse_loss", hint="sum the squares over classes, mean over examples")
def test_mse_loss_value(student, rng):
    """The squared distance of the raw scores from the one-hot row, averaged over examples."""
    for n, c in [(6, 4), (1, 3), (5, 2)]:
        x, y = draw(rng, n, c)
        loss, _ = as_tuple(student.mse_loss(x, y), "loss, dx")
        right = sum(np.linalg.norm(row - one_hot(y, c)[i]) ** 2 for i, row in enumerate(x)) / n
        check_close(
            loss,
            right,
            "the loss",
            mistakes={
                ADDED_UP: right * n,
                MEAN_OVER_ENTRIES: right / c,
                "softmax was applied: the raw scores are compared": (
                    ((pairwise_softmax(x) - one_hot(y, c)) ** 2).sum() / n
                ),
                "only the entry of the true class counts here: all classes are summed": (
                    ((x[np.arange(n), y] - 1) ** 2).mean()
                ),
            },
        )


@pytest.mark.points(5, task="mse_loss", hint="the square brings down a factor of 2; keep the 1/N")
def test_mse_loss_gradient(student, rng):
    """The gradient is in proportion to the difference from the one-hot row."""
    for n, c in [(6, 4), (1, 3), (5, 2)]:
        x, y = draw(rng, n, c)
        _, dx = as_tuple(student.mse_loss(x, y), "loss, dx")
        right = 2 * (x - one_hot(y, c)) / n
        check_dx(
            dx,
            right,
            n,
            c,
            **{
                "the factor 2 of the square is missing": right / 2,
                "the factor 2 of the square and the 1/N are missing": right * n / 2,
                "the 1 at the true class was not subtracted": 2 * x / n,
            },
        )


@pytest.mark.points(2, task="mse_loss", hint="x[rows, y] -= 1 writes into the caller's x")
@pytest.mark.depends("test_mse_loss_value")
def test_mse_loss_leaves_its_arguments(student, rng):
    """Scores and labels that were handed in stay as they were."""
    x, y = draw(rng, 5, 3)
    check_untouched(student.after("mse_loss", x, y), x, y, names="x, y")


# --- linear_softmax_loss: 12 ---


def draw_linear(rng, n=8, d=5, c=3):
    X, y = rng.standard_normal((n, d)), rng.integers(0, c, n)
    return rng.standard_normal((d, c)), X, y


@pytest.mark.points(
    3, task="linear_softmax_loss", hint="without penalty it is the softmax loss of X @ W"
)
def test_linear_softmax_loss_value(student, rng):
    """Without penalty, the loss is the softmax loss of the scores X @ W."""
    for n, d, c in [(8, 5, 3), (1, 4, 2)]:
        W, X, y = draw_linear(rng, n, d, c)
        loss, _ = as_tuple(student.linear_softmax_loss(W, X, y, 0.0), "loss, dW")
        right, _ = expected_softmax_loss(np.einsum("nd,dc->nc", X, W), y)
        check_close(loss, right, "the loss", mistakes={ADDED_UP: right * n})


@pytest.mark.points(3, task="linear_softmax_loss", hint="dW = X.T @ dscores, of shape (D, C)")
def test_linear_softmax_loss_gradient(student, rng):
    """Without penalty, the gradient carries that of the scores back to the weights."""
    for n, d, c in [(8, 5, 3), (1, 4, 2)]:
        W, X, y = draw_linear(rng, n, d, c)
        _, dW = as_tuple(student.linear_softmax_loss(W, X, y, 0.0), "loss, dW")
        _, dscores = expected_softmax_loss(np.einsum("nd,dc->nc", X, W), y)
        right = np.einsum("nd,nc->dc", X, dscores)
        check_close(
            dW,
            right,
            "the gradient",
            mistakes={
                NO_MEAN: right * n,
                "the gradient of the scores has its 1/N already: do not divide again": right / n,
            },
        )


@pytest.mark.points(2, task="linear_softmax_loss", hint="add reg * sum(W * W), without a half")
def test_linear_softmax_loss_penalty(student, rng):
    """The penalty adds reg times the sum of the squared weights."""
    W, X, y = draw_linear(rng)
    reg = 0.1 + rng.random()
    # As a difference of two calls, so that a wrong data loss does not cost a second time.
    with_penalty, _ = as_tuple(student.linear_softmax_loss(W, X, y, reg), "loss, dW")
    without, _ = as_tuple(student.linear_softmax_loss(W, X, y, 0.0), "loss, dW")
    penalty = as_number(with_penalty, "the loss") - as_number(without, "the loss")
    right = reg * sum(weight**2 for weight in W.ravel())
    check_close(
        penalty,
        right,
        "what the penalty adds to the loss",
        mistakes={
            "reg has no effect on the loss": 0.0,
            "there is no factor 1/2 in this penalty": right / 2,
            "the penalty is not averaged over the examples": right / len(y),
            "the penalty is not averaged over the weights": right / W.size,
            "reg enters the loss once, as a factor": right * reg,
            "the square root of the sum was taken": reg * np.linalg.norm(W),
        },
    )


@pytest.mark.points(2, task="linear_softmax_loss", hint="the derivative of reg * w^2 is 2 reg w")
def test_linear_softmax_loss_penalty_gradient(student, rng):
    """The penalty's gradient pulls every weight towards zero."""
    W, X, y = draw_linear(rng)
    reg = 0.1 + rng.random()
    with_penalty, without = (
        as_array(as_tuple(answer, "loss, dW")[1], W.shape, "the gradient")
        for answer in (
            student.linear_softmax_loss(W, X, y, reg),
            student.linear_softmax_loss(W, X, y, 0.0),
        )
    )
    pull = with_penalty - without
    check_close(
        pull,
        2 * reg * W,
        "what the penalty adds to the gradient",
        mistakes={
            "reg has no effect on the gradient": np.zeros_like(W),
            "the factor 2 of the square is missing": reg * W,
            "the penalty is not averaged over the examples": 2 * reg * W / len(y),
        },
    )


@pytest.mark.points(2, task="linear_softmax_loss", hint="dW = reg * W, then dW += ..., is safe")
@pytest.mark.depends("test_linear_softmax_loss_value")
def test_linear_softmax_loss_leaves_its_arguments(student, rng):
    """Weights, examples and labels that were handed in stay as they were."""
    W, X, y = draw_linear(rng)
    call = student.after("linear_softmax_loss", W, X, y, 0.5)
    check_untouched(call, W, X, y, 0.5, names="W, X, y, reg")


# --- accuracy: 8 ---


@pytest.mark.points(5, task="accuracy", hint="compare argmax(axis=1) with y and take the mean")
def test_accuracy_definition(student, rng):
    """The share of rows whose largest score is at the label."""
    for n, c in [(12, 4), (9, 9), (20, 2)]:
        x, y = draw(rng, n, c)
        x -= 5.0 * rng.random((n, 1))  # negative scores too; the order within a row is kept
        half = rng.permutation(n)[: n // 2]
        y[half] = x[half].argmax(axis=1)
        right = (
            sum(
                max(range(c), key=lambda j, row=row: row[j]) == k
                for row, k in zip(x, y, strict=True)
            )
            / n
        )
        check_close(
            student.accuracy(x, y),
            right,
            "accuracy(scores, y)",
            mistakes={
                "it is a percentage: a number from 0 to 1 is asked for": 100 * right,
                "it counts the right ones: divide by their number": n * right,
                "it is the share of errors": 1 - right,
                "the smallest score is chosen": np.mean(x.argmin(axis=1) == y),
            },
        )


@pytest.mark.points(3, task="accuracy", hint="try one example, all right, and all wrong")
def test_accuracy_edges(student, rng):
    """One example, none right, all right, and labels of any integer type."""
    n, c = 7, 3
    x, _ = draw(rng, n, c)
    best = x.argmax(axis=1)
    check_close(student.accuracy(x, best.astype(np.int32)), 1.0, "the accuracy of perfect scores")
    check_close(student.accuracy(x, (best + 1) % c), 0.0, "the accuracy of scores all wrong")
    check_close(student.accuracy(x[:1], best[:1]), 1.0, "the accuracy of one example")


# --- train_linear_softmax: 10 ---


def draw_blobs(rng, n=120, d=6, c=3, noise=0.6):
    """Overlapping clouds around c centres at distance 3 from the origin."""
    centres = np.linalg.qr(rng.standard_normal((d, d)))[0][:c] * 3.0
    y = rng.permutation(np.arange(n) % c)
    return centres[y] + noise * rng.standard_normal((n, d)), y


def objective(W, X, y):
    return expected_softmax_loss(X @ W, y)[0]


def trained(W, shape):
    """The student's W as an array, checked for shape and finite values."""
    W = as_array(W, shape, "W")
    assert np.isfinite(W).all(), "W contains NaN or infinity: do the steps go uphill?"
    return W


@pytest.mark.points(
    4, task="train_linear_softmax", hint="W -= learning_rate * dW on a fresh random batch each step"
)
def test_train_learns(student, rng):
    """Training reaches a low loss and classifies new examples rightly."""
    X, y = draw_blobs(rng, n=240)
    options = {"learning_rate": 0.4, "num_steps": 60}
    W = trained(student.train_linear_softmax(X[:120], y[:120], 3, **options), (6, 3))
    # Start: ln 3 = 1.10. Descent with these options ends at 0.012 to 0.037 on such data, whether
    # it starts from zeros or from normal weights (60 draws each); 0.08 needs a third of the steps.
    loss = objective(W, X[:120], y[:120])
    assert not np.isclose(loss, np.log(3)) or W.any(), "W is still zero: was it never updated?"
    assert loss < np.log(3), "the loss rose during training: the step goes against the gradient"
    assert loss < 0.08, "the loss is still high after training: are all num_steps steps taken?"
    correct = np.mean((X[120:] @ W).argmax(axis=1) == y[120:])
    assert correct > 0.9, "new examples of the same kind are not classified well"


@pytest.mark.points(
    1, task="train_linear_softmax", hint="make the generator once, before the loop over steps"
)
@pytest.mark.depends("test_train_learns")
def test_train_draws_fresh_batches(student, rng):
    """Every step draws a batch of its own, so that small batches see all of the data in time."""
    X, y = draw_blobs(rng, n=240)
    W = student.train_linear_softmax(X, y, 3, num_steps=40, batch_size=2, learning_rate=0.4)
    # From zeros fresh pairs of examples end below 0.04, one pair for ever above 0.19; from normal
    # weights below 0.07, one pair mostly above 0.12 (60 draws each).
    assert objective(trained(W, (6, 3)), X, y) < 0.12, (
        "with batches of two examples little is learnt: is it a fresh batch in each step?"
    )


@pytest.mark.points(
    2, task="train_linear_softmax", hint="draw everything random from one default_rng(seed)"
)
@pytest.mark.depends("test_train_learns")
def test_train_is_reproducible(student, rng):
    """The same seed gives the same weights."""
    X, y = draw_blobs(rng)
    seed = int(rng.integers(1, 1000))
    first, second = (
        trained(
            student.train_linear_softmax(X, y, 3, num_steps=20, batch_size=8, seed=seed), (6, 3)
        )
        for _ in range(2)
    )
    assert np.allclose(first, second, rtol=1e-6, atol=1e-9), (
        "two runs with the same seed give different W"
    )


@pytest.mark.points(
    3, task="train_linear_softmax", hint="min(batch_size, N), and hand reg and learning_rate on"
)
@pytest.mark.depends("test_train_learns")
def test_train_uses_its_options(student, rng):
    """A batch larger than the data means all of it; reg and the other options are heeded."""
    X, y = draw_blobs(rng, n=30)
    options = {"learning_rate": 0.8, "reg": 0.05, "num_steps": 40, "batch_size": 1000}
    W = trained(student.train_linear_softmax(X, y, 4, **options), (6, 4))
    # 40 full-batch steps of 0.8 have converged: the objective curves by at least 2 reg = 0.1 in
    # every direction, which bounds what is left to gain by |gradient|^2 / (2 * 0.1).
    gradient = X.T @ expected_softmax_loss(X @ W, y)[1] + 2 * 0.05 * W
    assert np.sum(gradient**2) / 0.2 < 1e-2, (
        "with reg=0.05 the weights do not reach the minimum of loss and penalty"
    )
    # From zeros both runs end above 0.75; with one of the two options ignored, below 0.25.
    for num_steps, rate in [(3, 0.01), (20, 0.001)]:
        early = student.train_linear_softmax(
            X, y, 4, num_steps=num_steps, learning_rate=rate, batch_size=1000
        )
        assert objective(trained(early, (6, 4)), X, y) > 0.4, (
            "a few tiny steps went too far: are num_steps and learning_rate heeded?"
        )
