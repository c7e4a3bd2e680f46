"""Hidden tests of the regularization assignment: 100 points.

Each demand has a test of its own, and the plainest case comes first. A test depends on another one
only where it would say nothing without.

What is right is worked out in ``formulas``. What is random is judged by statistics of many draws;
each bound lies six standard errors or more from what a correct answer gives, so that one correct
submission in a hundred million fails it.

Tolerances: see ``graders.engine.compare``. Batch normalisation subtracts numbers of its own size,
hence ``atol=1e-5`` there: 32-bit floats reach 2e-6 on these inputs, and mistakes are of order 0.01
to 1. A backward function is called with the student's own cache; where the forward function is
wrong, ``graders.engine.layers`` says how it is judged.
"""

from functools import partial

import numpy as np
import pytest

from graders.engine.compare import (
    as_array,
    as_number,
    as_tuple,
    check_close,
    check_raises,
    check_untouched,
)
from graders.engine.layers import Layer
from graders.hidden.regularization import formulas
from graders.hidden.regularization.formulas import (
    PLACES,
    draw,
    draw_batch,
    images_of,
    rows_of,
    wide,
)

BN_ATOL = 1e-5


# --- initialization: 10 ---


def check_normal(weights, fan_in, fan_out, variance, others):
    """9,000 numbers: the mean is known to 1.1 % of their spread, the variance to 1.5 %."""
    weights = as_array(weights, (fan_in, fan_out), "the weights")
    assert np.isfinite(weights).all(), "the weights contain NaN or infinity"
    found = weights.var()
    if abs(found / variance - 1) > 0.1:
        for advice, other in others.items():
            assert abs(found / other - 1) > 0.1, f"the variance of the weights is off: {advice}"
        raise AssertionError(f"the variance of the weights is {found:.3g}, which is not right")
    assert abs(weights.mean()) < 0.065 * np.sqrt(variance), "the mean of the weights is not 0"
    kurtosis = np.mean(weights**4) / found**2  # 3 for a normal distribution, known to 0.05
    assert kurtosis > 2.7, (
        "the weights are not normal: their tails are cut off, or they are uniform"
    )
    assert kurtosis < 3.3, "the weights are not normal: some are far too large"


@pytest.mark.points(
    3, task="initialization", hint="rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), shape)"
)
def test_xavier_variance(student, rng):
    """Xavier weights are normal, with mean 0 and variance 2 / (fan_in + fan_out)."""
    variance = 2 / (180 + 50)
    others = {
        "it is that of He": 2 / 180,
        "rng.normal takes the standard deviation, the root of the variance": variance**2,
        "the 2 is missing": variance / 2,
        "it is 2 / fan_out": 2 / 50,
    }
    check_normal(student.xavier_init(180, 50, rng), 180, 50, variance, others)


@pytest.mark.points(3, task="initialization", hint="rng.normal(0, np.sqrt(2 / fan_in), shape)")
def test_he_variance(student, rng):
    """He weights are normal, with mean 0 and variance 2 / fan_in."""
    others = {
        "it is that of Xavier": 2 / (50 + 180),
        "rng.normal takes the standard deviation, the root of the variance": (2 / 50) ** 2,
        "the 2 is missing": 1 / 50,
        "it is 2 / fan_out: a unit adds up fan_in inputs": 2 / 180,
    }
    check_normal(student.he_init(50, 180, rng), 50, 180, 2 / 50, others)


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
        for shape in [(3, 1), (1, 4)]:
            weights = as_array(getattr(student, name)(*shape, rng), shape, f"{name}{shape}")
            assert len(np.unique(weights)) == weights.size, f"{name}: the weights repeat"


# --- leaky_relu: 8 ---


def check_leaky(student, x, *slope):
    (factor,) = slope or (0.01,)
    out, _ = as_tuple(student.leaky_relu_forward(x, *slope), "out, cache")
    check_close(
        out,
        (x + np.abs(x)) / 2 + factor * (x - np.abs(x)) / 2,
        f"out with slope {factor}",
        mistakes={
            "negative numbers became 0: multiply them by the slope": np.maximum(x, 0),
            "the slope has no effect: it is not always 0.01": np.maximum(x, 0.01 * x),
            "the sides are mixed up": np.where(x > 0, factor * x, x),
            "negative numbers became positive": np.abs(np.where(x > 0, x, factor * x)),
        },
    )


def check_leaky_gradient(student, rng, x, *slope):
    (factor,) = slope or (0.01,)
    dout = draw(rng, *x.shape)
    _, cache = as_tuple(student.leaky_relu_forward(x, *slope), "out, cache")
    check_close(
        student.leaky_relu_backward(dout, cache),
        dout - (1 - factor) * (x < 0) * dout,
        f"dx with slope {factor}",
        mistakes={
            "nothing comes through on the negative side: multiply by the slope": dout * (x > 0),
            "the slope has no effect: it is not always 0.01": np.where(x > 0, dout, 0.01 * dout),
            "the side is chosen by the sign of dout: it is that of x": (
                np.where(dout > 0, dout, factor * dout)
            ),
            "the derivative is to be multiplied by dout": np.where(x > 0, 1.0, factor),
            "it is multiplied by x": dout * np.where(x > 0, x, factor * x),
        },
    )


@pytest.mark.points(1, task="leaky_relu", hint="np.where(x > 0, x, slope * x)")
def test_leaky_relu_forward(student, rng):
    """Positive numbers stay, negative ones are multiplied by 0.01, the usual slope."""
    check_leaky(student, draw(rng, 4, 5))


@pytest.mark.points(1, task="leaky_relu", hint="slope is an argument, and 0.01 its default")
def test_leaky_relu_forward_with_a_slope(student, rng):
    """Negative numbers are multiplied by whatever slope is given."""
    check_leaky(student, draw(rng, 4, 5), 0.2)


@pytest.mark.points(1, task="leaky_relu", hint="np.where works on every entry of any shape")
def test_leaky_relu_forward_of_any_shape(student, rng):
    """A batch of images, and a slope of 0, which makes it a plain ReLU."""
    check_leaky(student, draw(rng, 2, 3, 2, 2), 0.0)


@pytest.mark.points(1, task="leaky_relu", hint="dout where x > 0, slope * dout elsewhere")
def test_leaky_relu_backward(student, rng):
    """The gradient passes whole where x is positive, times 0.01 elsewhere."""
    check_leaky_gradient(student, rng, draw(rng, 4, 5))


@pytest.mark.points(1, task="leaky_relu", hint="the cache may hold the slope as well")
def test_leaky_relu_backward_with_a_slope(student, rng):
    """The gradient is multiplied by whatever slope was given."""
    check_leaky_gradient(student, rng, draw(rng, 4, 5), 0.2)


