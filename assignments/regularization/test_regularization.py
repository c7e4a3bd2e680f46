"""Public checks of the regularization assignment: small worked numbers, and hints.

Your grade comes from other tests of the same functions, on other numbers and more cases.
"""

from collections import Counter
from functools import partial

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
    """With slope 0.1 the row (2, -3) becomes (2, -0.3)."""
    out, _ = as_tuple(student.leaky_relu_forward(np.array([[2.0, -3.0]]), 0.1), "out, cache")
    wrong = {
        "negative numbers are multiplied by the slope": np.array([[2.0, 0.0]]),
        "the slope is an argument: it is not always 0.01": np.array([[2.0, -0.03]]),
    }
    check_close(out, np.array([[2.0, -0.3]]), "out", reveal=True, mistakes=wrong)


@pytest.mark.points(1, task="leaky_relu", hint="dout where x > 0, slope * dout elsewhere")
def test_leaky_relu_gradient_worked(student):
    """For that row a gradient of (-1, 1) becomes (-1, 0.1)."""
    _, cache = as_tuple(student.leaky_relu_forward(np.array([[2.0, -3.0]]), 0.1), "out, cache")
    check_close(
        student.leaky_relu_backward(np.array([[-1.0, 1.0]]), cache),
        np.array([[-1.0, 0.1]]),
        "dx",
        reveal=True,
        mistakes={
            "multiply by the slope where x is negative": np.array([[-1.0, 0.0]]),
            "the slope is that of the forward pass: it is not always 0.01": (
                np.array([[-1.0, 0.01]])
            ),
            "the side is chosen by the sign of x, not by that of dout": np.array([[-0.1, 1.0]]),
        },
    )


@pytest.mark.points(1, task="leaky_relu", hint="x *= slope writes into the caller's x")
@pytest.mark.depends("test_leaky_relu_worked")
def test_leaky_relu_leaves_its_arguments(student):
    """x and dout stay as they were."""
    x, dout = numbers(4, 3), -1 - numbers(4, 3) ** 2
    call = student.after("leaky_relu_forward", x, 0.2)
    check_untouched(call, x, names="x")
    _, cache = as_tuple(call.result, "out, cache")
    check_untouched(student.after("leaky_relu_backward", dout, cache), dout, names="dout")


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


@pytest.mark.points(
    1, task="batchnorm_forward", hint="np.sqrt(var + eps), with the eps of bn_param"
)
def test_batchnorm_eps(student):
    """With eps = 4/3 the column (1, 3, 5), of variance 8/3, is divided by 2: (-1, 0, 1)."""
    param = bn_param(1, eps=4 / 3)
    out, _ = as_tuple(
        student.batchnorm_forward(np.array(COLUMN), np.ones(1), np.zeros(1), param), "out, cache"
    )
    shape = np.array([[-1.0], [0.0], [1.0]])
    wrong = {
        "eps belongs inside the square root": 2 / (np.sqrt(8 / 3) + 4 / 3) * shape,
        "take eps from bn_param: it is not always 1e-5": 2 / np.sqrt(8 / 3 + 1e-5) * shape,
        "the variance is divided by N - 1: divide by N": 2 / np.sqrt(4 + 4 / 3) * shape,
    }
    check_close(out, shape, "out", reveal=True, mistakes=wrong)


@pytest.mark.points(1, task="batchnorm_forward", hint="take mean and variance over axis 0")
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


def check_running(student, key, momentum, batch, wrong):
    """The running value of the column (1, 3, 5), from 0 for the mean and 1 for the variance."""
    old = {"running_mean": 0.0, "running_var": 1.0}[key]
    param = bn_param(1, momentum=momentum)
    after = student.after("batchnorm_forward", np.array(COLUMN), np.ones(1), np.zeros(1), param)
    mistakes = {
        "store the new value in bn_param": old,
        "momentum weighs the old value, 1 - momentum the new one": (
            momentum * batch + (1 - momentum) * old
        ),
        "take momentum from bn_param: it is not always 0.9": 0.9 * old + 0.1 * batch,
        **{advice: momentum * old + (1 - momentum) * value for advice, value in wrong.items()},
    }
    check_close(
        after.args[3][key],
        np.array([momentum * old + (1 - momentum) * batch]),
        f'bn_param["{key}"] with momentum {momentum}',
        reveal=True,
        mistakes={advice: np.array([value]) for advice, value in mistakes.items()},
    )


