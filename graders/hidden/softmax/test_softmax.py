"""Hidden tests of the softmax assignment: 100 points.

Every demand has its test, so that a mistake in one costs no other: a loss of one example, then of
several; its gradient alike. What scores of 1000 change is judged against the student's own answer
for small ones, and a loss that is k times too large may have a gradient that is k times too large.

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
EXCHANGED = "the gradient came first: return the loss, then the gradient"
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
    """Scores of order 1 and labels; every class appears, and the last one alone where n = 1."""
    x = scale * rng.standard_normal((n, c))
    y = rng.permutation(np.arange(n) % c) if n > 1 else np.array([c - 1])
    return x, y


def factor(loss, right):
    """How many times too large the loss is; 1 where it is no number, or 0."""
    try:
        return as_number(loss, "the loss") / right or 1.0
    except AssertionError:
        return 1.0


def check_dx(dx, expected, n, c, scale=1.0, mistakes=dict):
    """The gradient is the expected one, or ``scale`` times that: as the student's loss is."""
    dx = as_array(dx, expected.shape, "the gradient")
    if np.allclose(dx, scale * expected, rtol=1e-4, atol=1e-6):
        return
    check_close(
        dx,
        expected,
        "the gradient",
        mistakes=lambda: {NO_MEAN: expected * n, MEAN_OVER_ENTRIES: expected / c, **mistakes()},
    )


def parts(result, names="loss, dx"):
    """Loss and gradient, in whatever order they come; where one example is, ``in_order`` judges."""
    first, second = as_tuple(result, names)
    exchanged = isinstance(first, np.ndarray) and first.ndim == 2
    return (second, first) if exchanged else (first, second)


def in_order(result, names="loss, dx"):
    """Loss and gradient, which must come in this order."""
    first, second = as_tuple(result, names)
    assert parts(result, names)[0] is first, EXCHANGED
    return first, second


def finite(value, what):
    """A number that is neither NaN, which differs from everything, nor infinity."""
    number = as_number(value, what)
    assert np.isfinite(number), f"{what} is {number}"
    return number


def check_works(answer, argument, what):
    """That a function does anything at all, before it is praised for what it leaves alone."""
    answer = as_array(answer, argument.shape, what)
    assert np.isfinite(answer).all(), f"{what} contains NaN or infinity"
    assert np.ptp(answer), f"{what} has the same number everywhere"
    assert not np.array_equal(answer, argument), f"{what} is what was handed in"


# --- softmax: 14 ---


def softmax_mistakes(x):
    """What comes of usual mistakes, in the order of how often they are made."""
    with np.errstate(all="ignore"):
        exps = np.exp(x)
        column_maxima = np.exp(x - x.max(axis=0))
        one_maximum = np.exp(x - x.max())
        wrong = {
            "each column sums to 1, not each row (axis=0)": pairwise_softmax(x.T).T,
            "the whole array sums to 1, not each row": one_maximum / one_maximum.sum(),
            "the exponentials are not divided by their sum": exps,
            "the logarithm of the probabilities came": np.log(pairwise_softmax(x)),
            "the scores enter with a minus sign": pairwise_softmax(-x),
            "the maximum of each column was subtracted (axis=0): take that of each row": (
                column_maxima / column_maxima.sum(axis=1, keepdims=True)
            ),
            "exp overflowed: subtract each row's maximum first": (
                exps / exps.sum(axis=1, keepdims=True)
            ),
            "one maximum was subtracted from all rows: take each row's own": (
                one_maximum / one_maximum.sum(axis=1, keepdims=True)
            ),
        }
        if len(x) == x.shape[1]:
            advice = "without keepdims=True the sums of rows divide columns"
            wrong[advice] = exps / exps.sum(axis=1)
            shifted = np.exp(x - x.max(axis=1))
            advice = "without keepdims=True the maxima of rows are subtracted from columns"
            wrong[advice] = shifted / shifted.sum(axis=1, keepdims=True)
    return wrong


def check_softmax(student, x, what="softmax(scores)"):
    check_close(student.softmax(x), pairwise_softmax(x), what, mistakes=lambda: softmax_mistakes(x))


@pytest.mark.points(4, task="softmax", hint="exponentiate, then divide by the sum")
def test_softmax_formula(student, rng):
    """Exponentials divided by their sum, where rows and columns hold the same three scores."""
    scores = 1.5 * rng.standard_normal(3)
    check_softmax(student, np.array([np.roll(scores, shift) for shift in range(3)]))


@pytest.mark.points(
    3, task="softmax", hint="the maximum and the sum are a row's own: axis=1, keepdims=True"
)
def test_softmax_row_by_row(student, rng):
    """Every row is a distribution of its own, whatever the other rows hold."""
    for n, c in [(7, 4), (5, 2), (4, 4)]:
        check_softmax(student, draw(rng, n, c)[0])