@pytest.mark.points(1, task="leaky_relu", hint="dx has the shape of x")
def test_leaky_relu_backward_of_any_shape(student, rng):
    """A batch of images, and a slope of 0, which makes it a plain ReLU."""
    check_leaky_gradient(student, rng, draw(rng, 2, 3, 2, 2), 0.0)


@pytest.mark.points(2, task="leaky_relu", hint="x[x < 0] *= slope writes into the caller's x")
@pytest.mark.depends("test_leaky_relu_forward_of_any_shape")
def test_leaky_relu_leaves_its_arguments(student, rng):
    """x and dout that were handed in stay as they were."""
    x, dout = draw(rng, 3, 4), draw(rng, 3, 4)
    call = student.after("leaky_relu_forward", x, 0.1)
    check_untouched(call, x, names="x")
    _, cache = as_tuple(call.result, "out, cache")
    check_untouched(student.after("leaky_relu_backward", dout, cache), dout, names="dout")


# --- batchnorm_forward: 16 ---


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


def normalise(student, x, gamma, beta, param, name="batchnorm_forward"):
    """out, and bn_param as it is afterwards."""
    call = student.after(name, x, gamma, beta, copied(param))
    out, _ = as_tuple(call.result, "out, cache")
    assert isinstance(call.args[3], dict), "bn_param is no dict any more"
    return out, call.args[3]


def check_train(student, rng, n, d, eps=1e-5, scaled=True):
    x, gamma, beta = draw_batch(rng, n, d)
    if not scaled:
        gamma, beta = np.ones(d), np.zeros(d)
    param = bn_param(rng, d, eps=eps)
    check_close(
        normalise(student, x, gamma, beta, param)[0],
        formulas.batchnorm(x, gamma, beta, eps, (0,)),
        f"out in train mode for x {x.shape}, eps {eps:g}",
        atol=BN_ATOL,
        mistakes=partial(wrong_batchnorm, x, gamma, beta, param),
    )


def wrong_batchnorm(x, gamma, beta, param):
    n, d = x.shape
    eps, running = param["eps"], param["running_var"]
    normalised = formulas.batchnorm(x, 1.0, 0.0, eps, (0,))
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
        'eps is always 1e-5: take bn_param["eps"]': (
            gamma * centred / np.sqrt(x.var(axis=0) + 1e-5) + beta
        ),
        'eps is always 1e-8: take bn_param["eps"]': (
            gamma * centred / np.sqrt(x.var(axis=0) + 1e-8) + beta
        ),
        "the variance is divided by, not its square root": (
            gamma * centred / (x.var(axis=0) + eps) + beta
        ),
        "training must use the batch's mean and variance, not the running ones": (
            gamma * (x - param["running_mean"]) / np.sqrt(running + eps) + beta
        ),
        "one mean and variance for all features: take them over axis 0": (
            gamma * formulas.batchnorm(x, 1.0, 0.0, eps, (0, 1)) + beta
        ),
    }
    if d > 1:
        wrong["each example is normalised, not each feature: take axis 0"] = (
            gamma * formulas.batchnorm(x, 1.0, 0.0, eps, (1,)) + beta
        )
    return wrong


@pytest.mark.points(
    3, task="batchnorm_forward", hint="(x - mean) / np.sqrt(var + eps), mean and var over axis 0"
)
def test_batchnorm_train(student, rng):
    """In training each feature is normalised over the batch."""
    check_train(student, rng, 6, 4, scaled=False)


@pytest.mark.points(2, task="batchnorm_forward", hint="gamma * normalised + beta")
def test_batchnorm_scales_and_shifts(student, rng):
    """Then it is scaled by gamma and shifted by beta, each feature by its own."""
    check_train(student, rng, 5, 5)


@pytest.mark.points(2, task="batchnorm_forward", hint='np.sqrt(var + bn_param["eps"])')
def test_batchnorm_eps(student, rng):
    """eps is that of bn_param, and stands inside the square root."""
    check_train(student, rng, 8, 1, eps=0.5)


def check_running(student, rng, key, momentum):
    x, gamma, beta = draw_batch(rng, 6, 3)
    param = bn_param(rng, 3, momentum=momentum)
    _, after = normalise(student, x, gamma, beta, param)
    batch = x.sum(axis=0) / 6 if key == "running_mean" else x.var(axis=0)
    check_averaged(after, param, key, batch, 6)


def check_averaged(after, param, key, batch, n):
    """``after`` is bn_param after training on n numbers a feature, whose own value is ``batch``."""
    assert key in after, f"bn_param has lost its {key}"
    old, momentum = param[key], param["momentum"]
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
            'momentum is always 0.9: take bn_param["momentum"]': 0.9 * old + 0.1 * batch,
            "it is the batch's own: average it with the old value": batch,
            "the batch's variance is divided by N - 1: divide by N": (
                momentum * old + (1 - momentum) * batch * n / (n - 1)
            ),
            "the spread is a standard deviation where a variance is asked for": (
                momentum * old + (1 - momentum) * np.sqrt(np.abs(batch))
            ),
        },
    )


@pytest.mark.points(1, task="batchnorm_forward", hint='bn_param["running_mean"] = ..., in training')
def test_batchnorm_running_mean(student, rng):
    """With momentum 0.5, training stores the mean of the old and the batch's mean."""
    check_running(student, rng, "running_mean", 0.5)


@pytest.mark.points(1, task="batchnorm_forward", hint='bn_param["running_var"] = ..., in training')
def test_batchnorm_running_variance(student, rng):
    """With momentum 0.5, training stores the mean of the old and the batch's variance."""
    check_running(student, rng, "running_var", 0.5)


@pytest.mark.points(
    2, task="batchnorm_forward", hint="momentum * running + (1 - momentum) * batch, into bn_param"
)
def test_batchnorm_momentum(student, rng):
    """The old value weighs momentum, the batch's what is left."""
    check_running(student, rng, "running_mean", 0.25)


def check_test_mode(student, rng, n, d, eps=1e-5):
    x, gamma, beta = draw_batch(rng, 6, d)
    x = x[:n]
    param = bn_param(rng, d, mode="test", eps=eps)
    mean, var = param["running_mean"], param["running_var"]
    check_close(
        normalise(student, x, gamma, beta, param)[0],
        beta + gamma * (x - mean) * (var + eps) ** -0.5,
        f"out in test mode for {n} examples, eps {eps:g}",
        atol=BN_ATOL,
        mistakes={
            "the batch's own mean and variance are used: take the running ones": (
                formulas.batchnorm(x, gamma, beta, eps, (0,))
            ),
            "gamma and beta are not applied": (x - mean) * (var + eps) ** -0.5,
            "beta is not added": gamma * (x - mean) * (var + eps) ** -0.5,
            "eps belongs inside the square root": beta + gamma * (x - mean) / (var**0.5 + eps),
            'eps is always 1e-5: take bn_param["eps"]': (
                beta + gamma * (x - mean) * (var + 1e-5) ** -0.5
            ),
            "the running variance is taken for a standard deviation": (
                beta + gamma * (x - mean) / (var + eps)
            ),
        },
    )