@pytest.mark.points(1, task="batchnorm_forward", hint="momentum * running + (1 - momentum) * batch")
def test_batchnorm_running_mean(student):
    """After training on (1, 3, 5) the running mean is 0.3, with momentum 0.6 it is 1.2."""
    for momentum in (0.9, 0.6):
        check_running(student, "running_mean", momentum, 3.0, {})


@pytest.mark.points(1, task="batchnorm_forward", hint="momentum * running + (1 - momentum) * batch")
def test_batchnorm_running_variance(student):
    """After training on (1, 3, 5) the running variance is 1.1667."""
    unbiased = {"the batch's variance is divided by N - 1: divide by N": 4.0}
    check_running(student, "running_var", 0.9, 8 / 3, unbiased)


@pytest.mark.points(1, task="batchnorm_forward", hint="x -= mean writes into the caller's x")
@pytest.mark.depends("test_batchnorm_worked")
def test_batchnorm_leaves_its_arguments(student):
    """x, gamma and beta stay as they were."""
    x, gamma, beta = np.array(COLUMN), np.ones(1), np.zeros(1)
    call = student.after("batchnorm_forward", x, gamma, beta, bn_param(1))
    check_untouched(call, x, gamma, beta, names="x, gamma, beta")


@pytest.mark.points(1, task="batchnorm_forward", hint='mode "test" uses the running values')
def test_batchnorm_test_mode(student):
    """In test mode, running mean 1 and variance 4 turn the single example 5 into 2."""
    param = bn_param(1, "test", running_mean=np.ones(1), running_var=np.full(1, 4.0))
    arguments = np.array([[5.0]]), np.ones(1), np.zeros(1), param
    call = student.after("batchnorm_forward", *arguments)
    out, _ = as_tuple(call.result, "out, cache")
    wrong = {
        "the batch's own mean is used: take the running one": np.zeros((1, 1)),
        "the root of the running variance is missing": np.array([[4 / (4 + 1e-5)]]),
    }
    check_close(out, np.array([[4 / np.sqrt(4 + 1e-5)]]), "out", reveal=True, mistakes=wrong)
    kept = "the running mean after test mode"
    check_close(call.args[3]["running_mean"], np.ones(1), kept, reveal=True)


# --- batchnorm_backward ---


def check_bn_gradients(student, kind, x, channels, *names):
    """The gradients of these names agree with the slope of the student's own forward pass."""
    gamma, beta, dout = 1 + numbers(channels) ** 2, numbers(channels), numbers(*x.shape) ** 2
    forward = getattr(student, f"{kind}_forward")
    _, cache = as_tuple(forward(x, gamma, beta, bn_param(channels)), "out, cache")
    got = as_tuple(getattr(student, f"{kind}_backward")(dout, cache), "dx, dgamma, dbeta")

    inputs = {"x": x, "gamma": gamma, "beta": beta}

    def total(name, value):
        moved = {**inputs, name: value}.values()
        return np.vdot(forward(*moved, bn_param(channels))[0], dout)

    for name, gradient in zip(inputs, got, strict=True):
        if name in names:
            check_gradient(partial(total, name), inputs[name], gradient, f"d{name}")


