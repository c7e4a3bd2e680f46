"""Public checks of the regularization assignment: small worked numbers, and hints.

Your grade comes from other tests of the same functions, on other numbers and more cases.
"""

from collections import Counter

import numpy as np
import pytest

from graders.engine.compare import (
    as_array,
    as_tuple,
    check_close,
    check_gradient,
    check_raises,
    check_untouched,
)


def numbers(*shape):
    """The same numbers of order 1 at every call, all different."""
    return np.random.default_rng(0).standard_normal(shape)


def fresh():
    """A generator in the same state at every call."""
    return np.random.default_rng(0)


# --- initialization ---


def check_start(student, name, right, wrong):
    """60,000 numbers give their standard deviation to 0.3 %."""
    init = getattr(student, name)
    weights = as_array(init(300, 200, fresh()), (300, 200), "the weights")
    what = f"the standard deviation of {name}(300, 200)"
    check_close(weights.std(), right, what, rtol=0.03, reveal=True, mistakes=wrong)
    largest = abs(weights).max() / right
    assert largest > 3.5, (
        f"the largest of 60,000 weights is {largest:.1f} standard deviations off: normal ones reach 4"
    )
    assert np.array_equal(weights, init(300, 200, fresh())), (
        "the same rng gives other weights: draw from rng, not from np.random"
    )


ROOT = "rng.normal takes the standard deviation, the root of the variance"


@pytest.mark.points(1, task="initialization", hint="rng.normal(0, np.sqrt(variance), shape)")
def test_xavier_spread(student):
    """300 inputs and 200 outputs: variance 2 / 500, standard deviation 0.063."""
    wrong = {
        ROOT: 2 / 500,
        "it is that of He": np.sqrt(2 / 300),
        "the 2 is missing": np.sqrt(1 / 500),
    }
    check_start(student, "xavier_init", np.sqrt(2 / 500), wrong)


@pytest.mark.points(1, task="initialization", hint="rng.normal(0, np.sqrt(variance), shape)")
def test_he_spread(student):
    """300 inputs: variance 2 / 300, standard deviation 0.082."""
    wrong = {
        ROOT: 2 / 300,
        "it is that of Xavier": np.sqrt(2 / 500),
        "the 2 is missing": np.sqrt(1 / 300),
        "a unit adds up fan_in inputs, not fan_out": np.sqrt(2 / 200),
    }
    check_start(student, "he_init", np.sqrt(2 / 300), wrong)


# --- leaky_relu ---


@pytest.mark.points(1, task="leaky_relu", hint="np.where(x > 0, x, slope * x)")
def test_leaky_relu_worked(student):
    """With slope 0.1 the row (2, -3) becomes (2, -0.3), and a gradient of (1, 1) (1, 0.1)."""
    x = np.array([[2.0, -3.0]])
    out, cache = as_tuple(student.leaky_relu_forward(x, 0.1), "out, cache")
    wrong = {
        "negative numbers are multiplied by the slope": np.array([[2.0, 0.0]]),
        "the slope is an argument: it is not always 0.01": np.array([[2.0, -0.03]]),
    }
    check_close(out, np.array([[2.0, -0.3]]), "out", reveal=True, mistakes=wrong)
    check_close(
        student.leaky_relu_backward(np.ones((1, 2)), cache),
        np.array([[1.0, 0.1]]),
        "dx",
        reveal=True,
        mistakes={"multiply by the slope where x is negative": np.array([[1.0, 0.0]])},
    )


@pytest.mark.points(1, task="leaky_relu", hint="the side is chosen by the sign of x")
@pytest.mark.depends("test_leaky_relu_worked")
def test_leaky_relu_gradient(student):
    """The gradient agrees with the slope of the output, and nothing handed in changes."""
    x, dout = numbers(4, 3), -1 - numbers(4, 3) ** 2
    call = student.after("leaky_relu_forward", x, 0.2)
    check_untouched(call, x, names="x")
    _, cache = as_tuple(call.result, "out, cache")
    dx = student.leaky_relu_backward(dout, cache)
    check_gradient(lambda x: np.vdot(student.leaky_relu_forward(x, 0.2)[0], dout), x, dx, "dx")