@pytest.mark.points(
    2, task="batchnorm_forward", hint='mode "test": the running mean and variance normalise'
)
def test_batchnorm_test_mode(student, rng):
    """In test mode the running values normalise."""
    check_test_mode(student, rng, 6, 3)


@pytest.mark.points(1, task="batchnorm_forward", hint="nothing of the batch's own enters")
def test_batchnorm_test_mode_of_one(student, rng):
    """A single example is enough in test mode; eps is that of bn_param there, too."""
    check_test_mode(student, rng, 1, 4, eps=0.5)


@pytest.mark.points(1, task="batchnorm_forward", hint='store running values in mode "train" alone')
def test_batchnorm_test_mode_stores_nothing(student, rng):
    """In test mode the running values stay as they are, in training they do not."""
    x, gamma, beta = draw_batch(rng, 6, 3)
    for mode in ("test", "train"):
        param = bn_param(rng, 3, mode=mode)
        _, after = normalise(student, x, gamma, beta, param)
        for key in ("running_mean", "running_var"):
            same = np.array_equal(after.get(key), param[key])
            if mode == "test":
                assert same, f"{key} was changed in test mode: only training changes it"
            else:
                assert not same, f"{key} is the same after training: store the new one"


@pytest.mark.points(1, task="batchnorm_forward", hint="x -= mean writes into the caller's x")
@pytest.mark.depends("test_batchnorm_train")
def test_batchnorm_leaves_its_arguments(student, rng):
    """x, gamma and beta that were handed in stay as they were."""
    x, gamma, beta = draw_batch(rng, 5, 3)
    call = student.after("batchnorm_forward", x, gamma, beta, bn_param(rng, 3))
    check_untouched(call, x, gamma, beta, names="x, gamma, beta")


# --- batchnorm_backward: 12 ---


def check_sound(student, rng):
    """The least that makes a function a batch normalisation: a column's mean has no effect."""
    x, gamma, beta = draw_batch(rng, 6, 3)
    outs = [
        as_array(normalise(student, z, gamma, beta, bn_param(rng, 3))[0], x.shape, "out")
        for z in (x, x + draw(rng, 3))
    ]
    assert np.allclose(*outs, atol=BN_ATOL), "the mean is not taken out"
    assert np.ptp(outs[0], axis=0).min() > 0.1, "nothing is left of x"


def check_bn_gradients(student, rng, x, gamma, eps, dout, checks):
    """``checks`` are those of ``Layer.check``, by the names of the inputs."""
    beta = draw(rng, x.shape[1])
    out = formulas.batchnorm(x, gamma, beta, eps, (0,))
    inputs = {"x": x, "gamma": gamma, "beta": beta}
    options = (bn_param(rng, x.shape[1], eps=eps),)
    layer = Layer(student, "batchnorm", inputs, options, out, partial(check_sound, student, rng))
    layer.check(dout, **checks)


def check_dx(student, rng, x, gamma, eps, dout):
    right, _, _ = formulas.batchnorm_gradients(x, gamma, gamma, eps, dout, (0,))

    def check(dx):
        check_close(
            dx,
            right,
            f"dx for x {x.shape}, eps {eps:g}",
            atol=BN_ATOL,
            mistakes=partial(wrong_dx, x, gamma, dout, eps, right),
        )

    check_bn_gradients(student, rng, x, gamma, eps, dout, {"x": check})


def wrong_dx(x, gamma, dout, eps, right):
    n = len(x)
    normalised = formulas.batchnorm(x, 1.0, 0.0, eps, (0,))
    std = np.sqrt(x.var(axis=0) + eps)
    g = gamma * dout
    along_mean, along_variance = g.sum(axis=0), normalised * (g * normalised).sum(axis=0)
    return {
        "mean and variance depend on x as well: two paths are missing": g / std,
        "the variance depends on x as well: a path is missing": (g - along_mean / n) / std,
        "the mean depends on x as well: a path is missing": (g - along_variance / n) / std,
        "gamma is missing": right / gamma,
        "the last division by sqrt(var + eps) is missing": right * std,
        "dout is averaged over N, not over N - 1": (
            g - along_mean / (n - 1) - along_variance / (n - 1)
        )
        / std,
        "dout is averaged over the batch, 1 / N: a plain sum stands there": (
            (g - along_mean - along_variance) / std
        ),
    }


def draw_paths(rng, n, d, mean, variance):
    """x, and a dout that moves its columns' mean and spread by as much as is said."""
    x, _, _ = draw_batch(rng, n, d)
    normalised = formulas.batchnorm(x, 1.0, 0.0, 0.0, (0,))
    dout = 2 * draw(rng, n, d)
    dout -= dout.mean(axis=0)
    dout -= normalised * (dout * normalised).mean(axis=0)
    return x, dout + mean * (1 + abs(draw(rng, d))) + variance * (
        1 + abs(draw(rng, d))
    ) * normalised


@pytest.mark.points(
    1, task="batchnorm_backward", hint="gamma * dout / sqrt(var + eps), to begin with"
)
def test_batchnorm_dx_direct(student, rng):
    """Where dout moves no column's mean or spread, its direct path is the whole gradient."""
    x, dout = draw_paths(rng, 6, 4, mean=0, variance=0)
    check_dx(student, rng, x, np.ones(4), 1e-5, dout)


@pytest.mark.points(
    2, task="batchnorm_backward", hint="less the mean of gamma * dout over the batch"
)
def test_batchnorm_dx_through_the_mean(student, rng):
    """x moves its column's mean, which is subtracted from every example."""
    x, dout = draw_paths(rng, 6, 4, mean=1, variance=0)
    check_dx(student, rng, x, np.ones(4), 1e-5, dout)


@pytest.mark.points(
    2, task="batchnorm_backward", hint="less normalised * (gamma * dout * normalised).mean(axis=0)"
)
def test_batchnorm_dx_through_the_variance(student, rng):
    """x moves its column's variance, by which every example is divided."""
    x, dout = draw_paths(rng, 6, 4, mean=0, variance=1)
    check_dx(student, rng, x, np.ones(4), 1e-5, dout)


@pytest.mark.points(1, task="batchnorm_backward", hint="g = gamma * dout takes the place of dout")
def test_batchnorm_dx_with_gamma(student, rng):
    """dx goes through gamma."""
    x, dout = draw_paths(rng, 5, 2, mean=0, variance=0)
    check_dx(student, rng, x, 2 + abs(draw(rng, 2)), 1e-5, dout)


