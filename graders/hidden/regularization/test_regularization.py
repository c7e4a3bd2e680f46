"""Hidden tests of the regularization assignment: 100 points.

Expected values come from other formulas than a solution uses. Gradients of batch normalisation
are complex-step derivatives of its definition, exact to the last digits and free of algebra.
What is random is judged by statistics of many draws; each bound lies six standard errors or more
from what a correct answer gives, so that one correct submission in a hundred million fails it.

Tolerances: see ``graders.engine.compare``. Batch normalisation subtracts numbers of its own size,
hence ``atol=1e-5`` there: 32-bit floats reach 2e-6 on these inputs, and mistakes are of order 0.01
to 1.
"""

from functools import partial

import numpy as np
import pytest

from graders.engine.compare import as_array, as_tuple, check_close, check_raises, check_untouched

BN_ATOL = 1e-5


def draw(rng, *shape):
    """Multiples of 1/16, of order 1, none of them 0."""
    x = np.round(16 * rng.standard_normal(shape)) / 16
    return np.where(x == 0, 0.5, x)


# --- initialization: 10 ---


def check_normal(weights, fan_in, fan_out, variance, others):
    """30,000 numbers: the mean is known to 0.6 % of their spread, the variance to 0.8 %."""
    weights = as_array(weights, (fan_in, fan_out), "the weights")
    assert np.isfinite(weights).all(), "the weights contain NaN or infinity"
    found = weights.var()
    if abs(found / variance - 1) > 0.06:
        for advice, other in others.items():
            assert abs(found / other - 1) > 0.06, f"the variance of the weights is off: {advice}"
        raise AssertionError(f"the variance of the weights is {found:.3g}, which is not right")
    assert abs(weights.mean()) < 0.04 * np.sqrt(variance), "the mean of the weights is not 0"
    kurtosis = np.mean(weights**4) / found**2  # 3 for a normal distribution, known to 0.03
    assert kurtosis > 2.7, (
        "the weights are not normal: their tails are cut off, or they are uniform"
    )
    assert kurtosis < 3.3, "the weights are not normal: some are far too large"


@pytest.mark.points(
    3, task="initialization", hint="rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), shape)"
)
def test_xavier_variance(student, rng):
    """Xavier weights are normal, with mean 0 and variance 2 / (fan_in + fan_out)."""
    variance = 2 / (300 + 100)
    others = {
        "it is that of He": 2 / 300,
        "rng.normal takes the standard deviation, the root of the variance": variance**2,
        "the 2 is missing": variance / 2,
        "it is 1 / fan_in": 1 / 300,
        "it is 2 / fan_out": 2 / 100,
    }
    check_normal(student.xavier_init(300, 100, rng), 300, 100, variance, others)


@pytest.mark.points(3, task="initialization", hint="rng.normal(0, np.sqrt(2 / fan_in), shape)")
def test_he_variance(student, rng):
    """He weights are normal, with mean 0 and variance 2 / fan_in."""
    others = {
        "it is that of Xavier": 2 / (100 + 300),
        "rng.normal takes the standard deviation, the root of the variance": (2 / 100) ** 2,
        "the 2 is missing": 1 / 100,
        "it is 2 / fan_out: a unit adds up fan_in inputs": 2 / 300,
    }
    check_normal(student.he_init(100, 300, rng), 100, 300, 2 / 100, others)


@pytest.mark.points(2, task="initialization", hint="draw from rng, not from np.random")
def test_initialization_draws_from_rng(student, rng):
    """The same state of rng gives the same weights, another state others."""
    seed = int(rng.integers(1, 10**6))
    for name in ("xavier_init", "he_init"):
        first, again, other = (
            as_array(getattr(student, name)(4, 5, np.random.default_rng(s)), (4, 5), "the weights")
            for s in (seed, seed, seed + 1)
        )
        assert np.array_equal(first, again), f"{name} draws other numbers from the same rng"
        assert not np.allclose(first, other), f"{name} does not draw from the rng that it is given"


@pytest.mark.points(2, task="initialization", hint="shape (fan_in, fan_out), also with 1 in it")
def test_initialization_small_shapes(student, rng):
    """Single inputs and outputs have two axes as well, and every weight is drawn on its own."""
    for name in ("xavier_init", "he_init"):
        for shape in [(1, 1), (3, 1), (1, 4)]:
            weights = as_array(getattr(student, name)(*shape, rng), shape, f"{name}{shape}")
            assert len(np.unique(weights)) == weights.size, f"{name}: the weights repeat"


# --- leaky_relu: 8 ---


@pytest.mark.points(3, task="leaky_relu", hint="np.where(x > 0, x, slope * x)")
def test_leaky_relu_forward(student, rng):
    """Positive numbers stay, negative ones are multiplied by the slope."""
    for shape, slope in [((4, 5), 0.2), ((7,), 0.0), ((2, 3, 2, 2), 0.01)]:
        x = draw(rng, *shape)
        out, _ = as_tuple(student.leaky_relu_forward(x, slope), "out, cache")
        check_close(
            out,
            (x + np.abs(x)) / 2 + slope * (x - np.abs(x)) / 2,
            f"out with slope {slope}",
            mistakes={
                "negative numbers became 0: multiply them by the slope": np.maximum(x, 0),
                "the slope has no effect: it is not always 0.01": np.maximum(x, 0.01 * x),
                "the sides are mixed up": np.where(x > 0, slope * x, x),
                "negative numbers became positive": np.abs(np.where(x > 0, x, slope * x)),
            },
        )
    x = draw(rng, 3, 3)
    out, _ = as_tuple(student.leaky_relu_forward(x), "out, cache")
    check_close(out, np.maximum(x, 0.01 * x), "out with the default slope of 0.01")