# --- batchnorm_forward ---


def bn_param(d, mode="train", **others):
    running = {"running_mean": np.zeros(d), "running_var": np.ones(d)}
    return {"mode": mode, "eps": 1e-5, "momentum": 0.9, **running, **others}


COLUMN = [[1.0], [3.0], [5.0]]


@pytest.mark.points(1, task="batchnorm_forward", hint="(x - mean) / sqrt(var + eps) over axis 0")
def test_batchnorm_worked(student):
    """The column (1, 3, 5) with gamma 2 and beta 10 becomes (7.55, 10, 12.45)."""
    out, _ = as_tuple(
        student.batchnorm_forward(np.array(COLUMN), np.array([2.0]), np.array([10.0]), bn_param(1)),
        "out, cache",
    )
    shape = np.array([[-1.0], [0.0], [1.0]])
    check_close(
        out,
        10 + 4 / np.sqrt(8 / 3 + 1e-5) * shape,
        "out",
        reveal=True,
        mistakes={
            "the variance is divided by N - 1: divide by N": 10 + 4 / np.sqrt(4 + 1e-5) * shape,
            "gamma and beta are not applied": 2 / np.sqrt(8 / 3 + 1e-5) * shape,
            "beta is not added": 4 / np.sqrt(8 / 3 + 1e-5) * shape,
            "rows are normalised: take mean and variance over axis 0": 10 + 0 * shape,
            "the root of the variance is missing": 10 + 4 / (8 / 3 + 1e-5) * shape,
        },
    )


@pytest.mark.points(1, task="batchnorm_forward", hint="np.sqrt(var + eps): eps inside the root")
@pytest.mark.depends("test_batchnorm_worked")
def test_batchnorm_eps(student):
    """With eps = 4/3 the column (1, 3, 5), of variance 8/3, is divided by 2: (-1, 0, 1)."""
    param = bn_param(1, eps=4 / 3)
    out, _ = as_tuple(
        student.batchnorm_forward(np.array(COLUMN), np.ones(1), np.zeros(1), param), "out, cache"
    )
    shape = np.array([[-1.0], [0.0], [1.0]])
    outside = {"eps belongs inside the square root": 2 / (np.sqrt(8 / 3) + 4 / 3) * shape}
    check_close(out, shape, "out", reveal=True, mistakes=outside)


@pytest.mark.points(1, task="batchnorm_forward", hint="take mean and variance over axis 0")
@pytest.mark.depends("test_batchnorm_worked")
def test_batchnorm_axis(student):
    """Each of three columns gets mean 0 and variance 1."""
    x = numbers(6, 3) * [1, 5, 20] + [0, 100, -7]
    out, _ = as_tuple(
        student.batchnorm_forward(x.copy(), np.ones(3), np.zeros(3), bn_param(3)), "out, cache"
    )
    out = as_array(out, (6, 3), "out")
    rows = "rows are normalised: take axis 0"
    assert abs(out.mean(axis=1)).max() > 1e-6, rows
    check_close(out.mean(axis=0), np.zeros(3), "the mean of each column", reveal=True, atol=1e-5)
    check_close(out.var(axis=0), np.ones(3), "the variance of each column", rtol=1e-3, reveal=True)