@pytest.mark.points(
    1, task="batchnorm_backward", hint="three paths: x itself, the mean, and the variance"
)
def test_batchnorm_dx(student, rng):
    """All paths at once, with another eps."""
    x, gamma, _ = draw_batch(rng, 5, 2)
    check_dx(student, rng, x, gamma, 0.5, 2 * draw(rng, 5, 2))


@pytest.mark.points(2, task="batchnorm_backward", hint="(dout * normalised x).sum(axis=0)")
def test_batchnorm_dgamma(student, rng):
    """The gradient for gamma adds up over the batch."""
    x, gamma, beta = draw_batch(rng, 6, 4)
    dout = 2 * draw(rng, 6, 4)
    _, right, _ = formulas.batchnorm_gradients(x, gamma, beta, 1e-5, dout, (0,))

    def check(dgamma):
        check_close(
            dgamma,
            right,
            "dgamma",
            atol=BN_ATOL,
            mistakes={
                "gamma multiplied the normalised x, not x": (dout * x).sum(axis=0),
                "add up over the batch, do not average": right / len(x),
                "gamma does not enter its own gradient": right * gamma,
                "normalised x is missing": dout.sum(axis=0),
            },
        )

    check_bn_gradients(student, rng, x, gamma, 1e-5, dout, {"gamma": check})


@pytest.mark.points(2, task="batchnorm_backward", hint="dout.sum(axis=0)")
def test_batchnorm_dbeta(student, rng):
    """The gradient for beta adds up over the batch."""
    x, gamma, _ = draw_batch(rng, 3, 1)
    dout = 2 * draw(rng, 3, 1)
    right = np.einsum("nd->d", dout)

    def check(dbeta):
        averaged = {"add up over the batch, do not average": right / len(x)}
        check_close(dbeta, right, "dbeta", atol=BN_ATOL, mistakes=averaged)

    check_bn_gradients(student, rng, x, gamma, 1e-5, dout, {"beta": check})


@pytest.mark.points(1, task="batchnorm_backward", hint="dout is the caller's: make new arrays")
@pytest.mark.depends("test_batchnorm_dbeta")
def test_batchnorm_backward_leaves_its_arguments(student, rng):
    """The gradient that was handed in stays as it was."""
    x, gamma, beta = draw_batch(rng, 4, 3)
    _, cache = as_tuple(student.batchnorm_forward(x, gamma, beta, bn_param(rng, 3)), "out, cache")
    dout = draw(rng, 4, 3)
    check_untouched(student.after("batchnorm_backward", dout, cache), dout, names="dout")


# --- spatial_batchnorm: 10 ---


def draw_images(rng, n, c, h, w):
    rows, gamma, beta = draw_batch(rng, n * h * w, c)
    return images_of(rows, (n, c, h, w)).copy(), gamma, beta


def normalise_images(student, x, gamma, beta, param):
    return normalise(student, x, gamma, beta, param, "spatial_batchnorm_forward")


def check_spatial(student, rng, shape, mode="train"):
    """Check out; where the student's own batchnorm_forward is wrong, against that one."""
    x, gamma, beta = draw_images(rng, *shape)
    param = bn_param(rng, shape[1], mode, eps=1e-3)
    right = formulas.batchnorm(x, wide(gamma), wide(beta), 1e-3, PLACES)
    if mode == "test":
        centred = x - wide(param["running_mean"])
        right = wide(gamma) * centred / np.sqrt(wide(param["running_var"]) + 1e-3) + wide(beta)
    out, _ = normalise_images(student, x, gamma, beta, param)
    try:
        check_close(
            out,
            right,
            f"out in {mode} mode for x {shape}",
            atol=BN_ATOL,
            mistakes=partial(wrong_spatial, x, gamma, beta, 1e-3),
        )
    except AssertionError:
        if not follows(student, rng, x, gamma, beta, param, out):
            raise


def follows(student, rng, x, gamma, beta, param, out):
    """Whether ``out`` is what the student's own batchnorm_forward makes of the channels."""
    try:
        check_sound(student, rng)
        own, _ = normalise(student, rows_of(x), gamma, beta, param)
        own = images_of(as_array(own, rows_of(x).shape, "out"), x.shape)
        check_close(out, own, "out", atol=BN_ATOL)
    except AssertionError:
        return False
    return True


def wrong_spatial(x, gamma, beta, eps):
    c = x.shape[1]
    mixed = formulas.batchnorm(x.reshape(-1, c), gamma, beta, eps, (0,)).reshape(x.shape)

    def over(*axes):
        return wide(gamma) * formulas.batchnorm(x, 1.0, 0.0, eps, axes) + wide(beta)

    return {
        "reshape(-1, C) mixes the channels up: move the channels to the end first": mixed,
        "each image is normalised on its own: take all images together": over(2, 3),
        "each place is normalised on its own: take all places together": over(0),
        "channels are normalised together: keep them apart": over(0, 1, 2, 3),
        "each image is normalised over its channels too: that is layer normalisation": over(
            1, 2, 3
        ),
    }


@pytest.mark.points(2, task="spatial_batchnorm", hint="one mean over all images and places")
def test_spatial_batchnorm_of_one_channel(student, rng):
    """A single channel is normalised over all images and places."""
    check_spatial(student, rng, (3, 1, 2, 2))


@pytest.mark.points(1, task="spatial_batchnorm", hint="one mean for each channel")
def test_spatial_batchnorm_of_one_image(student, rng):
    """The channels of a single image are normalised each on its own, over all places."""
    check_spatial(student, rng, (1, 3, 4, 2))


@pytest.mark.points(
    1, task="spatial_batchnorm", hint="(N, C, H, W) to (N, H, W, C) to (N * H * W, C), and back"
)
def test_spatial_batchnorm_train(student, rng):
    """Each channel is normalised over all images and places."""
    check_spatial(student, rng, (3, 2, 2, 3))


@pytest.mark.points(1, task="spatial_batchnorm", hint="hand bn_param on: mode and running values")
def test_spatial_batchnorm_test_mode(student, rng):
    """In test mode the running values of the channels normalise."""
    check_spatial(student, rng, (1, 3, 2, 4), mode="test")


@pytest.mark.points(1, task="spatial_batchnorm", hint="hand bn_param itself on, not a copy of it")
def test_spatial_batchnorm_running(student, rng):
    """Training moves the running mean and variance of each channel."""
    x, gamma, beta = draw_images(rng, 3, 2, 2, 3)
    param = bn_param(rng, 2)
    _, after = normalise_images(student, x, gamma, beta, param)
    try:
        check_averaged(after, param, "running_mean", x.mean(PLACES), 18)
        check_averaged(after, param, "running_var", x.var(PLACES), 18)
    except AssertionError:
        _, own = normalise(student, rows_of(x), gamma, beta, param)
        for key in ("running_mean", "running_var"):
            stored = as_array(own.get(key), (2,), key)
            if np.allclose(stored, param[key]) or not np.allclose(after.get(key), stored):
                raise