@pytest.mark.points(3, task="leaky_relu", hint="dout where x > 0, slope * dout elsewhere")
def test_leaky_relu_backward(student, rng):
    """The gradient passes whole where x is positive, times the slope elsewhere."""
    for shape, slope in [((4, 5), 0.2), ((7,), 0.0), ((2, 3, 2, 2), 0.01)]:
        x, dout = draw(rng, *shape), draw(rng, *shape)
        _, cache = as_tuple(student.leaky_relu_forward(x, slope), "out, cache")
        check_close(
            student.leaky_relu_backward(dout, cache),
            dout - (1 - slope) * (x < 0) * dout,
            f"dx with slope {slope}",
            mistakes={
                "nothing comes through on the negative side: multiply by the slope": dout * (x > 0),
                "the side is chosen by the sign of dout: it is that of x": (
                    np.where(dout > 0, dout, slope * dout)
                ),
                "the derivative is to be multiplied by dout": np.where(x > 0, 1.0, slope),
                "it is multiplied by x": dout * np.where(x > 0, x, slope * x),
            },
        )


@pytest.mark.points(2, task="leaky_relu", hint="x[x < 0] *= slope writes into the caller's x")
@pytest.mark.depends("test_leaky_relu_forward")
def test_leaky_relu_leaves_its_arguments(student, rng):
    """x and dout that were handed in stay as they were."""
    x, dout = draw(rng, 3, 4), draw(rng, 3, 4)
    call = student.after("leaky_relu_forward", x, 0.1)
    check_untouched(call, x, names="x")
    _, cache = as_tuple(call.result, "out, cache")
    check_untouched(student.after("leaky_relu_backward", dout, cache), dout, names="dout")


# --- batchnorm_forward: 16 ---


def expected_batchnorm(x, gamma, beta, eps, axes):
    """From sums of powers; takes complex numbers, for complex-step derivatives.

    gamma and beta have the shape of x without ``axes``, which hold 1.
    """
    count = np.prod([x.shape[axis] for axis in axes])
    mean = x.sum(axis=axes, keepdims=True) / count
    centred = x - mean
    var = (centred * centred).sum(axis=axes, keepdims=True) / count
    return gamma * centred * (var + eps) ** -0.5 + beta


def bn_param(rng, d, mode="train", eps=1e-5, momentum=0.9):
    return {
        "mode": mode,
        "eps": eps,
        "momentum": momentum,
        "running_mean": draw(rng, d),
        "running_var": 1 + np.abs(draw(rng, d)),
    }


def copied(param):
    return {key: np.copy(v) if isinstance(v, np.ndarray) else v for key, v in param.items()}


def draw_batch(rng, n, d):
    """Columns with means of their own and spreads of 2 or more, gamma and beta: (N, D), (D,)."""
    ladder = np.arange(n)[:, None] * 5.0 / (n - 1)  # a column's spread is never small
    x = rng.permuted(np.broadcast_to(ladder, (n, d)), axis=0) + draw(rng, n, d) / 4 + draw(rng, d)
    return np.round(16 * x) / 16, 1 + np.abs(draw(rng, d)), draw(rng, d)


@pytest.mark.points(
    6, task="batchnorm_forward", hint="(x - mean) / np.sqrt(var + eps) over axis 0, * gamma + beta"
)
def test_batchnorm_train(student, rng):
    """In training each feature is normalised over the batch, then scaled and shifted."""
    for n, d, eps in [(6, 4, 1e-5), (5, 5, 0.5), (8, 1, 1e-3)]:
        x, gamma, beta = draw_batch(rng, n, d)
        param = bn_param(rng, d, eps=eps)
        out, _ = as_tuple(student.batchnorm_forward(x, gamma, beta, copied(param)), "out, cache")
        check_close(
            out,
            expected_batchnorm(x, gamma, beta, eps, (0,)),
            f"out in train mode for x {x.shape}, eps {eps:g}",
            atol=BN_ATOL,
            mistakes=partial(wrong_batchnorm, x, gamma, beta, param),
        )


def wrong_batchnorm(x, gamma, beta, param):
    n, d = x.shape
    eps, running = param["eps"], param["running_var"]
    normalised = expected_batchnorm(x, 1.0, 0.0, eps, (0,))
    centred = x - x.sum(axis=0) / n
    wrong = {
        "gamma and beta are not applied": normalised,
        "beta is not added": gamma * normalised,
        "gamma is not applied": normalised + beta,
        "the variance is divided by N - 1: divide by N": (
            gamma * centred / np.sqrt((centred**2).sum(axis=0) / (n - 1) + eps) + beta
        ),
        "eps belongs inside the square root": gamma * centred / (x.std(axis=0) + eps) + beta,
        "eps is missing": gamma * centred / x.std(axis=0) + beta,
        "the variance is divided by, not its square root": (
            gamma * centred / (x.var(axis=0) + eps) + beta
        ),
        "training must use the batch's mean and variance, not the running ones": (
            gamma * (x - param["running_mean"]) / np.sqrt(running + eps) + beta
        ),
        "one mean and variance for all features: take them over axis 0": (
            gamma * expected_batchnorm(x, 1.0, 0.0, eps, (0, 1)) + beta
        ),
    }
    if d > 1:
        wrong["each example is normalised, not each feature: take axis 0"] = (
            gamma * expected_batchnorm(x, 1.0, 0.0, eps, (1,)) + beta
        )
    return wrong