@pytest.mark.points(1, task="batchnorm_backward", hint="dx has three terms: see the formula above")
def test_batchnorm_dx_worked(student):
    """For the column (1, 3, 6) and gamma 2, a dout of (1, 0, 3) becomes a dx that sums to 0."""
    x, dout = np.array([[1.0], [3.0], [6.0]]), np.array([[1.0], [0.0], [3.0]])
    gamma, beta = np.array([2.0]), np.zeros(1)
    _, cache = as_tuple(student.batchnorm_forward(x, gamma, beta, bn_param(1)), "out, cache")
    std = np.sqrt(x.var() + 1e-5)
    hat, g = (x - x.mean()) / std, 2 * dout
    along = hat * (g * hat).mean()
    right = (g - g.mean() - along) / std
    dx, _, _ = as_tuple(student.batchnorm_backward(dout, cache), "dx, dgamma, dbeta")
    check_close(
        dx,
        right,
        "dx",
        reveal=True,
        mistakes={
            "x moves its column's mean and variance too: two terms are missing": g / std,
            "the variance depends on x as well: a term is missing": (g - g.mean()) / std,
            "the mean depends on x as well: a term is missing": (g - along) / std,
            "gamma is missing": right / 2,
            "the last division by sqrt(var + eps) is missing": right * std,
            "1 / N is missing: the sums over the batch are means": (
                (g - 3 * g.mean() - 3 * along) / std
            ),
            "1 / N, not 1 / (N - 1)": (g - 1.5 * g.mean() - 1.5 * along) / std,
        },
    )


@pytest.mark.points(
    1, task="batchnorm_backward", hint="(dout * normalised x).sum(axis=0), dout.sum"
)
def test_batchnorm_dgamma_dbeta_worked(student):
    """For the column (1, 3, 5), a dout of (1, 0, 3) gives a dgamma of 2.45 and a dbeta of 4."""
    x, dout = np.array(COLUMN), np.array([[1.0], [0.0], [3.0]])
    param = bn_param(1)
    _, cache = as_tuple(
        student.batchnorm_forward(x, np.full(1, 2.0), np.zeros(1), param), "out, cache"
    )
    _, dgamma, dbeta = as_tuple(student.batchnorm_backward(dout, cache), "dx, dgamma, dbeta")
    right = np.array([4 / np.sqrt(8 / 3 + 1e-5)])
    averaged = "add up over the batch, do not average"
    wrong = {
        averaged: right / 3,
        "gamma multiplied the normalised x, not x": np.array([16.0]),
        "gamma does not enter its own gradient": 2 * right,
    }
    check_close(dgamma, right, "dgamma", reveal=True, mistakes=wrong)
    wrong = {averaged: np.array([4 / 3])}
    check_close(dbeta, np.array([4.0]), "dbeta", reveal=True, mistakes=wrong)


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


@pytest.mark.points(1, task="batchnorm_backward", hint="three terms in dx, sums in the others")
def test_batchnorm_gradients(student):
    """All three gradients agree with the slope of the output."""
    check_bn_gradients(student, "batchnorm", 3 * numbers(5, 2), 2, "x", "gamma", "beta")


# --- spatial_batchnorm ---


def spatial(student):
    """Images of two channels, and what the forward pass makes of them, with bn_param afterwards."""
    x = 3 * numbers(3, 2, 2, 2) + [[[10.0]], [[-50.0]]]
    call = student.after("spatial_batchnorm_forward", x, np.ones(2), np.zeros(2), bn_param(2))
    return x, as_tuple(call.result, "out, cache")[0], call.args[3]


@pytest.mark.points(1, task="spatial_batchnorm", hint="move the channels to the last axis first")
def test_spatial_batchnorm_channels(student):
    """Each of two channels gets mean 0 and variance 1 over all images and places."""
    x, out, _ = spatial(student)

    def over(*axes, x=x):
        return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 1e-5)

    check_close(
        out,
        over(0, 2, 3),
        "out",
        reveal=True,
        rtol=1e-3,
        mistakes={
            "reshape(-1, C) mixes the channels up: move the channels to the end first": (
                over(0, x=x.reshape(-1, 2)).reshape(x.shape)
            ),
            "each image is normalised on its own: take all images together": over(2, 3),
            "each place is normalised on its own: take all places together": over(0),
            "channels are normalised together: keep them apart": over(0, 1, 2, 3),
            "the way back must undo the way there: channels go to their old axis": (
                over(0, 2, 3).transpose(0, 2, 3, 1).reshape(x.shape)
            ),
        },
    )