@pytest.mark.points(1, task="softmax", hint="keepdims=True works for one row as for many")
def test_softmax_of_one_row(student, rng):
    """One example, and a single class, work like any other."""
    for n, c in [(1, 3), (1, 1)]:
        check_softmax(student, draw(rng, n, c)[0], f"softmax of shape {(n, c)}")


@pytest.mark.points(
    2, task="softmax", hint="exp overflows above about 700: subtract the maximum first"
)
def test_softmax_is_stable(student, rng):
    """The same number added to all scores, 1000 or -1000, changes no probability."""
    x, _ = draw(rng, 6, 4)
    x = np.round(64 * x) / 64  # x + 1000 is then exact in 32-bit floats too
    plain = student.softmax(x)
    check_works(plain, x, "softmax(scores)")
    for offset in (1000.0, -1000.0):
        check_close(
            student.softmax(x + offset),
            plain,
            f"softmax of scores around {offset:.0f}",
            mistakes=lambda shifted=x + offset: softmax_mistakes(shifted),
        )


@pytest.mark.points(
    2, task="softmax", hint="subtract each row's own maximum, not one maximum for all"
)
def test_softmax_of_distant_scores(student, rng):
    """Scores may lie a thousand apart, from row to row and within a row."""
    x, _ = draw(rng, 6, 4)
    x = np.round(64 * x) / 64 + 800.0 * np.arange(-2, 4)[:, None]
    check_softmax(student, x, "softmax of rows 800 apart")
    x = np.array([[1000.0, 0.0, -1000.0], [-500.0, 700.0, 690.0]])
    check_softmax(student, x, "softmax of far scores")


@pytest.mark.points(1, task="softmax", hint="scores -= ... writes into the caller's array")
def test_softmax_leaves_its_argument(student, rng):
    """The scores that were handed in stay as they were."""
    x, _ = draw(rng, 5, 3)
    call = student.after("softmax", x)
    check_works(call.result, x, "softmax(scores)")
    check_untouched(call, x, names="scores")


def softmax_entry_by_entry(row):
    """The slowest softmax that is asked for nothing more: a loop that works out the sum once."""
    largest, total = row.max(), 0.0
    for score in row:
        total += np.exp(score - largest)
    return [np.exp(score - largest) / total for score in row]


def seconds(clock, function, argument):
    start = clock()
    function(argument)
    return clock() - start


@pytest.mark.points(1, task="softmax", hint="compute the sum of a row once, not once an entry")
def test_softmax_cost(student, rng):
    """The work grows with the number of scores, not with its square."""
    x, _ = draw(rng, 1, 20_000)
    check_works(student.softmax(x[:, :4]), x[:, :4], "softmax(scores)")

    # The measure is that loop, over a fortieth of the scores, since both are at the mercy of the
    # same interpreter: NumPy alone may be 50 or 300 times as fast, by processor. Summing the row
    # again for every entry takes 34 to 48 times as long as the loop. The best of several runs, in
    # turn, since a machine may be busy; of the loop what the processor did alone, so that a pause
    # in so short a run buys nobody time.
    loop, best = float("inf"), float("inf")
    for _ in range(3):
        loop = min(loop, 40 * seconds(time.thread_time, softmax_entry_by_entry, x[0, :500]))
        best = min(best, seconds(time.perf_counter, student.softmax, x))
        if best <= 10 * loop:
            return
    raise AssertionError(
        "a row of 20000 scores takes far too long: is the sum worked out again for every entry?"
    )


# --- cross_entropy: 14 ---


def expected_cross_entropy(probs, y):
    return -sum(np.log(probs[i, label]) for i, label in enumerate(y)) / len(y)