@pytest.mark.points(
    4, task="batchnorm_forward", hint="momentum * running + (1 - momentum) * batch, into bn_param"
)
def test_batchnorm_running_averages(student, rng):
    """Training moves the running mean and variance toward those of the batch."""
    for n, d, momentum in [(6, 3, 0.9), (5, 4, 0.25)]:
        x, gamma, beta = draw_batch(rng, n, d)
        param = bn_param(rng, d, momentum=momentum)
        after = student.after("batchnorm_forward", x, gamma, beta, copied(param)).args[3]
        check_running(after, param, x.sum(axis=0) / n, x.var(axis=0), n)


def check_running(after, param, mean, var, n):
    """``after`` is bn_param after training on a batch of n numbers a feature."""
    momentum = param["momentum"]
    assert isinstance(after, dict), "bn_param is no dict any more"
    for key, batch in (("running_mean", mean), ("running_var", var)):
        assert key in after, f"bn_param has lost its {key}"
        old = param[key]
        check_close(
            after[key],
            momentum * old + (1 - momentum) * batch,
            f"bn_param[{key!r}] after training",
            atol=BN_ATOL,
            mistakes={
                "it did not change: store the new value in bn_param": old,
                "momentum weighs the old value, 1 - momentum the new one": (
                    momentum * batch + (1 - momentum) * old
                ),
                "it is the batch's own: average it with the old value": batch,
                "the batch's variance is divided by N - 1: divide by N": (
                    momentum * old + (1 - momentum) * batch * n / (n - 1)
                ),
                "the spread is a standard deviation where a variance is asked for": (
                    momentum * old + (1 - momentum) * np.sqrt(np.abs(batch))
                ),
            },
        )


@pytest.mark.points(
    4, task="batchnorm_forward", hint='mode "test": running_mean and running_var, left as they are'
)
def test_batchnorm_test_mode(student, rng):
    """In test mode the running values normalise, and stay as they are."""
    for n, d, eps in [(6, 3, 1e-5), (1, 4, 0.5)]:
        x = 3 * draw(rng, n, d)
        gamma, beta = 1 + np.abs(draw(rng, d)), draw(rng, d)
        param = bn_param(rng, d, mode="test", eps=eps)
        call = student.after("batchnorm_forward", x, gamma, beta, copied(param))
        out, _ = as_tuple(call.result, "out, cache")
        mean, var = param["running_mean"], param["running_var"]
        check_close(
            out,
            beta + gamma * (x - mean) * (var + eps) ** -0.5,
            f"out in test mode for {n} examples",
            atol=BN_ATOL,
            mistakes={
                "the batch's own mean and variance are used: take the running ones": (
                    expected_batchnorm(x, gamma, beta, eps, (0,))
                ),
                "gamma and beta are not applied": (x - mean) * (var + eps) ** -0.5,
                "the running variance is taken for a standard deviation": (
                    beta + gamma * (x - mean) / (var + eps)
                ),
            },
        )
        for key in ("running_mean", "running_var"):
            same = np.array_equal(call.args[3][key], param[key])
            assert same, f"{key} was changed in test mode: only training changes it"


@pytest.mark.points(2, task="batchnorm_forward", hint="x -= mean writes into the caller's x")
@pytest.mark.depends("test_batchnorm_train")
def test_batchnorm_leaves_its_arguments(student, rng):
    """x, gamma and beta that were handed in stay as they were."""
    x, gamma, beta = draw_batch(rng, 5, 3)
    call = student.after("batchnorm_forward", x, gamma, beta, bn_param(rng, 3))
    check_untouched(call, x, gamma, beta, names="x, gamma, beta")


# --- batchnorm_backward: 12 ---

STEP = 1e-30  # a complex step has no cancellation, and can be as small as that


def expected_bn_gradients(x, gamma, beta, eps, dout, axes):
    """dx, dgamma, dbeta by complex steps, all entries at once."""

    def derivative(value, shape, function):
        size = int(np.prod(shape))
        steps = value + 1j * STEP * np.eye(size).reshape(size, *shape)
        return ((function(steps).imag / STEP) * dout).reshape(size, -1).sum(axis=1).reshape(shape)

    moved = tuple(axis + 1 for axis in axes)
    return (
        derivative(x, x.shape, lambda z: expected_batchnorm(z, gamma, beta, eps, moved)),
        derivative(
            gamma, gamma.shape, lambda z: expected_batchnorm(x[None], z[:, None], beta, eps, moved)
        ),
        derivative(
            beta, beta.shape, lambda z: expected_batchnorm(x[None], gamma, z[:, None], eps, moved)
        ),
    )