@pytest.mark.points(1, task="spatial_batchnorm", hint="hand bn_param itself on, not a copy of it")
def test_spatial_batchnorm_running(student):
    """Training moves the running mean of each channel."""
    x, _, after = spatial(student)
    kept = {"hand bn_param itself on": np.zeros(2)}
    right = x.mean(axis=(0, 2, 3)) / 10
    check_close(
        after["running_mean"], right, 'bn_param["running_mean"]', reveal=True, mistakes=kept
    )


@pytest.mark.points(1, task="spatial_batchnorm", hint="move dout's channels to the last axis too")
def test_spatial_batchnorm_dx(student):
    """dx agrees with the slope of the output."""
    check_bn_gradients(student, "spatial_batchnorm", 3 * numbers(2, 2, 2, 3), 2, "x")


@pytest.mark.points(1, task="spatial_batchnorm", hint="add up over all images and places")
def test_spatial_batchnorm_dgamma_dbeta(student):
    """dgamma and dbeta agree with the slope of the output."""
    x = 3 * numbers(2, 2, 2, 3)
    check_bn_gradients(student, "spatial_batchnorm", x, 2, "gamma", "beta")


# --- dropout ---


def dropped(student, shape, **param):
    """What becomes of ones in training, and the cache."""
    result = student.dropout_forward(np.ones(shape), {"mode": "train", **param})
    out, cache = as_tuple(result, "out, cache")
    return as_array(out, shape, "out"), cache


@pytest.mark.points(1, task="dropout", hint="keep where rng.random(x.shape) >= p")
def test_dropout_share(student):
    """With p = 0.75 about three of four entries are dropped, each on its own."""
    out, _ = dropped(student, (60, 50), p=0.75, seed=1)
    share = np.mean(out == 0)
    assert abs(share - 0.25) > 0.05, "a quarter is dropped: p is the probability of dropping"
    assert abs(share - 0.75) < 0.15, f"{share:.0%} of the entries are dropped, not 75%"
    for axis, what in [(0, "columns"), (1, "rows")]:
        mixed = (out == 0).any(axis=axis) & (out != 0).any(axis=axis)
        assert mixed.any(), f"whole {what} are dropped: each entry is drawn on its own"
    assert abs(share - 0.75) < 0.05, f"{share:.0%} of the entries are dropped, not 75%"


@pytest.mark.points(1, task="dropout", hint="divide what survives by 1 - p")
def test_dropout_scale(student):
    """What survives p = 0.75 is multiplied by 4."""
    out, _ = dropped(student, (60, 50), p=0.75, seed=1)
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
def test_dropout_seed(student):
    """The same seed gives the same mask; without a seed every call draws a new one."""

    def mask(**param):
        return dropped(student, (9, 9), p=0.5, **param)[0] != 0

    assert 0 < mask(seed=5).sum() < 81, "with p = 0.5 some of 81 entries are dropped, and some kept"
    assert np.array_equal(mask(seed=5), mask(seed=5)), "two calls with seed 5 differ"
    assert not np.array_equal(mask(seed=5), mask(seed=6)), "seeds 5 and 6 give the same mask"
    assert not np.array_equal(mask(), mask()), "two calls without a seed give the same mask"


@pytest.mark.points(1, task="dropout", hint="the factors of the forward pass apply to dout, once")
def test_dropout_backward(student):
    """The gradient passes where the number passed, with the same factor."""
    out, cache = dropped(student, (5, 6), p=0.5, seed=2)
    dout = numbers(5, 6)
    dx = as_array(student.dropout_backward(dout, cache), (5, 6), "dx")
    assert np.array_equal(dx != 0, out != 0), (
        "the gradient does not pass where the number passed: keep the mask in the cache"
    )
    wrong = {
        "the factor 1 / (1 - p) is missing": dout * (out != 0),
        "the factor 1 / (1 - p) is there already: it is applied twice": 2 * dout * out,
    }
    check_close(dx, dout * out, "dx", reveal=True, mistakes=wrong)