@pytest.mark.points(1, task="spatial_batchnorm", hint="transpose gives a view: copy before writing")
@pytest.mark.depends("test_spatial_batchnorm_of_one_image")
def test_spatial_batchnorm_leaves_its_arguments(student, rng):
    """x, gamma and beta that were handed in stay as they were."""
    x, gamma, beta = draw_images(rng, 2, 3, 2, 2)
    call = student.after("spatial_batchnorm_forward", x, gamma, beta, bn_param(rng, 3))
    check_untouched(call, x, gamma, beta, names="x, gamma, beta")


def check_spatial_gradients(student, rng, shape, *names):
    x, gamma, beta = draw_images(rng, *shape)
    dout = 2 * draw(rng, *shape)
    gradients = formulas.batchnorm_gradients(x, wide(gamma), wide(beta), 1e-3, dout, PLACES)
    right = dict(zip(("x", "gamma", "beta"), gradients, strict=True))
    inputs = {"x": x, "gamma": gamma, "beta": beta}

    def check(name, gradient):
        what, expected = f"d{name} for x {shape}", right[name].reshape(inputs[name].shape)
        averaged = {"add up over images and places, do not average": expected / x[:, 0].size}
        mistakes = averaged if name != "x" else {}
        check_close(gradient, expected, what, atol=BN_ATOL, mistakes=mistakes)

    def sound():
        check_sound(student, rng)
        param = bn_param(rng, shape[1], eps=1e-3)
        out, _ = normalise_images(student, x, gamma, beta, param)
        assert follows(student, rng, x, gamma, beta, param, out), "it is no batch normalisation"

    out = formulas.batchnorm(x, wide(gamma), wide(beta), 1e-3, PLACES)
    options = (bn_param(rng, shape[1], eps=1e-3),)
    layer = Layer(student, "spatial_batchnorm", inputs, options, out, sound)
    layer.check(dout, **{name: partial(check, name) for name in names})


@pytest.mark.points(1, task="spatial_batchnorm", hint="hand dout on as forward does with x")
def test_spatial_batchnorm_backward_of_one_channel(student, rng):
    """dx for a single channel."""
    check_spatial_gradients(student, rng, (2, 1, 2, 2), "x")


@pytest.mark.points(
    1, task="spatial_batchnorm", hint="move dout's channels to the end, as forward does with x"
)
def test_spatial_batchnorm_dx(student, rng):
    """dx for several channels, in their places."""
    check_spatial_gradients(student, rng, (3, 2, 2, 2), "x")


@pytest.mark.points(1, task="spatial_batchnorm", hint="(C,): one number for each channel")
def test_spatial_batchnorm_dgamma_dbeta(student, rng):
    """The gradients for gamma and beta add up over all images and places."""
    check_spatial_gradients(student, rng, (2, 3, 2, 2), "gamma", "beta")


# --- dropout: 14 ---


def dropped(student, x, **param):
    """The student's out and cache, out as an array of the shape of x."""
    out, cache = as_tuple(student.dropout_forward(x, param), "out, cache")
    return as_array(out, x.shape, "out"), cache


def draw_seed(rng):
    return int(rng.integers(1, 10**6))


def check_share(student, rng, x, p):
    out, _ = dropped(student, x, p=p, mode="train", seed=draw_seed(rng))
    share = np.mean(out == 0)
    assert share > 0, "nothing was dropped in train mode"
    assert share < 1, "everything was dropped"
    for axis, what in [(0, "columns"), (1, "rows")]:
        whole = (out == 0).all(axis=axis) | (out != 0).all(axis=axis)
        assert not whole.all(), f"whole {what} are dropped: each entry is drawn on its own"
    error = np.sqrt(p * (1 - p) / x.size)
    if p != 0.5:
        kept = abs(share - (1 - p)) < 6 * error
        assert not kept, "p is the probability of dropping, not of keeping"
    assert abs(share - p) < 6 * error, f"{share:.1%} of the entries are dropped with p={p}"


@pytest.mark.points(2, task="dropout", hint="one draw for each entry: rng.random(x.shape)")
def test_dropout_drops_entries(student, rng):
    """With p = 0.5 half of the entries are dropped, each on its own."""
    check_share(student, rng, 1 + np.abs(draw(rng, 50, 40)), 0.5)


@pytest.mark.points(
    2, task="dropout", hint="rng.random(x.shape) >= p keeps an entry with probability 1 - p"
)
@pytest.mark.depends("test_dropout_drops_entries")
def test_dropout_share(student, rng):
    """p is the probability of dropping."""
    check_share(student, rng, 1 + np.abs(draw(rng, 50, 40)), 0.25)


def check_scale(student, rng, p, shape):
    x = draw(rng, *shape)
    out, _ = dropped(student, x, p=p, mode="train", seed=draw_seed(rng))
    kept = out != 0
    assert kept.any(), "everything was dropped"
    ones = np.ones(kept.sum())
    check_close(
        out[kept] / x[kept],
        ones / (1 - p),
        f"the factor of the surviving entries with p={p}",
        mistakes={
            "it is 1: inverted dropout divides by 1 - p": ones,
            "it is 1 / p, and p is the probability of dropping": ones / p,
            "it is 1 - p: divide by that": ones * (1 - p),
            "it is p: divide by 1 - p": ones * p,
        },
    )


@pytest.mark.points(1, task="dropout", hint="inverted dropout scales what survives up, in training")
def test_dropout_scale_of_half(student, rng):
    """With p = 0.5 what survives is doubled, so that the mean stays."""
    check_scale(student, rng, 0.5, (12, 10))


@pytest.mark.points(2, task="dropout", hint="divide by the probability of surviving, 1 - p")
def test_dropout_scale(student, rng):
    """What survives is divided by 1 - p, so that the mean stays."""
    check_scale(student, rng, 0.25, (3, 4, 5, 2))


def check_does_nothing(student, rng, p, mode):
    x, dout = draw(rng, 6, 5), draw(rng, 6, 5)
    out, cache = dropped(student, x, p=p, mode=mode, seed=3)
    what = f'with p={p:g} in mode "{mode}"'
    scaled = {
        "in test mode nothing is scaled: training did that": x * (1 - p),
        "in test mode nothing is scaled, neither up": x / (1 - p),
    }
    zeros = np.zeros(x.shape)
    dropped_all = {"p is the probability of dropping: with 0, nothing is": zeros}
    check_close(out, x, f"out {what}", mistakes=scaled if p else dropped_all)
    check_close(student.dropout_backward(dout, cache), dout, f"dx {what}")