def bn_backward(student, rng, n, d, eps):
    """The student's gradients and the right ones, for a random gradient of the output."""
    x, gamma, beta = draw_batch(rng, n, d)
    _, cache = as_tuple(
        student.batchnorm_forward(x, gamma, beta, bn_param(rng, d, eps=eps)), "out, cache"
    )
    dout = 2 * draw(rng, n, d)
    got = as_tuple(student.batchnorm_backward(dout, cache), "dx, dgamma, dbeta")
    return (x, gamma, dout), got, expected_bn_gradients(x, gamma, beta, eps, dout, (0,))


@pytest.mark.points(
    7, task="batchnorm_backward", hint="three paths: x itself, the mean, and the variance"
)
def test_batchnorm_dx(student, rng):
    """The gradient for x goes through the batch's mean and variance too."""
    for n, d, eps in [(6, 4, 1e-5), (5, 2, 0.5), (2, 1, 1e-3)]:
        (x, gamma, dout), (dx, _, _), (right, _, _) = bn_backward(student, rng, n, d, eps)
        check_close(
            dx,
            right,
            f"dx for x {x.shape}, eps {eps:g}",
            atol=BN_ATOL,
            mistakes=partial(wrong_bn_dx, x, gamma, dout, eps, right),
        )


def wrong_bn_dx(x, gamma, dout, eps, right):
    normalised = expected_batchnorm(x, 1.0, 0.0, eps, (0,))
    std = np.sqrt(x.var(axis=0) + eps)
    g = gamma * dout
    return {
        "mean and variance depend on x as well: two paths are missing": g / std,
        "the variance depends on x as well: a path is missing": (g - g.mean(axis=0)) / std,
        "the mean depends on x as well: a path is missing": (
            (g - normalised * (g * normalised).mean(axis=0)) / std
        ),
        "gamma is missing": right / gamma,
        "the last division by sqrt(var + eps) is missing": right * std,
    }


@pytest.mark.points(
    3, task="batchnorm_backward", hint="(dout * normalised x).sum(axis=0), dout.sum"
)
def test_batchnorm_dgamma_dbeta(student, rng):
    """The gradients for gamma and beta add up over the batch."""
    (x, _, dout), (_, dgamma, dbeta), (_, right, right_beta) = bn_backward(student, rng, 6, 4, 1e-5)
    check_close(
        dgamma,
        right,
        "dgamma",
        atol=BN_ATOL,
        mistakes={
            "gamma multiplied the normalised x, not x": (dout * x).sum(axis=0),
            "add up over the batch, do not average": right / len(x),
        },
    )
    averaged = {"add up over the batch, do not average": right_beta / len(x)}
    check_close(dbeta, right_beta, "dbeta", atol=BN_ATOL, mistakes=averaged)


@pytest.mark.points(2, task="batchnorm_backward", hint="dout is the caller's: make new arrays")
@pytest.mark.depends("test_batchnorm_dgamma_dbeta")
def test_batchnorm_backward_leaves_its_arguments(student, rng):
    """The gradient that was handed in stays as it was."""
    x, gamma, beta = draw_batch(rng, 4, 3)
    _, cache = as_tuple(student.batchnorm_forward(x, gamma, beta, bn_param(rng, 3)), "out, cache")
    dout = draw(rng, 4, 3)
    check_untouched(student.after("batchnorm_backward", dout, cache), dout, names="dout")


# --- spatial_batchnorm: 10 ---

PLACES = (0, 2, 3)


def draw_images(rng, n, c, h, w):
    rows, gamma, beta = draw_batch(rng, n * h * w, c)
    return np.moveaxis(rows.reshape(n, h, w, c), 3, 1).copy(), gamma, beta


def wide(values):
    """(C,) against (N, C, H, W)."""
    return values[:, None, None]


@pytest.mark.points(
    4, task="spatial_batchnorm", hint="(N, C, H, W) to (N, H, W, C) to (N * H * W, C), and back"
)
def test_spatial_batchnorm_train(student, rng):
    """Each channel is normalised over all images and places, and the running values follow."""
    for shape in [(3, 2, 2, 3), (1, 3, 4, 2), (2, 2, 2, 2)]:
        x, gamma, beta = draw_images(rng, *shape)
        param = bn_param(rng, shape[1], eps=1e-3)
        call = student.after("spatial_batchnorm_forward", x, gamma, beta, copied(param))
        out, _ = as_tuple(call.result, "out, cache")
        check_close(
            out,
            expected_batchnorm(x, wide(gamma), wide(beta), 1e-3, PLACES),
            f"out in train mode for x {shape}",
            atol=BN_ATOL,
            mistakes=partial(wrong_spatial, x, gamma, beta, 1e-3),
        )
        check_untouched(call, x, gamma, beta, names="x, gamma, beta")
        check_running(call.args[3], param, x.mean(PLACES), x.var(PLACES), x[:, 0].size)


def wrong_spatial(x, gamma, beta, eps):
    c = x.shape[1]
    mixed = expected_batchnorm(x.reshape(-1, c), gamma, beta, eps, (0,)).reshape(x.shape)

    def over(*axes):
        return wide(gamma) * expected_batchnorm(x, 1.0, 0.0, eps, axes) + wide(beta)

    return {
        "reshape(-1, C) mixes the channels up: move the channels to the end first": mixed,
        "each image is normalised on its own: take all images together": over(2, 3),
        "each place is normalised on its own: take all places together": over(0),
        "channels are normalised together: keep them apart": over(0, 1, 2, 3),
        "each image is normalised over its channels too: that is layer normalisation": over(
            1, 2, 3
        ),
    }