@pytest.mark.points(1, task="dropout", hint='mode "test" returns x as it is, and dout as it is')
def test_dropout_test_mode(student):
    """In test mode nothing changes, forward and backward."""
    x = numbers(4, 3)
    call = student.after("dropout_forward", x, {"p": 0.5, "mode": "test"})
    check_untouched(call, x, names="x")
    out, cache = as_tuple(call.result, "out, cache")
    assert (as_array(out, x.shape, "out") != 0).all(), "in test mode nothing is dropped"
    scaled = "nothing is scaled in test mode: training did that"
    check_close(out, x, "out", reveal=True, mistakes={scaled: x / 2, f"{scaled} already": 2 * x})
    check_close(student.dropout_backward(numbers(4, 3), cache), x, "dx", reveal=True)


# --- penalties ---


@pytest.mark.points(1, task="penalties", hint="lam * np.abs(w).sum() and lam * np.sign(w)")
def test_l1_penalty_worked(student):
    """Weights (3, -2, 0) and lam = 0.1 cost 0.5, with gradient (0.1, -0.1, 0)."""
    loss, grad = as_tuple(student.l1_penalty(np.array([3.0, -2.0, 0.0]), 0.1), "loss, grad")
    check_close(loss, 0.5, "the penalty", reveal=True, mistakes={"take absolute values": 0.1})
    wrong = {"where a weight is 0, the gradient is 0": np.array([0.1, -0.1, 0.1])}
    check_close(grad, np.array([0.1, -0.1, 0.0]), "the gradient", reveal=True, mistakes=wrong)


@pytest.mark.points(1, task="penalties", hint="lam * (w * w).sum() and 2 * lam * w")
def test_l2_penalty_worked(student):
    """Weights (3, -2) and lam = 0.1 cost 1.3, with gradient (0.6, -0.4)."""
    loss, grad = as_tuple(student.l2_penalty(np.array([3.0, -2.0]), 0.1), "loss, grad")
    check_close(loss, 1.3, "the penalty", reveal=True, mistakes={"there is no 1/2 here": 0.65})
    wrong = {"the factor 2 of the square is missing": np.array([0.3, -0.2])}
    check_close(grad, np.array([0.6, -0.4]), "the gradient", reveal=True, mistakes=wrong)


# --- random_flip ---


@pytest.mark.points(1, task="random_flip", hint="image[:, :, ::-1] mirrors a (C, H, W) image")
def test_random_flip_mirrors(student):
    """With p = 1 an image with rows 1 2 3 and 4 5 6 becomes 3 2 1 and 6 5 4; with p = 0 it stays."""
    image = np.arange(1.0, 13.0).reshape(1, 2, 2, 3)  # 7 to 12 in a second channel
    check_close(
        student.random_flip(image, fresh(), 1.0),
        image[..., ::-1],
        "with p=1",
        reveal=True,
        mistakes={
            "it is upside down: flip from left to right": image[:, :, ::-1],
            "the channels are flipped: flip the columns, axis 3": image[:, ::-1],
            "it is as it was: p is the probability of flipping": image,
        },
    )
    flipped = {"p is the probability of flipping": image[..., ::-1]}
    kept = student.random_flip(image, fresh(), 0.0)
    check_close(kept, image, "with p=0", reveal=True, mistakes=flipped)


@pytest.mark.points(1, task="random_flip", hint="work on a copy of the images")
@pytest.mark.depends("test_random_flip_mirrors")
def test_random_flip_leaves_its_arguments(student):
    """The images that were handed in stay as they were."""
    images = numbers(4, 1, 2, 3)
    check_untouched(student.after("random_flip", images, fresh(), 1.0), images, names="images")


@pytest.mark.points(1, task="random_flip", hint="rng.random(N) < p: one draw for each image")
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