@pytest.mark.points(1, task="batchnorm_forward", hint="momentum * running + (1 - momentum) * batch")
def test_batchnorm_running(student):
    """After training on (1, 3, 5) the running mean is 0.3 and the running variance 1.1667."""
    x, gamma, beta = np.array(COLUMN), np.ones(1), np.zeros(1)
    call = student.after("batchnorm_forward", x, gamma, beta, bn_param(1))
    check_untouched(call, x, gamma, beta, names="x, gamma, beta")
    after = call.args[3]
    unchanged = "store the new value in bn_param"
    swapped = "momentum weighs the old value, 1 - momentum the new one"
    check_close(
        after["running_mean"],
        np.array([0.3]),
        'bn_param["running_mean"]',
        reveal=True,
        mistakes={unchanged: np.zeros(1), swapped: np.array([2.7])},
    )
    check_close(
        after["running_var"],
        np.array([0.9 + 0.8 / 3]),
        'bn_param["running_var"]',
        reveal=True,
        mistakes={
            unchanged: np.ones(1),
            swapped: np.array([0.1 + 2.4]),
            "the batch's variance is divided by N - 1: divide by N": np.array([1.3]),
        },
    )


@pytest.mark.points(1, task="batchnorm_forward", hint='mode "test" uses the running values')
def test_batchnorm_test_mode(student):
    """In test mode, running mean 1 and variance 4 turn the single example 5 into 2."""
    param = bn_param(1, "test", running_mean=np.ones(1), running_var=np.full(1, 4.0))
    arguments = np.array([[5.0]]), np.ones(1), np.zeros(1), param
    call = student.after("batchnorm_forward", *arguments)
    out, _ = as_tuple(call.result, "out, cache")
    own = {"the batch's own mean is used: take the running one": np.zeros((1, 1))}
    check_close(out, np.array([[4 / np.sqrt(4 + 1e-5)]]), "out", reveal=True, mistakes=own)
    kept = "the running mean after test mode"
    check_close(call.args[3]["running_mean"], np.ones(1), kept, reveal=True)


# --- batchnorm_backward ---


def check_bn_gradients(student, kind, x, channels):
    gamma, beta, dout = 1 + numbers(channels) ** 2, numbers(channels), numbers(*x.shape) ** 2
    forward = getattr(student, f"{kind}_forward")
    _, cache = as_tuple(forward(x, gamma, beta, bn_param(channels)), "out, cache")
    got = as_tuple(getattr(student, f"{kind}_backward")(dout, cache), "dx, dgamma, dbeta")

    def loss(x, gamma, beta):
        return np.vdot(forward(x, gamma, beta, bn_param(channels))[0], dout)

    check_gradient(lambda x: loss(x, gamma, beta), x, got[0], "dx")
    check_gradient(lambda gamma: loss(x, gamma, beta), gamma, got[1], "dgamma")
    check_gradient(lambda beta: loss(x, gamma, beta), beta, got[2], "dbeta")


@pytest.mark.points(1, task="batchnorm_backward", hint="x moves its column's mean and variance too")
def test_batchnorm_columns_of_dx(student):
    """Adding a constant to a column changes nothing, so every column of dx sums to zero."""
    x, dout = 3 * numbers(5, 2), numbers(5, 2) ** 2
    _, cache = as_tuple(
        student.batchnorm_forward(x, np.ones(2), np.zeros(2), bn_param(2)), "out, cache"
    )
    dx, _, _ = as_tuple(student.batchnorm_backward(dout, cache), "dx, dgamma, dbeta")
    sums = as_array(dx, (5, 2), "dx").sum(axis=0)
    check_close(sums, np.zeros(2), "the sums of dx's columns", reveal=True, atol=1e-5)


@pytest.mark.points(1, task="batchnorm_backward", hint="dx has three terms; dgamma, dbeta are sums")
def test_batchnorm_gradients(student):
    """All three gradients agree with the slope of the output."""
    check_bn_gradients(student, "batchnorm", 3 * numbers(5, 2), 2)


# --- spatial_batchnorm ---