@pytest.mark.points(2, task="spatial_batchnorm", hint="hand bn_param on: mode and running values")
def test_spatial_batchnorm_test_mode(student, rng):
    """In test mode the running values of the channels normalise."""
    x, gamma, beta = draw_images(rng, 1, 3, 2, 4)
    param = bn_param(rng, 3, mode="test")
    out, _ = as_tuple(
        student.spatial_batchnorm_forward(x, gamma, beta, copied(param)), "out, cache"
    )
    centred = x - wide(param["running_mean"])
    check_close(
        out,
        wide(gamma) * centred * (wide(param["running_var"]) + 1e-5) ** -0.5 + wide(beta),
        "out in test mode",
        atol=BN_ATOL,
    )


@pytest.mark.points(
    4, task="spatial_batchnorm", hint="move dout's channels to the end, as forward does with x"
)
def test_spatial_batchnorm_backward(student, rng):
    """All three gradients, of the shapes of x, gamma and beta."""
    for shape in [(3, 2, 2, 2), (1, 3, 2, 3)]:
        x, gamma, beta = draw_images(rng, *shape)
        param = bn_param(rng, shape[1], eps=1e-3)
        _, cache = as_tuple(student.spatial_batchnorm_forward(x, gamma, beta, param), "out, cache")
        dout = 2 * draw(rng, *shape)
        dx, dgamma, dbeta = as_tuple(
            student.spatial_batchnorm_backward(dout, cache), "dx, dgamma, dbeta"
        )
        right, right_gamma, right_beta = expected_bn_gradients(
            x, wide(gamma), wide(beta), 1e-3, dout, PLACES
        )
        check_close(dx, right, f"dx for x {shape}", atol=BN_ATOL)
        check_close(dgamma, right_gamma.ravel(), "dgamma", atol=BN_ATOL)
        check_close(dbeta, right_beta.ravel(), "dbeta", atol=BN_ATOL)


# --- dropout: 14 ---


def dropped(student, x, **param):
    """The student's out and cache, out as an array of the shape of x."""
    out, cache = as_tuple(student.dropout_forward(x, param), "out, cache")
    return as_array(out, x.shape, "out"), cache


@pytest.mark.points(
    4, task="dropout", hint="rng.random(x.shape) >= p keeps an entry with probability 1 - p"
)
def test_dropout_share(student, rng):
    """Each entry is dropped with probability p, independently of all others."""
    x = 1 + np.abs(draw(rng, 120, 80))
    for p in (0.25, 0.8):
        out, _ = dropped(student, x, p=p, mode="train", seed=int(rng.integers(10**6)))
        share = np.mean(out == 0)
        error = np.sqrt(p * (1 - p) / x.size)
        assert abs(share - (1 - p)) > 6 * error, "p is the probability of dropping, not of keeping"
        assert share > 0, "nothing was dropped in train mode"
        assert abs(share - p) < 6 * error, f"{share:.1%} of the entries are dropped with p={p}"
        for axis, what in [(0, "columns"), (1, "rows")]:
            whole = (out == 0).all(axis=axis) | (out != 0).all(axis=axis)
            assert not whole.all(), f"whole {what} are dropped: each entry is drawn on its own"


@pytest.mark.points(
    3, task="dropout", hint="inverted dropout divides what survives by 1 - p, in training"
)
def test_dropout_scale(student, rng):
    """What survives is divided by 1 - p, so that the mean stays."""
    for p, shape in [(0.25, (12, 10)), (0.6, (3, 4, 5, 2))]:
        x = draw(rng, *shape)
        out, _ = dropped(student, x, p=p, mode="train", seed=int(rng.integers(10**6)))
        kept = out != 0
        assert kept.any(), "everything was dropped"
        check_close(
            out[kept] / x[kept],
            np.full(kept.sum(), 1 / (1 - p)),
            f"the factor of the surviving entries with p={p}",
            mistakes={
                "it is 1: inverted dropout divides by 1 - p": np.ones(kept.sum()),
                "it is 1 / p, and p is the probability of dropping": np.full(kept.sum(), 1 / p),
                "it is 1 - p: divide by that": np.full(kept.sum(), 1 - p),
            },
        )


@pytest.mark.points(2, task="dropout", hint='mode "test" returns x as it is, and so does p = 0')
def test_dropout_does_nothing(student, rng):
    """Test mode changes nothing, forward or backward, and p = 0 drops nothing."""
    x, dout = draw(rng, 6, 5), draw(rng, 6, 5)
    for p, mode in [(0.5, "test"), (0.0, "train")]:
        out, cache = dropped(student, x, p=p, mode=mode, seed=3)
        what = f'with p={p:g} in mode "{mode}"'
        scaled = {"in test mode nothing is scaled: training did that": x * (1 - p)}
        check_close(out, x, f"out {what}", mistakes=scaled)
        check_close(student.dropout_backward(dout, cache), dout, f"dx {what}")