def check_cross_entropy(student, rng, n, c):
    x, y = draw(rng, n, c)
    probs = pairwise_softmax(x)
    right = expected_cross_entropy(probs, y)
    check_close(
        student.cross_entropy(probs, y),
        right,
        f"the loss of {n} example{'s' * (n > 1)}",
        mistakes=lambda: {
            ADDED_UP: right * n,
            "the logarithm has base 2: use the natural one": right / np.log(2),
            "the logarithm has base 10: use the natural one": right / np.log(10),
            MEAN_OVER_ENTRIES: right / c,
            "the minus sign is missing": -right,
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


@pytest.mark.points(4, task="cross_entropy", hint="-np.log of the true class's probability")
def test_cross_entropy_of_one_example(student, rng):
    """One example costs the negative logarithm of the true class's probability."""
    check_cross_entropy(student, rng, 1, 4)


@pytest.mark.points(
    4, task="cross_entropy", hint="pick probs[i, y[i]] for each row, average the negative logs"
)
def test_cross_entropy_of_several_examples(student, rng):
    """Several examples cost the mean of what each of them costs."""
    for n, c in [(6, 4), (9, 2)]:
        check_cross_entropy(student, rng, n, c)


@pytest.mark.points(1, task="cross_entropy", hint="0 * log(0) is NaN: pick entries, then take logs")
def test_cross_entropy_of_certainty(student, rng):
    """Certainty that proves right costs nothing, and doubt costs something."""
    check_close(
        student.cross_entropy(np.eye(3), np.arange(3)),
        0.0,
        "the loss of certainty",
        mistakes={"the logarithm is taken of the wrong classes' zeros, too": np.nan},
    )
    doubt = as_number(student.cross_entropy(np.full((2, 2), 0.5), np.array([0, 1])), "the loss")
    assert doubt > 0.1, "the loss of a probability of 1/2 is not above 0"


@pytest.mark.points(
    1, task="cross_entropy", hint="labels may be uint8, and need not contain every class"
)
def test_cross_entropy_of_any_labels(student, rng):
    """Labels may have any integer type, and need not contain every class."""
    x, _ = draw(rng, 6, 4)
    probs, y = pairwise_softmax(x), np.array([0, 1, 2, 0, 1, 1])
    plain, other = (student.cross_entropy(probs, labels) for labels in (y, (y + 1) % 3))
    assert finite(plain, "the loss") != finite(other, "the loss"), "the labels have no effect"
    for dtype in (np.int32, np.uint8):
        again = student.cross_entropy(probs, y.astype(dtype))
        check_close(again, plain, f"the loss with labels of type {np.dtype(dtype)}")


@pytest.mark.points(
    3,
    task="cross_entropy",
    hint="clip the probabilities from below, at 1e-12, before the logarithm",
)
def test_cross_entropy_of_zero_probability(student):
    """A true class with probability 0 costs much, but not infinity."""
    y = np.array([2])
    half = as_number(student.cross_entropy(np.array([[0.0, 0.5, 0.5]]), y), "the loss")
    loss = as_number(student.cross_entropy(np.array([[1.0, 0.0, 0.0]]), y), "the loss")
    assert np.isfinite(loss), "the logarithm of 0 came through: clip the probabilities first"
    # -ln of a clip at 1e-7, the smallest number that 32-bit floats tell from 0 beside 1, is 16.1.
    # Measured in what a probability of 1/2 costs, lest a wrong factor costs a second time.
    assert loss > 16 * factor(half, np.log(2)), (
        "a probability of 0 costs too little: clip at 1e-12, no higher"
    )


@pytest.mark.points(1, task="cross_entropy", hint="np.clip(probs, ..., out=probs) changes probs")
def test_cross_entropy_leaves_its_arguments(student, rng):
    """Probabilities and labels that were handed in stay as they were."""
    x, y = draw(rng, 5, 3)
    probs = np.vstack([pairwise_softmax(x), [[0.5, 0.5, 0.0]]])
    y = np.append(y, 0)
    call = student.after("cross_entropy", probs, y)
    loss = finite(call.result, "the loss")
    assert loss not in (0, 1), "the loss does not depend on the probabilities"
    check_untouched(call, probs, y, names="probs, y")


# --- softmax_loss: 14 ---


def check_softmax_loss(student, rng, n, c, read=parts):
    x, y = draw(rng, n, c)
    loss, _ = read(student.softmax_loss(x, y))
    right, _ = expected_softmax_loss(x, y)
    mistakes = {
        ADDED_UP: right * n,
        MEAN_OVER_ENTRIES: right / c,
        "the logarithm has base 2: use the natural one": right / np.log(2),
        "the minus sign is missing": -right,
    }
    check_close(loss, right, f"the loss of {n} example{'s' * (n > 1)}", mistakes=mistakes)


def check_softmax_gradient(student, rng, n, c):
    x, y = draw(rng, n, c)
    loss, dx = parts(student.softmax_loss(x, y))
    right_loss, right = expected_softmax_loss(x, y)
    probs = pairwise_softmax(x)
    check_dx(
        dx,
        right,
        n,
        c,
        factor(loss, right_loss),
        mistakes=lambda: {
            "the 1 at the true class was not subtracted": probs / n,
            "the 1 at the true class was not subtracted, nor was 1/N applied": probs,
            "1/N must apply to the whole of it, not to the probabilities alone": (
                probs / n - one_hot(y, c)
            ),
            "1/N must apply to the whole of it, not to the 1 alone": probs - one_hot(y, c) / n,
        },
    )


@pytest.mark.points(2, task="softmax_loss", hint="ln(sum(exp(row))) - row[y]")
def test_softmax_loss_of_one_example(student, rng):
    """One example costs the cross-entropy of the softmax of its scores."""
    check_softmax_loss(student, rng, 1, 4, read=in_order)


@pytest.mark.points(2, task="softmax_loss", hint="the mean over the rows")
def test_softmax_loss_of_several_examples(student, rng):
    """Several examples cost the mean of what each of them costs."""
    for n, c in [(6, 4), (5, 2)]:
        check_softmax_loss(student, rng, n, c)


@pytest.mark.points(3, task="softmax_loss", hint="softmax(x) - one_hot(y)")
def test_softmax_gradient_of_one_example(student, rng):
    """The gradient says how the loss of an example changes with every score."""
    check_softmax_gradient(student, rng, 1, 4)


@pytest.mark.points(
    2, task="softmax_loss", hint="(softmax(x) - one_hot(y)) / N: the mean's 1/N goes through"
)
def test_softmax_gradient_of_several_examples(student, rng):
    """The mean's 1/N goes through to the gradient."""
    for n, c in [(6, 4), (5, 2)]:
        check_softmax_gradient(student, rng, n, c)


def check_extreme(student, pick):
    """Scores of 1000 and 700, one example each: the picked result, and what is right."""
    for high in (1000.0, 750.0):
        x = np.array([[high, 0.0, -high]])
        result = parts(student.softmax_loss(x, np.array([2])))
        yield result[pick], high


@pytest.mark.points(
    2, task="softmax_loss", hint="take the logarithm of the fraction apart: no probability, no clip"
)
def test_softmax_loss_of_extreme_scores(student):
    """Scores of 1000 give the exact loss, even where a probability underflows."""
    for loss, high in check_extreme(student, 0):
        loss = as_number(loss, "the loss")
        assert not (np.isfinite(loss) and loss < high), (
            f"with scores of {high:.0f} the loss is cut off at a clipped probability: take the "
            "logarithm of the sum instead"
        )
        check_close(loss, 2 * high, f"the loss with scores of {high:.0f}")


@pytest.mark.points(1, task="softmax_loss", hint="subtract each row's maximum before np.exp")
def test_softmax_gradient_of_extreme_scores(student):
    """Scores of 1000 give the exact gradient."""
    for dx, _ in check_extreme(student, 1):
        check_dx(dx, np.array([[1.0, 0.0, -1.0]]), 1, 3)


@pytest.mark.points(1, task="softmax_loss", hint="the number of classes is x.shape[1], not y.max()")
def test_softmax_loss_of_missing_classes(student, rng):
    """Labels need not contain every class, and may have any integer type."""
    check_missing_classes(student.softmax_loss, rng)


def make_wrong(x, y):
    """Let the first row be wrong: by chance all may lead by the margin, and cost nothing."""
    x[0, y[0]] = x[0].min() - 1


def check_missing_classes(function, rng):
    """Labels without the last class cost what the same scores cost with that class moved away."""
    x, _ = draw(rng, 4, 3)
    y = np.array([0, 1, 1, 0])
    make_wrong(x, y)
    turned = [1, 2, 0]  # class k becomes class turned[k]: then the last class is among the labels
    moved = np.empty_like(x)
    moved[:, turned] = x
    loss, dx = parts(function(x, y.astype(np.uint8)))
    other_loss, other_dx = parts(function(moved, np.array(turned)[y]))
    check_works(dx, x, "the gradient")
    check_close(loss, as_number(other_loss, "the loss"), "the loss where a class is missing")
    other_dx = as_array(other_dx, x.shape, "the gradient")
    check_close(dx, other_dx[:, turned], "the gradient where a class is missing")


def check_loss_arguments(student, function, x, y):
    call = student.after(function, x, y)
    loss, dx = parts(call.result)
    assert as_number(loss, "the loss") > 0, "the loss is not above 0"
    check_works(dx, x, "the gradient")
    check_untouched(call, x, y, names="x, y")


@pytest.mark.points(1, task="softmax_loss", hint="dx = x would be the same array under two names")
def test_softmax_loss_leaves_its_arguments(student, rng):
    """Scores and labels that were handed in stay as they were."""
    check_loss_arguments(student, "softmax_loss", *draw(rng, 5, 3))


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
    """Scores that cost something, no margin within 0.01 of zero, where the gradient jumps."""
    while True:
        x, y = draw(rng, n, c)
        violations = x - x[np.arange(n), y][:, None] + 1
        # the true class has one in each row; rows of two classes may all be right by far
        if np.abs(violations).min() > 0.01 and np.sum(violations > 0) > n:
            return x, y


def draw_rivals(rng, *leads):
    """One example whose wrong classes lead the true one, the last, by about so much each."""
    rivals = np.array(leads) + rng.uniform(-0.2, 0.2, len(leads))
    return rng.standard_normal() + np.append(rivals, 0.0)[None], np.array([len(leads)])


def check_svm_loss(student, x, y, read=parts):
    n, c = x.shape
    loss, _ = read(student.svm_loss(x, y))
    right, _ = expected_svm_loss(x, y)
    hardest = np.where(one_hot(y, c) == 1, -np.inf, x).max(axis=1)
    check_close(
        loss,
        right,
        f"the loss of {n} example{'s' * (n > 1)}",
        mistakes=lambda: {
            "the true class adds its own margin of 1: leave it out": right + 1,
            "there is no margin: the true class must lead by 1": expected_svm_loss(x, y, 0)[0],
            ADDED_UP: right * n,
            MEAN_OVER_ENTRIES: right / c,
            "only the strongest rival counts here: all wrong classes are summed": (
                np.maximum(0, hardest - x[np.arange(n), y] + 1).mean()
            ),
        },
    )


def check_svm_gradient(student, x, y):
    n, c = x.shape
    loss, dx = parts(student.svm_loss(x, y))
    right_loss, right = expected_svm_loss(x, y)
    mask = one_hot(y, c) == 1
    check_dx(
        dx,
        right,
        n,
        c,
        factor(loss, right_loss),
        mistakes=lambda: {
            "the true class gets -1 once for every violation, not once only": np.where(
                mask, np.maximum(right, -1 / n), right
            ),
            "there is no margin: the true class must lead by 1": expected_svm_loss(x, y, 0)[1],
            "the entry of the true class is missing": np.where(mask, 0, right),
            "the true class counts as its own violation": np.where(mask, right + 1 / n, right),
            "the true class gets one -1 too many": np.where(mask, right - 1 / n, right),
        },
    )


@pytest.mark.points(
    2, task="svm_loss", hint="max(0, s_j - s_y + 1), and nothing for the true class itself"
)
def test_svm_loss_of_one_rival(student, rng):
    """A wrong class that leads the true one costs its lead and the margin of 1."""
    check_svm_loss(student, *draw_rivals(rng, 0.8, -3, -2), read=in_order)


@pytest.mark.points(2, task="svm_loss", hint="sum over the wrong classes that violate the margin")
def test_svm_loss_of_several_rivals(student, rng):
    """Every wrong class that comes within 1 of the true one adds to the loss."""
    check_svm_loss(student, *draw_rivals(rng, -0.5, 0.7, -2, 1.5))


@pytest.mark.points(2, task="svm_loss", hint="the mean over the examples")
def test_svm_loss_of_several_examples(student, rng):
    """Several examples cost the mean of what each of them costs."""
    for n, c in [(6, 4), (5, 2)]:
        check_svm_loss(student, *draw_off_kinks(rng, n, c))


@pytest.mark.points(2, task="svm_loss", hint="+1 at the violating class, -1 at the true class")
def test_svm_gradient_of_one_rival(student, rng):
    """The gradient pushes the violator down and the true class up."""
    check_svm_gradient(student, *draw_rivals(rng, 0.8, -3, -2))


@pytest.mark.points(
    3, task="svm_loss", hint="+1 at each violating class, minus their number at the true class"
)
def test_svm_gradient_of_several_rivals(student, rng):
    """The true class is pushed up once for each violator."""
    check_svm_gradient(student, *draw_rivals(rng, -0.5, 0.7, -2, 1.5))


@pytest.mark.points(2, task="svm_loss", hint="1/N goes through to every entry of the gradient")
def test_svm_gradient_of_several_examples(student, rng):
    """The mean's 1/N goes through to the gradient."""
    for n, c in [(6, 4), (5, 2)]:
        check_svm_gradient(student, *draw_off_kinks(rng, n, c))


@pytest.mark.points(1, task="svm_loss", hint="a row whose true class leads by more than 1 adds 0")
def test_svm_loss_of_rows_right_by_far(student, rng):
    """Where the true class leads by far, loss and gradient are 0."""
    x, y = draw(rng, 5, 3)
    x = x + 100 * one_hot(y, 3)
    loss, dx = parts(student.svm_loss(x, y))
    own = {"the true class adds its own margin of 1: leave it out": 1.0}
    check_close(loss, 0.0, "the loss of rows that are right by far", mistakes=own)
    check_close(dx, np.zeros((5, 3)), "the gradient of rows that are right by far")
    loss, _ = parts(student.svm_loss(-x, y))
    assert as_number(loss, "the loss") > 0, "rows that are wrong by far cost nothing either"


@pytest.mark.points(1, task="svm_loss", hint="the number of classes is x.shape[1], not y.max()")
def test_svm_loss_of_missing_classes(student, rng):
    """Labels need not contain every class, and may have any integer type."""
    check_missing_classes(student.svm_loss, rng)


@pytest.mark.points(1, task="svm_loss", hint="make new arrays instead of writing into x")
def test_svm_loss_leaves_its_arguments(student, rng):
    """Scores and labels that were handed in stay as they were."""
    x, y = draw(rng, 5, 3)
    make_wrong(x, y)
    check_loss_arguments(student, "svm_loss", x, y)


# --- mse_loss: 12 ---


def expected_mse_loss(x, y):
    difference = x - one_hot(y, x.shape[1])
    return sum(np.linalg.norm(row) ** 2 for row in difference) / len(x), 2 * difference / len(x)


def check_mse_loss(student, rng, n, c, read=parts):
    x, y = draw(rng, n, c)
    loss, _ = read(student.mse_loss(x, y))
    right, _ = expected_mse_loss(x, y)
    check_close(
        loss,
        right,
        f"the loss of {n} example{'s' * (n > 1)}",
        mistakes=lambda: {
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


def check_mse_gradient(student, rng, n, c):
    x, y = draw(rng, n, c)
    loss, dx = parts(student.mse_loss(x, y))
    right_loss, right = expected_mse_loss(x, y)
    check_dx(
        dx,
        right,
        n,
        c,
        factor(loss, right_loss),
        mistakes=lambda: {
            "the factor 2 of the square is missing": right / 2,
            "the factor 2 of the square and the 1/N are missing": right * n / 2,
            "the 1 at the true class was not subtracted": 2 * x / n,
            "softmax was applied: the raw scores are compared": (
                2 * (pairwise_softmax(x) - one_hot(y, c)) / n
            ),
        },
    )


@pytest.mark.points(2, task="mse_loss", hint="subtract 1 at the label, square, sum over classes")
def test_mse_loss_of_one_example(student, rng):
    """One example costs the squared distance of its scores from the one-hot row."""
    check_mse_loss(student, rng, 1, 4, read=in_order)


@pytest.mark.points(2, task="mse_loss", hint="sum the squares over classes, mean over examples")
def test_mse_loss_of_several_examples(student, rng):
    """Several examples cost the mean of what each of them costs."""
    for n, c in [(6, 4), (5, 2)]:
        check_mse_loss(student, rng, n, c)


@pytest.mark.points(3, task="mse_loss", hint="the square brings down a factor of 2")
def test_mse_gradient_of_one_example(student, rng):
    """The gradient is twice the difference from the one-hot row."""
    check_mse_gradient(student, rng, 1, 4)


@pytest.mark.points(3, task="mse_loss", hint="keep the 1/N of the mean")
def test_mse_gradient_of_several_examples(student, rng):
    """The mean's 1/N goes through to the gradient."""
    for n, c in [(6, 4), (5, 2)]:
        check_mse_gradient(student, rng, n, c)


@pytest.mark.points(1, task="mse_loss", hint="the number of classes is x.shape[1], not y.max()")
def test_mse_loss_of_missing_classes(student, rng):
    """Labels need not contain every class, and may have any integer type."""
    check_missing_classes(student.mse_loss, rng)


@pytest.mark.points(1, task="mse_loss", hint="x[rows, y] -= 1 writes into the caller's x")
def test_mse_loss_leaves_its_arguments(student, rng):
    """Scores and labels that were handed in stay as they were."""
    check_loss_arguments(student, "mse_loss", *draw(rng, 5, 3))


# --- linear_softmax_loss: 12 ---


def draw_linear(rng, n=8, d=5, c=3):
    X, y = rng.standard_normal((n, d)), rng.integers(0, c, n)
    return rng.standard_normal((d, c)), X, y


@pytest.mark.points(
    2, task="linear_softmax_loss", hint="without penalty it is the softmax loss of X @ W"
)
def test_linear_softmax_loss_value(student, rng):
    """Without penalty, the loss is the softmax loss of the scores X @ W."""
    for n, d, c in [(8, 5, 3), (1, 4, 2)]:
        W, X, y = draw_linear(rng, n, d, c)
        loss, _ = in_order(student.linear_softmax_loss(W, X, y, 0.0), "loss, dW")
        right, _ = expected_softmax_loss(np.einsum("nd,dc->nc", X, W), y)
        check_close(loss, right, "the loss", mistakes={ADDED_UP: right * n})


@pytest.mark.points(
    1, task="linear_softmax_loss", hint="call softmax_loss: it takes the logarithm of the sum"
)
def test_linear_softmax_loss_of_extreme_scores(student):
    """Scores X @ W of 1000 give the exact loss, as in softmax_loss."""
    W, X = np.array([[1000.0, 0.0, -1000.0]]), np.array([[1.0]])
    loss, _ = parts(student.linear_softmax_loss(W, X, np.array([2]), 0.0), "loss, dW")
    check_close(loss, 2000.0, "the loss with scores of 1000")


@pytest.mark.points(3, task="linear_softmax_loss", hint="dW = X.T @ dscores, of shape (D, C)")
def test_linear_softmax_loss_gradient(student, rng):
    """Without penalty, the gradient carries that of the scores back to the weights."""
    for n, d, c in [(8, 5, 3), (1, 4, 2)]:
        W, X, y = draw_linear(rng, n, d, c)
        loss, dW = parts(student.linear_softmax_loss(W, X, y, 0.0), "loss, dW")
        right_loss, dscores = expected_softmax_loss(np.einsum("nd,dc->nc", X, W), y)
        right = np.einsum("nd,nc->dc", X, dscores)
        twice = {"the gradient of the scores has its 1/N already: do not divide again": right / n}
        check_dx(dW, right, n, c, factor(loss, right_loss), mistakes=twice.copy)


def penalty_of(student, rng):
    """What a penalty adds to loss and gradient, the weights, and reg.

    As a difference of two calls, so that a wrong data loss does not cost a second time.
    """
    W, X, y = draw_linear(rng)
    reg = 0.1 + rng.random()
    loss, dW = parts(student.linear_softmax_loss(W, X, y, reg), "loss, dW")
    loss0, dW0 = parts(student.linear_softmax_loss(W, X, y, 0.0), "loss, dW")
    added = as_number(loss, "the loss") - as_number(loss0, "the loss")
    pull = as_array(dW, W.shape, "the gradient") - as_array(dW0, W.shape, "the gradient")
    return added, pull, W, reg


@pytest.mark.points(2, task="linear_softmax_loss", hint="add reg * sum(W * W), without a half")
def test_linear_softmax_loss_penalty(student, rng):
    """The penalty adds reg times the sum of the squared weights."""
    added, _, W, reg = penalty_of(student, rng)
    right = reg * sum(weight**2 for weight in W.ravel())
    check_close(
        added,
        right,
        "what the penalty adds to the loss",
        mistakes={
            "reg has no effect on the loss": 0.0,
            "there is no factor 1/2 in this penalty": right / 2,
            "the penalty is not averaged over the examples": right / 8,
            "the penalty is not averaged over the weights": right / W.size,
            "reg enters the loss once, as a factor": right * reg,
            "the square root of the sum was taken": reg * np.linalg.norm(W),
        },
    )


@pytest.mark.points(2, task="linear_softmax_loss", hint="the derivative of reg * w^2 is 2 reg w")
def test_linear_softmax_loss_penalty_gradient(student, rng):
    """The penalty's gradient pulls every weight towards zero."""
    added, pull, W, reg = penalty_of(student, rng)
    check_dx(
        pull,
        2 * reg * W,
        8,
        3,
        factor(added, reg * np.sum(W**2)),
        mistakes=lambda: {
            "reg has no effect on the gradient": np.zeros_like(W),
            "the factor 2 of the square is missing": reg * W,
            "the penalty is not averaged over the examples": 2 * reg * W / 8,
        },
    )


@pytest.mark.points(2, task="linear_softmax_loss", hint="dW = reg * W, then dW += ..., is safe")
def test_linear_softmax_loss_leaves_its_arguments(student, rng):
    """Weights, examples and labels that were handed in stay as they were."""
    W, X, y = draw_linear(rng)
    call = student.after("linear_softmax_loss", W, X, y, 0.5)
    loss, dW = parts(call.result, "loss, dW")
    assert as_number(loss, "the loss") > 0, "the loss is not above 0"
    check_works(dW, W, "the gradient")
    check_untouched(call, W, X, y, 0.5, names="W, X, y, reg")


# --- accuracy: 8 ---


def best_of(x):
    """The class with the largest score of each row."""
    return np.array([max(range(len(row)), key=lambda j, row=row: row[j]) for row in x])


@pytest.mark.points(3, task="accuracy", hint="compare argmax(axis=1) with y and take the mean")
def test_accuracy_grows_with_the_rows_that_are_right(student, rng):
    """Where a third of the rows is right, the accuracy is a third of that of perfect scores."""
    for n, c in [(12, 4), (9, 9)]:
        x, _ = draw(rng, n, c)
        x -= 5.0 * rng.random((n, 1))  # negative scores too; the order within a row is kept
        best = best_of(x)
        some = np.where(rng.permutation(n) < n // 3, best, (best + 1) % c)
        perfect = as_number(student.accuracy(x, best), "the accuracy of perfect scores")
        if not perfect:
            of_smallest = as_number(student.accuracy(x, x.argmin(axis=1)), "accuracy")
            assert not of_smallest, "the smallest score is chosen where the largest should be"
            raise AssertionError("the accuracy of perfect scores is 0")
        share = as_number(student.accuracy(x, some), "accuracy") / perfect
        what = "the accuracy where a third is right, as a share of that of perfect scores,"
        check_close(share, 1 / 3, what)


@pytest.mark.points(2, task="accuracy", hint="divide the number of right rows by N: from 0 to 1")
def test_accuracy_is_a_share(student, rng):
    """All right is 1, all wrong is 0."""
    x, _ = draw(rng, 7, 3)
    best = best_of(x)
    check_close(
        student.accuracy(x, (best + 1) % 3),
        0.0,
        "the accuracy of scores that are all wrong",
        mistakes={"it is the share of errors": 1.0},
    )
    check_close(
        student.accuracy(x, best),
        1.0,
        "the accuracy of perfect scores",
        mistakes={
            "it is a percentage: a number from 0 to 1 is asked for": 100.0,
            "it counts the right ones: divide by their number": 7.0,
        },
    )


@pytest.mark.points(2, task="accuracy", hint="argmax(axis=1): one row is like many")
def test_accuracy_of_one_example(student, rng):
    """One example is right or wrong."""
    x, _ = draw(rng, 1, 3)
    best = best_of(x)
    check_close(student.accuracy(x, best), 1.0, "the accuracy of one example that is right")
    check_close(student.accuracy(x, (best + 1) % 3), 0.0, "the accuracy of one that is wrong")


@pytest.mark.points(1, task="accuracy", hint="labels may be int32 or uint8")
def test_accuracy_of_any_labels(student, rng):
    """Labels may have any integer type."""
    x, y = draw(rng, 9, 4)
    y[:4] = best_of(x)[:4]
    plain, none = student.accuracy(x, y), student.accuracy(x, (best_of(x) + 1) % 4)
    assert finite(plain, "accuracy") != finite(none, "accuracy"), "the labels have no effect"
    for dtype in (np.int32, np.uint8):
        again = student.accuracy(x, y.astype(dtype))
        check_close(again, plain, f"the accuracy with labels of type {np.dtype(dtype)}")


# --- train_linear_softmax: 10 ---


def draw_blobs(rng, n=120, d=6, c=3, noise=0.6):
    """Overlapping clouds around c centres at distance 3 from the origin."""
    centres = np.linalg.qr(rng.standard_normal((d, d)))[0][:c] * 3.0
    y = rng.permutation(np.arange(n) % c)
    return centres[y] + noise * rng.standard_normal((n, d)), y


def objective(W, X, y):
    return expected_softmax_loss(X @ W, y)[0]


def trained(student, shape, X, y, **options):
    """The student's W as an array, checked for shape, finite values and having moved."""
    W = as_array(student.train_linear_softmax(X, y, shape[1], **options), shape, "W")
    assert np.isfinite(W).all(), "W contains NaN or infinity: do the steps go uphill?"
    assert W.any(), "W is still zero: was it never updated?"
    return W


@pytest.mark.points(
    3, task="train_linear_softmax", hint="W -= learning_rate * dW on a fresh random batch each step"
)
def test_train_learns(student, rng):
    """Training reaches a low loss and classifies new examples rightly."""
    X, y = draw_blobs(rng, n=240)
    W = trained(student, (6, 3), X[:120], y[:120], learning_rate=0.4, num_steps=60)
    # Start: ln 3 = 1.10. Descent with these options ends at 0.012 to 0.037 on such data, whether
    # it starts from zeros or from normal weights (60 draws each); 0.08 needs a third of the steps.
    loss = objective(W, X[:120], y[:120])
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
    W = trained(student, (6, 3), X, y, num_steps=40, batch_size=2, learning_rate=0.4)
    # From zeros fresh pairs of examples end below 0.04, one pair for ever above 0.19; from normal
    # weights below 0.07, one pair mostly above 0.12 (60 draws each).
    assert objective(W, X, y) < 0.12, (
        "with batches of two examples little is learnt: is it a fresh batch in each step?"
    )


@pytest.mark.points(
    2, task="train_linear_softmax", hint="draw everything random from one default_rng(seed)"
)
def test_train_is_reproducible(student, rng):
    """The same seed gives the same weights, also the seed 0."""
    X, y = draw_blobs(rng)
    for seed in (int(rng.integers(1, 1000)), 0):
        options = {"num_steps": 6, "batch_size": 8, "seed": seed}
        first, second = (trained(student, (6, 3), X, y, **options) for _ in range(2))
        assert np.allclose(first, second, rtol=1e-6, atol=1e-9), (
            f"two runs with the same seed, {seed}, give different W"
        )


@pytest.mark.points(1, task="train_linear_softmax", hint="min(batch_size, N)")
def test_train_with_a_large_batch(student, rng):
    """A batch larger than the data means all of the data; some classes may be missing there."""
    X, y = draw_blobs(rng, n=30)
    trained(student, (6, 4), X, y, num_steps=2, batch_size=1000)


@pytest.mark.points(2, task="train_linear_softmax", hint="hand reg on to linear_softmax_loss")
@pytest.mark.depends("test_train_learns")
def test_train_with_a_penalty(student, rng):
    """With a penalty, training reaches the minimum of loss and penalty."""
    X, y = draw_blobs(rng, n=300)
    options = {"learning_rate": 0.8, "reg": 0.05, "num_steps": 40, "batch_size": 300}
    W = trained(student, (6, 3), X, y, **options)
    # 40 full-batch steps of 0.8 have converged: the objective curves by at least 2 reg = 0.1 in
    # every direction, which bounds what is left to gain by |gradient|^2 / (2 * 0.1). Who draws a
    # batch with replacement never rests, but stays below 0.0031; half the penalty ends above 0.042,
    # none above 0.36 (150 draws each).
    gradient = X.T @ expected_softmax_loss(X @ W, y)[1] + 2 * 0.05 * W
    assert np.sum(gradient**2) / 0.2 < 0.015, (
        "with reg=0.05 the weights do not reach the minimum of loss and penalty"
    )


@pytest.mark.points(1, task="train_linear_softmax", hint="range(num_steps), learning_rate * dW")
def test_train_takes_steps_as_asked(student, rng):
    """A few tiny steps do not go far."""
    X, y = draw_blobs(rng, n=30)
    # From zeros both runs end above 0.75; with one of the two options ignored, below 0.25.
    for num_steps, rate in [(3, 0.01), (20, 0.001)]:
        W = trained(student, (6, 3), X, y, num_steps=num_steps, learning_rate=rate, batch_size=30)
        assert objective(W, X, y) > 0.4, (
            "a few tiny steps went too far: are num_steps and learning_rate heeded?"
        )