@pytest.mark.points(1, task="spatial_batchnorm", hint="move the channels to the last axis first")
def test_spatial_batchnorm_channels(student):
    """Each of two channels gets mean 0 and variance 1 over all images and places."""
    x = 3 * numbers(3, 2, 2, 2) + [[[10.0]], [[-50.0]]]
    call = student.after("spatial_batchnorm_forward", x, np.ones(2), np.zeros(2), bn_param(2))
    out, _ = as_tuple(call.result, "out, cache")
    out = as_array(out, x.shape, "out")
    means, variances = out.mean(axis=(0, 2, 3)), out.var(axis=(0, 2, 3))
    check_close(means, np.zeros(2), "the mean of each channel", reveal=True, atol=1e-5)
    check_close(variances, np.ones(2), "the variance of each channel", rtol=1e-3, reveal=True)
    first = (x[:, 0] - x[:, 0].mean()) / x[:, 0].std()
    check_close(out[:, 0], first, "the first channel", rtol=1e-3, reveal=True)
    running, kept = x.mean(axis=(0, 2, 3)) / 10, {"hand bn_param itself on": np.zeros(2)}
    after = call.args[3]["running_mean"]
    check_close(after, running, 'bn_param["running_mean"]', reveal=True, mistakes=kept)


@pytest.mark.points(1, task="spatial_batchnorm", hint="move dout's channels to the last axis too")
@pytest.mark.depends("test_spatial_batchnorm_channels")
def test_spatial_batchnorm_gradients(student):
    """All three gradients agree with the slope of the output."""
    check_bn_gradients(student, "spatial_batchnorm", 3 * numbers(2, 2, 2, 3), 2)


# --- dropout ---


@pytest.mark.points(1, task="dropout", hint="keep where rng.random(x.shape) >= p, divide by 1 - p")
def test_dropout_train(student):
    """With p = 0.75 about three of four entries are dropped; the others are multiplied by 4."""
    param = {"p": 0.75, "mode": "train", "seed": 1}
    out, _ = as_tuple(student.dropout_forward(np.ones((60, 50)), param), "out, cache")
    out = as_array(out, (60, 50), "out")
    share = np.mean(out == 0)
    assert abs(share - 0.25) > 0.05, "a quarter is dropped: p is the probability of dropping"
    assert abs(share - 0.75) < 0.05, f"{share:.0%} of the entries are dropped, not 75%"
    kept = out[out != 0]
    check_close(
        kept,
        np.full(kept.size, 4.0),
        "entries of 1 that survive",
        reveal=True,
        mistakes={
            "divide them by 1 - p": np.ones(kept.size),
            "divide them by 1 - p, not by p": np.full(kept.size, 1 / 0.75),
        },
    )


@pytest.mark.points(1, task="dropout", hint='np.random.default_rng(dropout_param.get("seed"))')
@pytest.mark.depends("test_dropout_train")
def test_dropout_seed(student):
    """The same seed gives the same mask; without a seed every call draws a new one."""

    def mask(**param):
        out, _ = student.dropout_forward(np.ones((9, 9)), {"p": 0.5, "mode": "train", **param})
        return np.asarray(out) != 0

    assert np.array_equal(mask(seed=5), mask(seed=5)), "two calls with seed 5 differ"
    assert not np.array_equal(mask(seed=5), mask(seed=6)), "seeds 5 and 6 give the same mask"
    assert not np.array_equal(mask(), mask()), "two calls without a seed give the same mask"


@pytest.mark.points(1, task="dropout", hint="the same factors, 0 or 1 / (1 - p), apply to dout")
@pytest.mark.depends("test_dropout_train")
def test_dropout_backward(student):
    """The gradient passes where the number passed, with the same factor."""
    param = {"p": 0.5, "mode": "train", "seed": 2}
    out, cache = as_tuple(student.dropout_forward(np.ones((5, 6)), param), "out, cache")
    dout = numbers(5, 6)
    unscaled = {"the factor 1 / (1 - p) is missing": dout * (np.asarray(out) != 0)}
    right = dout * np.asarray(out)
    dx = student.dropout_backward(dout, cache)
    check_close(dx, right, "dx", reveal=True, mistakes=unscaled)