@pytest.mark.points(2, task="dropout", hint='np.random.default_rng(dropout_param.get("seed"))')
@pytest.mark.depends("test_dropout_share")
def test_dropout_seed(student, rng):
    """The same seed gives the same mask, another seed or none another one."""
    x, seed = np.ones((8, 8)), int(rng.integers(1, 10**6))
    param = {"p": 0.5, "mode": "train"}
    first, again, other = (dropped(student, x, **param, seed=s)[0] for s in (seed, seed, seed + 1))
    assert np.array_equal(first, again), "the same seed gives another mask"
    assert not np.array_equal(first, other), "another seed gives the same mask"
    calls = [dropped(student, x, **param)[0] for _ in range(2)]
    assert not np.array_equal(*calls), "without a seed two calls give the same mask"


@pytest.mark.points(2, task="dropout", hint="multiply dout with the same mask and the same factor")
@pytest.mark.depends("test_dropout_share")
def test_dropout_backward(student, rng):
    """The gradient passes where the number passed, with the same factor."""
    x, dout = draw(rng, 7, 6), draw(rng, 7, 6)
    out, cache = dropped(student, x, p=0.4, mode="train", seed=int(rng.integers(10**6)))
    check_close(
        student.dropout_backward(dout, cache),
        dout * (out / x),
        "dx",
        mistakes={
            "the factor 1 / (1 - p) is missing": dout * (out != 0),
            "the mask is missing": dout / 0.6,
            "dout came back as it was": dout,
        },
    )


@pytest.mark.points(1, task="dropout", hint="x[mask] = 0 and .pop write into the caller's own")
@pytest.mark.depends("test_dropout_scale")
def test_dropout_leaves_its_arguments(student, rng):
    """x, dropout_param and dout that were handed in stay as they were."""
    x, dout = draw(rng, 5, 4), draw(rng, 5, 4)
    param = {"p": 0.5, "mode": "train", "seed": 7}
    call = student.after("dropout_forward", x, dict(param))
    check_untouched(call, x, param, names="x, dropout_param")
    _, cache = as_tuple(call.result, "out, cache")
    check_untouched(student.after("dropout_backward", dout, cache), dout, names="dout")


# --- penalties: 8 ---


@pytest.mark.points(3, task="penalties", hint="lam * np.abs(w).sum(), and lam * np.sign(w)")
def test_l1_penalty(student, rng):
    """L1 costs lam * sum(|w|); its gradient is lam times the sign, and 0 where a weight is 0."""
    for shape, lam in [((4, 3), 0.3), ((5,), 1.5), ((2, 1, 2, 2), 0.01)]:
        w = draw(rng, *shape)
        w.flat[1] = 0.0
        loss, grad = as_tuple(student.l1_penalty(w, lam), "loss, grad")
        right = sum(abs(v) for v in w.ravel()) * lam
        check_close(
            loss,
            right,
            "the L1 penalty",
            mistakes={
                "lam is missing": right / lam,
                "take the absolute values before adding up": lam * abs(w.sum()),
                "add up, do not average": right / w.size,
                "it is that of L2": lam * np.vdot(w, w),
            },
        )
        signs = lam * ((w > 0).astype(float) - (w < 0))
        check_close(
            grad,
            signs,
            "the gradient of the L1 penalty",
            mistakes={
                "lam is missing": signs / lam,
                "where a weight is 0, the gradient is 0": np.where(w == 0, lam, signs),
                "where a weight is 0, use 0": np.where(w == 0, -lam, signs),
                "it is that of L2": 2 * lam * w,
            },
        )


@pytest.mark.points(3, task="penalties", hint="lam * (w * w).sum(), and 2 * lam * w")
def test_l2_penalty(student, rng):
    """L2 costs lam * sum(w * w); its gradient is 2 * lam * w."""
    for shape, lam in [((4, 3), 0.3), ((5,), 1.5), ((2, 1, 2, 2), 0.01)]:
        w = draw(rng, *shape)
        loss, grad = as_tuple(student.l2_penalty(w, lam), "loss, grad")
        right = sum(v * v for v in w.ravel()) * lam
        check_close(
            loss,
            right,
            "the L2 penalty",
            mistakes={
                "there is no factor 1/2 in this penalty": right / 2,
                "lam is missing": right / lam,
                "the sum of squares is wanted, not its root": lam * np.sqrt(right / lam),
                "add up, do not average": right / w.size,
            },
        )
        check_close(
            grad,
            lam * (w + w),
            "the gradient of the L2 penalty",
            mistakes={
                "the factor 2 of the square is missing": lam * w,
                "lam is missing": 2 * w,
            },
        )


@pytest.mark.points(2, task="penalties", hint="w *= ... writes into the caller's w")
@pytest.mark.depends("test_l1_penalty", "test_l2_penalty")
def test_penalties_edges(student, rng):
    """Weights of zero and lam = 0 cost nothing, and w stays as it was."""
    for name in ("l1_penalty", "l2_penalty"):
        for w, lam in [(np.zeros((2, 3)), 0.7), (draw(rng, 2, 3), 0.0)]:
            loss, grad = as_tuple(getattr(student, name)(w, lam), "loss, grad")
            check_close(loss, 0.0, f"{name} of nothing")
            check_close(grad, np.zeros((2, 3)), f"the gradient of {name} of nothing")
        w = draw(rng, 3, 3)
        check_untouched(student.after(name, w, 0.5), w, names="w")


# --- random_flip: 6 ---