@pytest.mark.points(1, task="dropout", hint='mode "test" returns x as it is, and dout as it is')
def test_dropout_does_nothing_in_test_mode(student, rng):
    """Test mode changes nothing, forward or backward."""
    check_does_nothing(student, rng, 0.5, "test")


@pytest.mark.points(1, task="dropout", hint="p = 0 keeps every entry, as it is")
@pytest.mark.depends("test_dropout_drops_entries")
def test_dropout_of_nothing(student, rng):
    """p = 0 drops nothing, and changes nothing."""
    check_does_nothing(student, rng, 0.0, "train")


def masks(student, *seeds):
    """Which of 64 entries survive p = 0.5, for each of these seeds; None is no seed."""
    param = {"p": 0.5, "mode": "train"}
    params = [param if seed is None else {**param, "seed": seed} for seed in seeds]
    found = [dropped(student, np.ones((8, 8)), **p)[0] != 0 for p in params]
    assert all(0 < mask.sum() < 64 for mask in found), "in training some of 64 entries are dropped"
    return found


@pytest.mark.points(1, task="dropout", hint='np.random.default_rng(dropout_param["seed"])')
def test_dropout_seed(student, rng):
    """The same seed gives the same mask, another seed another one."""
    seed = draw_seed(rng)
    first, again, other = masks(student, seed, seed, seed + 1)
    assert np.array_equal(first, again), "the same seed gives another mask"
    assert not np.array_equal(first, other), "another seed gives the same mask"


@pytest.mark.points(1, task="dropout", hint='np.random.default_rng(dropout_param.get("seed"))')
def test_dropout_without_seed(student, rng):
    """Without a seed every call draws a new mask."""
    first, again = masks(student, None, None)
    assert not np.array_equal(first, again), "without a seed two calls give the same mask"


def check_dropout_gradient(student, rng, p):
    x, dout = draw(rng, 7, 6), draw(rng, 7, 6)
    out, cache = dropped(student, x, p=p, mode="train", seed=draw_seed(rng))
    assert 0 < np.sum(out == 0) < x.size, "in training some entries are dropped, and some are not"
    check_close(
        student.dropout_backward(dout, cache),
        dout * (out / x),
        f"dx with p={p}",
        mistakes={
            "the factor 1 / (1 - p) is missing": dout * (out != 0),
            "the mask is missing": dout / (1 - p),
            "dout came back as it was": dout,
            "the factor is applied twice": dout * (out / x) ** 2,
        },
    )


@pytest.mark.points(1, task="dropout", hint="multiply dout with the same mask and the same factor")
def test_dropout_backward(student, rng):
    """The gradient passes where the number passed, with the same factor of 2."""
    check_dropout_gradient(student, rng, 0.5)


@pytest.mark.points(1, task="dropout", hint="the factor of the forward pass, whatever p is")
def test_dropout_backward_with_any_p(student, rng):
    """The gradient passes where the number passed, with the same factor."""
    check_dropout_gradient(student, rng, 0.4)


@pytest.mark.points(1, task="dropout", hint="x[mask] = 0 and .pop write into the caller's own")
@pytest.mark.depends("test_dropout_drops_entries")
def test_dropout_leaves_its_arguments(student, rng):
    """x, dropout_param and dout that were handed in stay as they were."""
    x, dout = draw(rng, 5, 4), draw(rng, 5, 4)
    param = {"p": 0.5, "mode": "train", "seed": 7}
    call = student.after("dropout_forward", x, dict(param))
    check_untouched(call, x, param, names="x, dropout_param")
    _, cache = as_tuple(call.result, "out, cache")
    check_untouched(student.after("dropout_backward", dout, cache), dout, names="dout")


# --- penalties: 8 ---

WEIGHTS = [((4, 3), 0.3), ((2, 1, 2, 2), 1.5)]  # shapes, and lam


def penalised(student, name, w, lam):
    """loss, gradient"""
    return as_tuple(getattr(student, name)(w, lam), "loss, grad")


@pytest.mark.points(2, task="penalties", hint="lam * np.abs(w).sum()")
def test_l1_penalty(student, rng):
    """L1 costs lam * sum(|w|)."""
    for shape, lam in WEIGHTS:
        w = draw(rng, *shape)
        right = sum(abs(v) for v in w.ravel()) * lam
        check_close(
            penalised(student, "l1_penalty", w, lam)[0],
            right,
            "the L1 penalty",
            mistakes={
                "lam is missing": right / lam,
                "take the absolute values before adding up": lam * abs(w.sum()),
                "add up, do not average": right / w.size,
                "it is that of L2": lam * np.vdot(w, w),
            },
        )


@pytest.mark.points(1, task="penalties", hint="lam * np.sign(w)")
def test_l1_gradient(student, rng):
    """The gradient of L1 is lam times the sign of each weight."""
    check_l1_gradient(student, draw(rng, 4, 3), 0.3)


def check_l1_gradient(student, w, lam):
    signs = lam * ((w > 0).astype(float) - (w < 0))
    check_close(
        penalised(student, "l1_penalty", w, lam)[1],
        signs,
        "the gradient of the L1 penalty",
        mistakes={
            "lam is missing": signs / lam,
            "where a weight is 0, the gradient is 0": np.where(w == 0, lam, signs),
            "where a weight is 0, use 0": np.where(w == 0, -lam, signs),
            "it is that of L2": 2 * lam * w,
        },
    )


@pytest.mark.points(1, task="penalties", hint="np.sign(0) is 0, and 0 / 0 is not a number")
@pytest.mark.depends("test_l1_gradient")
def test_l1_gradient_at_zero(student, rng):
    """The gradient of L1 is 0 where a weight is 0."""
    w = draw(rng, 5)
    w[1] = 0.0
    check_l1_gradient(student, w, 1.5)


@pytest.mark.points(2, task="penalties", hint="lam * (w * w).sum()")
def test_l2_penalty(student, rng):
    """L2 costs lam * sum(w * w)."""
    for shape, lam in WEIGHTS:
        w = draw(rng, *shape)
        right = sum(v * v for v in w.ravel()) * lam
        check_close(
            penalised(student, "l2_penalty", w, lam)[0],
            right,
            "the L2 penalty",
            mistakes={
                "there is no factor 1/2 in this penalty": right / 2,
                "lam is missing": right / lam,
                "the sum of squares is wanted, not its root": lam * np.sqrt(right / lam),
                "add up, do not average": right / w.size,
            },
        )


@pytest.mark.points(1, task="penalties", hint="2 * lam * w")
def test_l2_gradient(student, rng):
    """The gradient of L2 is 2 * lam * w."""
    w = draw(rng, 4, 3)
    check_close(
        penalised(student, "l2_penalty", w, 0.3)[1],
        0.3 * (w + w),
        "the gradient of the L2 penalty",
        mistakes={
            "the factor 2 of the square is missing": 0.3 * w,
            "lam is missing": 2 * w,
        },
    )