@pytest.mark.points(1, task="dropout", hint='mode "test" returns x as it is')
def test_dropout_test_mode(student):
    """In test mode nothing changes, forward and backward."""
    x = numbers(4, 3)
    call = student.after("dropout_forward", x, {"p": 0.5, "mode": "test"})
    check_untouched(call, x, names="x")
    out, cache = as_tuple(call.result, "out, cache")
    scaled = {"nothing is scaled in test mode: training did that": x / 2}
    check_close(out, x, "out", reveal=True, mistakes=scaled)
    check_close(student.dropout_backward(numbers(4, 3), cache), x, "dx", reveal=True)


# --- penalties ---


@pytest.mark.points(1, task="penalties", hint="lam * np.abs(w).sum() and lam * np.sign(w)")
def test_l1_penalty_worked(student):
    """Weights (3, -2, 0) and lam = 0.1 cost 0.5, with gradient (0.1, -0.1, 0)."""
    loss, grad = as_tuple(student.l1_penalty(np.array([3.0, -2.0, 0.0]), 0.1), "loss, grad")
    check_close(loss, 0.5, "the penalty", reveal=True, mistakes={"take absolute values": 0.1})
    check_close(grad, np.array([0.1, -0.1, 0.0]), "the gradient", reveal=True)


@pytest.mark.points(1, task="penalties", hint="lam * (w * w).sum() and 2 * lam * w")
def test_l2_penalty_worked(student):
    """Weights (3, -2) and lam = 0.1 cost 1.3, with gradient (0.6, -0.4)."""
    loss, grad = as_tuple(student.l2_penalty(np.array([3.0, -2.0]), 0.1), "loss, grad")
    check_close(loss, 1.3, "the penalty", reveal=True, mistakes={"there is no 1/2 here": 0.65})
    check_close(grad, np.array([0.6, -0.4]), "the gradient", reveal=True)


# --- random_flip ---


@pytest.mark.points(1, task="random_flip", hint="image[:, :, ::-1] mirrors a (C, H, W) image")
def test_random_flip_mirrors(student):
    """With p = 1 an image with rows 1 2 3 and 4 5 6 becomes 3 2 1 and 6 5 4; with p = 0 it stays."""
    image = np.arange(1.0, 7.0).reshape(1, 1, 2, 3)
    call = student.after("random_flip", image, fresh(), 1.0)
    mistakes = {"it is upside down: flip from left to right": image[:, :, ::-1]}
    check_close(call.result, image[..., ::-1], "with p=1", reveal=True, mistakes=mistakes)
    check_untouched(call, image, names="images")
    check_close(student.random_flip(image, fresh(), 0.0), image, "with p=0", reveal=True)


@pytest.mark.points(1, task="random_flip", hint="rng.random(N) < p: one draw for each image")
@pytest.mark.depends("test_random_flip_mirrors")
def test_random_flip_draws(student):
    """With p = 0.25 about a quarter of 400 images are flipped, by the numbers of rng."""
    images = np.tile([1.0, 2.0], (400, 1, 1, 1))
    results = [student.random_flip(images.copy(), fresh(), 0.25) for _ in range(2)]
    share = np.mean(as_array(results[0], images.shape, "the result")[..., 0] == 2)
    assert 0 < share < 1, "all images are treated alike: draw for each image on its own"
    assert abs(share - 0.25) < 0.12, f"{share:.0%} of the images are flipped"
    assert np.array_equal(*results), "the same rng gives other flips: draw from rng alone"


# --- random_crop ---


@pytest.mark.points(1, task="random_crop", hint="np.pad with zeros, then [top:top+H, left:left+W]")
def test_random_crop_pieces(student):
    """Each result is one of the 9 pieces that a border of one zero allows; pad 0 does nothing."""
    images = 1.0 + np.arange(40.0).reshape(10, 1, 2, 2)
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    call = student.after("random_crop", images, fresh(), 1)
    out = as_array(call.result, images.shape, "the result")
    for n in range(10):
        pieces = [padded[n, :, i : i + 2, j : j + 2] for i in range(3) for j in range(3)]
        assert any(np.array_equal(out[n], piece) for piece in pieces), (
            f"image {n} became {out[n, 0].tolist()}, which is no piece of {padded[n, 0].tolist()}"
        )
    check_untouched(call, images, names="images")
    check_close(student.random_crop(images, fresh(), 0), images, "with pad 0", reveal=True)