def check_epoch(student, losses, patience, right, wrong):
    """``wrong`` names epochs, most likely mistakes first."""
    check_close(
        student.early_stopping_epoch(losses, patience),
        right,
        f"the epoch for {losses}, patience {patience}",
        reveal=True,
        mistakes={**wrong, "epochs count from 0": right + 1},
    )


@pytest.mark.points(1, task="early_stopping", hint="stop when epoch - best epoch reaches patience")
def test_early_stopping_worked(student):
    """Losses 3 2 2.5 2.75 1 ... stop at patience 2 with epoch 1 as the best."""
    check_epoch(
        student,
        [3.0, 2.0, 2.5, 2.75, 1.0, 2.0, 2.1, 2.2, 0.5],
        2,
        1,
        {
            "training stopped before that epoch: heed the patience": 8,
            "it stops an epoch too late": 4,
            "that is where training stops: the best epoch before is asked for": 3,
        },
    )
    check_epoch(student, [3.0, 2.0, 2.5, 1.0], 2, 3, {"it stops an epoch too early": 1})


@pytest.mark.points(1, task="early_stopping", hint="an equal loss is an epoch of waiting")
@pytest.mark.depends("test_early_stopping_worked")
def test_early_stopping_ties(student):
    """Losses 3 2 2.5 2 1 stop at patience 2 with epoch 1 as the best, at patience 3 with epoch 4."""
    losses = [3.0, 2.0, 2.5, 2.0, 1.0]
    equal = "an equal loss is no progress: it must be strictly lower"
    check_epoch(student, losses, 2, 1, {equal: 4, "of equal losses the first counts": 3})
    check_epoch(student, losses, 3, 4, {})


@pytest.mark.points(1, task="early_stopping", hint="progress sets the count back to 0")
def test_early_stopping_counts_in_a_row(student):
    """Losses 5 6 4 5 3 1 never bring two epochs in a row without progress."""
    losses = [5.0, 6.0, 4.0, 5.0, 3.0, 1.0]
    check_epoch(student, losses, 2, 5, {"after progress the count starts anew": 2})


@pytest.mark.points(1, task="early_stopping", hint="compare with the best loss so far")
def test_early_stopping_compares_with_the_best(student):
    """Losses 4 2 3 2.5 2.75 ... bring nothing below 2 for three epochs: the best is epoch 1."""
    losses = [4.0, 2.0, 3.0, 2.5, 2.75, 2.25, 1.5, 1.6, 1.7, 1.8, 1.0]
    before = {"compare with the best loss so far, not with that of the epoch before": 6}
    check_epoch(student, losses, 3, 1, before)


@pytest.mark.points(1, task="early_stopping", hint="nan < best is False; empty: ValueError")
def test_early_stopping_edges(student):
    """NaN is no progress, one epoch is the best, and no epoch at all is a ValueError."""
    losses = [3.0, *[float("nan")] * 3, 2.0, 2.1, 2.2, 2.3, 1.0]
    check_epoch(student, losses, 2, 0, {"nan is no progress: nan < best is False": 4})
    check_epoch(student, [7.0], 1, 0, {})
    check_raises(ValueError, student, "early_stopping_epoch", [], 1)


# --- ensemble_average ---


@pytest.mark.points(1, task="ensemble_average", hint="probs.mean(axis=0)")
def test_ensemble_average_worked(student):
    """One model at (0.9, 0.1) and two at (0.4, 0.6) average to (0.567, 0.433)."""
    probs = np.array([[[0.9, 0.1]], [[0.4, 0.6]], [[0.4, 0.6]]])
    wrong = {
        "votes are counted: average the probabilities": np.array([[1 / 3, 2 / 3]]),
        "divide by the number of models": np.array([[1.7, 1.3]]),
        "it is the geometric mean": np.array([[0.144, 0.036]]) ** (1 / 3),
    }
    right = np.array([[1.7 / 3, 1.3 / 3]])
    check_close(student.ensemble_average(probs), right, "the average", reveal=True, mistakes=wrong)