@pytest.mark.points(1, task="penalties", hint="w *= ... writes into the caller's w")
def test_penalties_leave_their_arguments(student, rng):
    """Weights cost something, and stay as they were."""
    for name in ("l1_penalty", "l2_penalty"):
        w = 1 + abs(draw(rng, 3, 3))
        call = student.after(name, w, 0.5)
        loss, _ = as_tuple(call.result, "loss, grad")
        assert as_number(loss, "the penalty") > 0, f"{name}: the penalty is not above 0"
        check_untouched(call, w, names="w")


# --- random_flip: 6 ---


def changed(out, images):
    """Which images are not as they were: (N,)."""
    out = as_array(out, images.shape, "the result")
    return (out != images).any(axis=(1, 2, 3))


@pytest.mark.points(2, task="random_flip", hint="images[n][:, :, ::-1] is a mirror image")
def test_random_flip_mirrors(student, rng):
    """An image that is not as it was is its mirror image, left to right, channels in place."""
    images = draw(rng, 4, 3, 2, 5)
    outs = [
        as_array(student.random_flip(images, rng, p), images.shape, "the result")
        for p in (1.0, 0.0)
    ]
    found = [(old, new) for out in outs for old, new in zip(images, out, strict=True)]
    flipped = [(old, new) for old, new in found if not np.array_equal(old, new)]
    assert flipped, "no image is flipped, neither with p=1 nor with p=0"
    for axes, advice in [
        ((1,), "images are turned upside down: flip them from left to right, axis 3"),
        ((1, 2), "images are turned by 180 degrees: flip them from left to right alone"),
        ((0,), "the channels are flipped: flip the columns, axis 3"),
        ((0, 2), "the channels are flipped, too: flip the columns alone, axis 3"),
    ]:
        wrong = all(np.array_equal(np.flip(old, axes), new) for old, new in flipped)
        assert not wrong, advice
    assert all(np.array_equal(old[:, :, ::-1], new) for old, new in flipped), (
        "some images are neither as they were nor their mirror images"
    )


@pytest.mark.points(1, task="random_flip", hint="flip where rng.random(N) < p")
def test_random_flip_of_all_or_none(student, rng):
    """With p = 1 every image is flipped, with p = 0 none."""
    images = draw(rng, 4, 3, 2, 5)
    flipped = changed(student.random_flip(images, rng, 1.0), images)
    assert flipped.all(), "with p=1 not all images are flipped"
    flipped = changed(student.random_flip(images, rng, 0.0), images)
    assert not flipped.any(), "with p=0 some images are flipped"


def check_flips(student, rng, p, *options):
    images = rng.random((250, 2, 2, 3))
    share = changed(student.random_flip(images, rng, *options), images).mean()
    assert 0 < share < 1, "all images are treated alike: draw for each image on its own"
    error = np.sqrt(p * (1 - p) / len(images))
    assert abs(share - p) < 6 * error, f"{share:.0%} of the images are flipped with p={p}"


@pytest.mark.points(1, task="random_flip", hint="one draw for each image; p is 0.5 unless given")
def test_random_flip_of_half(student, rng):
    """Unless told otherwise, each image is flipped with probability 0.5, on its own."""
    check_flips(student, rng, 0.5)


@pytest.mark.points(1, task="random_flip", hint="rng.random(N) < p: one draw for each image")
def test_random_flip_with_any_p(student, rng):
    """Each image is flipped with probability p, on its own."""
    check_flips(student, rng, 0.25, 0.25)


@pytest.mark.points(1, task="random_flip", hint="draw from rng; work on a copy")
def test_random_flip_draws_from_rng(student, rng):
    """The numbers of rng alone decide, and the images that were handed in stay as they were."""
    images = rng.random((40, 2, 2, 3))
    state = int(rng.integers(10**6))
    calls = [
        student.after("random_flip", images, np.random.default_rng(s))
        for s in (state, state, state + 1)
    ]
    check_untouched(calls[0], images, names="images")
    first, again, other = (changed(call.result, images) for call in calls)
    assert first.any(), "of 40 images none is flipped"
    assert np.array_equal(first, again), "the same rng gives other flips: draw from rng alone"
    assert not np.array_equal(first, other), "another rng gives the same flips: draw from rng"


# --- random_crop: 6 ---


@pytest.mark.points(2, task="random_crop", hint="np.pad with zeros, then [top:top+H, left:left+W]")
def test_random_crop_pieces(student, rng):
    """Every result is a piece, of the old size, of its image surrounded by zeros."""
    for shape, pad in [((6, 2, 4, 5), 2), ((2, 3, 3, 3), 0)]:
        images = draw(rng, *shape)
        out = as_array(student.random_crop(images, rng, pad), images.shape, "the result")

        def found_in(pieces, out=out):  # (places, N, C, H, W)
            return (pieces == out).all(axis=(2, 3, 4)).any(axis=0).all()

        if not found_in(formulas.crops(images, pad)):
            assert not found_in(formulas.crops(images, pad, mode="wrap")), (
                "what leaves on one side comes back on the other: zeros surround an image"
            )
            raise AssertionError(
                "some images are no pieces of the image surrounded by zeros: cut H x W pixels, "
                "all channels"
            )


def drawn_places(out, images):
    """Where each image of 3 x 3 pixels was cut, by which pixel came to its middle: (N,)."""
    out = as_array(out, images.shape, "the result")
    matches = (images == out[:, :, 1:2, 1:2]).reshape(-1, 9)
    assert matches.any(axis=1).all(), "some images are shifted by more than pad"
    return matches.argmax(axis=1)


def draw_places(student, rng, count):
    images = 1.0 + np.arange(9 * count).reshape(count, 1, 3, 3)
    return drawn_places(student.random_crop(images, rng, 1), images)


@pytest.mark.points(1, task="random_crop", hint="two draws for each image: size=(N, 2)")
def test_random_crop_draws_for_each_image(student, rng):
    """Each image is cut at a place of its own."""
    counts = np.bincount(draw_places(student, rng, 60), minlength=9)
    assert counts.max() < 60, "all images are cut at the same place: draw for each on its own"


@pytest.mark.points(
    1, task="random_crop", hint="two draws for each image, rng.integers(0, 2 * pad + 1)"
)
@pytest.mark.depends("test_random_crop_draws_for_each_image")
def test_random_crop_uses_all_places(student, rng):
    """Rows and columns are drawn separately, from all 2 * pad + 1 places."""
    # One of 9 places stays unused in 270 draws once in 10^13.
    found = set(draw_places(student, rng, 270).tolist())
    if len(found) < 9:
        why = {
            3: "rows and columns are drawn separately",
            4: "rng.integers leaves out its upper end",
        }.get(len(found), "both rows and columns go from 0 to 2 * pad")
        raise AssertionError(f"only {len(found)} of 9 places are used: {why}")