def decisions(out, images):
    """Which images were flipped: (N,). Every one is either as it was or its mirror image."""
    out = as_array(out, images.shape, "the result")
    mirrored = np.flip(images, axis=3)
    kept = (out == images).all(axis=(1, 2, 3))
    flipped = (out == mirrored).all(axis=(1, 2, 3))
    if not (kept | flipped).all():
        upside_down = (out == images[:, :, ::-1]).all(axis=(1, 2, 3))
        turned = (out == images[:, :, ::-1, ::-1]).all(axis=(1, 2, 3))
        channels = (out == images[:, ::-1]).all(axis=(1, 2, 3))
        for wrong, advice in [
            (upside_down, "images are turned upside down: flip them from left to right, axis 3"),
            (turned, "images are turned by 180 degrees: flip them from left to right alone"),
            (channels, "the channels are flipped: flip the columns, axis 3"),
        ]:
            assert not (kept | wrong).all(), advice
        raise AssertionError("some images are neither as they were nor their mirror images")
    return flipped


@pytest.mark.points(3, task="random_flip", hint="images[n] = images[n][:, :, ::-1], on a copy")
def test_random_flip_mirrors(student, rng):
    """With p = 1 every image is mirrored whole, with p = 0 none."""
    images = draw(rng, 4, 3, 2, 5)
    call = student.after("random_flip", images, rng, 1.0)
    assert decisions(call.result, images).all(), "with p=1 not all images are flipped"
    check_untouched(call, images, names="images")
    assert not decisions(student.random_flip(images, rng, 0.0), images).any(), (
        "with p=0 some images are flipped"
    )


@pytest.mark.points(3, task="random_flip", hint="rng.random(N) < p: one draw for each image")
@pytest.mark.depends("test_random_flip_mirrors")
def test_random_flip_draws(student, rng):
    """Each image is flipped with probability p, on its own, by the numbers of rng."""
    images = np.cumsum(1 + rng.random((400, 1, 1, 3)), axis=3)
    for p, options in [(0.5, ()), (0.25, (0.25,))]:
        share = decisions(student.random_flip(images, rng, *options), images).mean()
        assert 0 < share < 1, "all images are treated alike: draw for each image on its own"
        error = np.sqrt(p * (1 - p) / len(images))
        assert abs(share - p) < 6 * error, f"{share:.0%} of the images are flipped with p={p}"
    state = int(rng.integers(10**6))
    first, again, other = (
        decisions(student.random_flip(images, np.random.default_rng(s)), images)
        for s in (state, state, state + 1)
    )
    assert np.array_equal(first, again), "the same rng gives other flips: draw from rng alone"
    assert not np.array_equal(first, other), "another rng gives the same flips: draw from rng"


# --- random_crop: 6 ---


def crops(images, pad):
    """What each place gives: ((2 * pad + 1)^2, N, C, H, W)."""
    n, c, h, w = images.shape
    padded = np.zeros((n, c, h + 2 * pad, w + 2 * pad))
    padded[:, :, pad : pad + h, pad : pad + w] = images
    corners = np.ndindex(2 * pad + 1, 2 * pad + 1)
    return np.array([padded[:, :, i : i + h, j : j + w] for i, j in corners])


def corners(out, images, pad):
    """Which place each image of ``out`` was cut from: (N,)."""
    out = as_array(out, images.shape, "the result")
    matches = (crops(images, pad) == out).all(axis=(2, 3, 4))  # (places, N)
    assert matches.any(axis=0).all(), (
        "some images are no pieces of the image surrounded by zeros: cut H x W pixels, all channels"
    )
    return matches.argmax(axis=0)


@pytest.mark.points(3, task="random_crop", hint="np.pad with zeros, then [top:top+H, left:left+W]")
def test_random_crop_pieces(student, rng):
    """Every result is a piece, of the old size, of its image surrounded by zeros."""
    for shape, pad in [((6, 2, 4, 5), 2), ((3, 1, 5, 3), 1), ((2, 3, 3, 3), 0)]:
        images = draw(rng, *shape)
        call = student.after("random_crop", images, rng, pad)
        corners(call.result, images, pad)
        check_untouched(call, images, names="images")


@pytest.mark.points(
    3, task="random_crop", hint="two draws for each image, rng.integers(0, 2 * pad + 1)"
)
@pytest.mark.depends("test_random_crop_pieces")
def test_random_crop_draws(student, rng):
    """All places are equally likely, for each image on its own, by the numbers of rng."""
    images = 1 + rng.random((450, 1, 2, 2))
    counts = np.bincount(corners(student.random_crop(images, rng, 1), images, 1), minlength=9)
    assert counts.max() < 450, "all images are cut at the same place: draw for each on its own"
    unused = np.flatnonzero(counts == 0)
    assert not len(unused), (
        f"only {9 - len(unused)} of 9 places are used: rows and columns are drawn separately, and "
        "rng.integers leaves out its upper end"
    )
    # Sum of (count - 50)^2 / 50, chi squared with 8 degrees of freedom: above 60 once in 10^9.
    assert np.sum((counts - 50.0) ** 2) / 50 < 60, "some places are far more likely than others"
    state = int(rng.integers(10**6))
    first, again, other = (
        corners(student.random_crop(images[:50], np.random.default_rng(s), 1), images[:50], 1)
        for s in (state, state, state + 1)
    )
    assert np.array_equal(first, again), "the same rng gives other places: draw from rng alone"
    assert not np.array_equal(first, other), "another rng gives the same places: draw from rng"