@pytest.mark.points(1, task="random_crop", hint="rng.integers(0, 2 * pad + 1): the end is left out")
@pytest.mark.depends("test_random_crop_pieces")
def test_random_crop_draws(student):
    """Among 900 images all 9 places of a border of one occur about 100 times each."""
    out = student.random_crop(np.tile([[1.0, 2.0], [3.0, 4.0]], (900, 1, 1, 1)), fresh(), 1)
    found = Counter(tuple(image.ravel()) for image in as_array(out, (900, 1, 2, 2), "the result"))
    assert len(found) > 1, "all images are cut at the same place: draw for each on its own"
    assert len(found) != 4, "the last row and column of places are left out: 2 * pad + 1 each way"
    assert len(found) == 9, f"only {len(found)} of 9 places occur: draw rows and columns separately"
    rarest = min(found.values())
    assert rarest > 60, f"one place occurs {rarest} times in 900: all are equally likely"


# --- early_stopping ---


@pytest.mark.points(1, task="early_stopping", hint="stop when epoch - best epoch reaches patience")
def test_early_stopping_worked(student):
    """Losses 3 2 2.5 2 1 stop at patience 2 with epoch 1 as the best, at patience 3 with epoch 4."""
    losses = [3.0, 2.0, 2.5, 2.0, 1.0]
    mistakes = {
        "training stopped before that epoch": 4,
        "that is where training stops: the best epoch before is asked for": 3,
        "epochs count from 0": 2,
    }
    what = "the epoch with patience 2"
    check_close(student.early_stopping_epoch(losses, 2), 1, what, reveal=True, mistakes=mistakes)
    check_close(
        student.early_stopping_epoch(losses, 3), 4, "the epoch with patience 3", reveal=True
    )


@pytest.mark.points(1, task="early_stopping", hint="progress sets the count back to 0")
@pytest.mark.depends("test_early_stopping_worked")
def test_early_stopping_counts_in_a_row(student):
    """Losses 5 6 4 5 3 1 never bring two epochs in a row without progress."""
    check_close(
        student.early_stopping_epoch([5.0, 6.0, 4.0, 5.0, 3.0, 1.0], 2),
        5,
        "the epoch with patience 2",
        reveal=True,
        mistakes={"after progress the count starts anew": 2},
    )


@pytest.mark.points(1, task="early_stopping", hint="nan < best is False; empty: ValueError")
@pytest.mark.depends("test_early_stopping_worked")
def test_early_stopping_edges(student):
    """NaN is no progress, one epoch is the best, and no epoch at all is a ValueError."""
    losses = [3.0, float("nan"), float("nan"), 1.0]
    check_close(student.early_stopping_epoch(losses, 2), 0, "the epoch after NaN", reveal=True)
    check_close(student.early_stopping_epoch([7.0], 1), 0, "the only epoch", reveal=True)
    check_raises(ValueError, student, "early_stopping_epoch", [], 1)


# --- ensemble_average ---


@pytest.mark.points(1, task="ensemble_average", hint="probs.mean(axis=0)")
def test_ensemble_average_worked(student):
    """One model at (0.9, 0.1) and two at (0.4, 0.6) average to (0.567, 0.433)."""
    probs = np.array([[[0.9, 0.1]], [[0.4, 0.6]], [[0.4, 0.6]]])
    wrong = {
        "votes are counted: average the probabilities": np.array([[1 / 3, 2 / 3]]),
        "divide by the number of models": np.array([[1.7, 1.3]]),
    }
    right = np.array([[1.7 / 3, 1.3 / 3]])
    check_close(student.ensemble_average(probs), right, "the average", reveal=True, mistakes=wrong)