@pytest.mark.points(1, task="random_crop", hint="rng.integers draws uniformly, each image anew")
@pytest.mark.depends("test_random_crop_draws_for_each_image")
def test_random_crop_is_uniform(student, rng):
    """All places are equally likely."""
    counts = np.bincount(draw_places(student, rng, 600), minlength=9)
    # Sum of (count - 67)^2 / 67, chi squared with 8 degrees of freedom: above 60 once in 10^9.
    # Rounded normal numbers of spread 0.7 give 220, known to 30.
    used = counts[counts > 0]
    even = 600 / len(used)  # which places are used, is asked for above
    assert np.sum((used - even) ** 2) / even < 60, "some places are far more likely than others"


@pytest.mark.points(1, task="random_crop", hint="draw from rng; np.pad returns a new array")
def test_random_crop_draws_from_rng(student, rng):
    """The numbers of rng alone decide, and the images that were handed in stay as they were."""
    images = draw(rng, 50, 1, 3, 3)
    state = int(rng.integers(10**6))
    calls = [
        student.after("random_crop", images, np.random.default_rng(s), 1)
        for s in (state, state, state + 1)
    ]
    check_untouched(calls[0], images, names="images")
    first, again, other = (as_array(call.result, images.shape, "the result") for call in calls)
    assert np.array_equal(first, again), "the same rng gives other places: draw from rng alone"
    assert not np.array_equal(first, other), "another rng gives the same places: draw from rng"


# --- early_stopping: 7 ---


def check_stop(student, rng, losses, patience, note=""):
    """The losses in their order, at another scale for each student."""
    scale = 1 + rng.random()
    losses = [round(float(scale * loss), 4) for loss in losses]
    right = formulas.best_epoch(losses, patience)
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
        "after progress the count starts anew": formulas.stop_without_reset(losses, patience),
        "count from the best epoch so far, not from the one before": (
            formulas.stop_against_the_epoch_before(losses, patience)
        ),
        "it stops an epoch too late": formulas.best_epoch(losses, patience + 1),
        "it stops an epoch too early": formulas.best_epoch(losses, max(patience - 1, 1)),
        "that is where training stops: the best epoch before is asked for": stop,
        "epochs count from 0": right + 1,
    }


@pytest.mark.points(1, task="early_stopping", hint="the last epoch may be the best")
def test_early_stopping_never(student, rng):
    """Losses that always fall never stop, and a single one is the best."""
    check_stop(student, rng, [1.0, 0.5, -1.0, -2.0], 1)
    check_stop(student, rng, [1.5], 1)


@pytest.mark.points(1, task="early_stopping", hint="the best epoch's index, from 0, not the last's")
def test_early_stopping_returns_the_best(student, rng):
    """The answer is the epoch with the lowest loss, whether patience or the losses end first."""
    check_stop(student, rng, [5.0, 4.0, 3.0, 3.5, 3.75, 3.6, 3.25], 3)
    check_stop(student, rng, [2.0, 1.0, 3.0, 4.0], 50)


# In each of the following lists, every usual mistake that is not right ends at another epoch.


@pytest.mark.points(1, task="early_stopping", hint="stop once `patience` epochs brought nothing")
def test_early_stopping_heeds_the_patience(student, rng):
    """After exactly so many epochs without progress nothing more is seen."""
    check_stop(student, rng, [3.0, 4.0, 4.5, 1.0, 2.0, 2.5, 3.0, 0.5], 2)
    check_stop(student, rng, [3.0, 4.0, 1.0], 2)


@pytest.mark.points(1, task="early_stopping", hint="progress sets the count back to 0")
def test_early_stopping_counts_in_a_row(student, rng):
    """Only epochs in a row count: progress starts the count anew."""
    check_stop(student, rng, [5.0, 6.0, 4.0, 5.0, 3.0, 1.0], 2)


@pytest.mark.points(1, task="early_stopping", hint="compare with the best loss so far")
def test_early_stopping_compares_with_the_best(student, rng):
    """Progress is a loss below the best so far, not below that of the epoch before."""
    check_stop(student, rng, [4.0, 2.0, 3.0, 2.5, 2.75, 2.25, 1.5, 1.6, 1.7, 1.8, 1.0], 3)


@pytest.mark.points(1, task="early_stopping", hint="an equal loss, or nan, is an epoch of waiting")
def test_early_stopping_ties_and_nan(student, rng):
    """Equal losses and NaN are no progress; of equal ones the first counts."""
    check_stop(student, rng, [2.0, 1.0, 1.0, 1.0, 1.5, 1.6, 0.5], 2, ": equal losses")
    nan = float("nan")
    check_stop(student, rng, [3.0, 2.0, nan, nan, 1.0], 2, ": NaN is no progress")
    check_stop(student, rng, [3.0, nan, 2.0, 2.5], 2, ": NaN is one epoch of waiting")


@pytest.mark.points(1, task="early_stopping", hint="raise ValueError(...) where len is 0")
def test_early_stopping_refuses(student):
    """Of no losses none is the best: ValueError. Of one, that is."""
    student.early_stopping_epoch([1.5], 1)
    check_raises(ValueError, student, "early_stopping_epoch", [], 3)


# --- ensemble_average: 3 ---


def check_ensemble(student, probs):
    m, _, c = probs.shape
    call = student.after("ensemble_average", probs)
    with np.errstate(divide="ignore"):
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
                geometric / np.maximum(geometric.sum(axis=1, keepdims=True), 1e-12)
            ),
            "it is the largest probability of any model": probs.max(axis=0),
        },
    )
    return call


@pytest.mark.points(1, task="ensemble_average", hint="(M, N, C) to (N, C), also where M is 1")
def test_ensemble_average_of_one(student, rng):
    """A single model is its own mean, here for a single example."""
    check_ensemble(student, rng.dirichlet(np.ones(3), size=(1, 1)))


@pytest.mark.points(1, task="ensemble_average", hint="divide by the number of models")
def test_ensemble_average_of_certain_models(student, rng):
    """Of models that are certain, the mean is the share of them that say so."""
    check_ensemble(student, np.eye(4)[rng.permuted(np.tile(np.arange(4), (3, 1)), axis=1)])


@pytest.mark.points(1, task="ensemble_average", hint="the mean over the models, axis 0")
def test_ensemble_average(student, rng):
    """The mean of the models' probabilities; they stay as they were."""
    probs = rng.dirichlet(np.ones(3), size=(3, 3))  # no shape tells which axis the mean takes
    check_untouched(check_ensemble(student, probs), probs, names="probs")