# --- early_stopping: 7 ---


def expected_stop(losses, patience):
    """Looks at ever longer beginnings until the last ``patience`` losses of one are no better."""
    for seen in range(1, len(losses) + 1):
        start = max(0, seen - patience)
        earlier, recent = losses[:start], losses[start:seen]
        if earlier and not any(loss < np.nanmin(earlier) for loss in recent):
            return earlier.index(np.nanmin(earlier))
    return losses.index(np.nanmin(losses))


def check_stop(student, losses, patience, note=""):
    right = expected_stop(losses, patience)
    check_close(
        student.early_stopping_epoch(losses, patience),
        right,
        f"the epoch for {losses}, patience {patience}{note}",
        mistakes=partial(wrong_stops, losses, patience, right),
    )


def wrong_stops(losses, patience, right):
    stop = min(right + patience, len(losses) - 1)
    return {
        "an equal loss is no progress: it must be strictly lower": (
            stop - losses[stop::-1].index(losses[right])
        ),
        "training has stopped before that one: heed the patience": losses.index(np.nanmin(losses)),
        "it stops an epoch too late": expected_stop(losses, patience + 1),
        "it stops an epoch too early": expected_stop(losses, max(patience - 1, 1)),
        "that is where training stops: the best epoch before is asked for": stop,
        "epochs count from 0": right + 1,
        "count from the best epoch so far, not from the one before": _since_last(losses, patience),
    }


def _since_last(losses, patience):
    """The mistake of comparing with the epoch before."""
    waited = 0
    for epoch in range(1, len(losses)):
        waited = 0 if losses[epoch] < losses[epoch - 1] else waited + 1
        if waited >= patience:
            return losses[: epoch + 1].index(min(losses[: epoch + 1]))
    return losses.index(min(losses))


@pytest.mark.points(
    3, task="early_stopping", hint="count the epochs since the best one; stop at patience"
)
def test_early_stopping_patience(student, rng):
    """The best epoch of those seen until `patience` epochs in a row brought nothing better."""
    for losses, patience in [
        # every usual mistake ends at another epoch of this one
        ([5.0, 4.0, 3.5, 3.75, 3.6, 3.0, 3.4, 3.2, 3.3, 2.5, 2.6, 2.7, 2.0], 2),
        ([5.0, 4.0, 3.5, 3.75, 3.6, 3.0, 2.0], 3),
        ([3.0, 4.0, 1.0], 1),
        ([4.0, 2.0, 3.0, 2.5, 2.75, 2.25, 1.0], 3),
    ]:
        check_stop(student, losses, patience)
    for _ in range(4):
        losses = np.round(5 - np.arange(12) / 6 + rng.standard_normal(12), 2).tolist()
        check_stop(student, losses, int(rng.integers(1, 5)))


@pytest.mark.points(2, task="early_stopping", hint="an equal loss, or nan, is an epoch of waiting")
@pytest.mark.depends("test_early_stopping_patience")
def test_early_stopping_ties_and_nan(student):
    """Equal losses and NaN are no progress; of equal ones the first counts."""
    check_stop(student, [2.0, 1.0, 1.0, 1.0, 1.5, 1.6, 0.5], 2, ": equal losses")
    check_stop(student, [3.0, 2.0, float("nan"), float("nan"), 1.0], 2, ": NaN is no progress")
    check_stop(student, [3.0, float("nan"), 2.0, 2.5], 2, ": NaN is one epoch of waiting")


@pytest.mark.points(2, task="early_stopping", hint="one epoch, a patience beyond the end, none")
def test_early_stopping_edges(student):
    """A single epoch, losses that always fall, negative ones, a long patience, and none at all."""
    check_stop(student, [1.5], 1)
    check_stop(student, [4.0, 3.0, 2.0, 1.0], 1)
    check_stop(student, [-1.0, -3.0, -2.0, -2.5], 2)
    check_stop(student, [2.0, 1.0, 3.0, 4.0], 50)
    check_raises(ValueError, student, "early_stopping_epoch", [], 3)


# --- ensemble_average: 3 ---


@pytest.mark.points(3, task="ensemble_average", hint="the mean over the models, axis 0")
def test_ensemble_average(student, rng):
    """The mean of the models' probabilities; a single model is its own mean."""
    for m, n, c in [(4, 3, 5), (1, 2, 3), (3, 3, 3)]:
        probs = rng.dirichlet(np.ones(c), size=(m, n))
        call = student.after("ensemble_average", probs)
        geometric = np.exp(np.log(probs).mean(axis=0))
        check_close(
            call.result,
            sum(probs) / m,
            f"the average of {m} models",
            mistakes={
                "the probabilities are added up: divide by the number of models": sum(probs),
                "votes are counted: average the probabilities": (
                    np.eye(c)[probs.argmax(axis=2)].mean(axis=0)
                ),
                "it is the geometric mean": geometric,
                "it is the normalised geometric mean": (
                    geometric / geometric.sum(axis=1, keepdims=True)
                ),
                "it is the largest probability of any model": probs.max(axis=0),
            },
        )
        check_untouched(call, probs, names="probs")
