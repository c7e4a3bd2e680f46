"""Hidden tests of the optimizers assignment: 100 points.

Every demand on a rule has its test, so that a mistake in one costs no other: a single step from
rest, a single step with a memory that is handed in, several steps in a row, epsilon, the settings
that config lacks, a new run. What epsilon does and what the defaults are is judged against other
steps of the student's own, in which a mistake elsewhere cancels.

Where a rule ends after k steps is compared with an explicit sum over all k gradients, which needs
no recursion and no state: momentum as a sum of decaying pushes, Nesterov as the look-ahead point
of its original form, the adaptive rules from sums of squares. What is compared is the way gone,
``next_w - w``, not the weights, so that the tolerance of ``graders.engine.compare`` is one of the
step. Mistakes are recognised by the wrong steps in ``rules``.
"""

import numpy as np
import pytest

from graders.engine.compare import as_array, as_tuple, check_close, check_untouched
from graders.hidden.optimizers.rules import (
    ADAGRAD,
    ADAM,
    INSIDE,
    MOMENTUM,
    NESTEROV,
    RMSPROP,
    SGD,
    SHORTER_FORM,
    went,
)


def sums(terms, decay=1.0):
    """For every t the sum of ``decay**(t - s) * terms[s]`` over s <= t."""
    return [
        sum(decay ** (t - s) * term for s, term in enumerate(terms[: t + 1]))
        for t in range(len(terms))
    ]


def draw(rng, steps, shape=(3, 2), scale=1.0):
    """Weights, and gradients none of which is close to 0."""
    sizes = scale * (0.5 + rng.random((steps, *shape)))
    return rng.standard_normal(shape), list(sizes * rng.choice([-1.0, 1.0], sizes.shape))


def next_weights(result, shape):
    """``next_w`` of what a rule returned; whether config came with it has its own test."""
    if not isinstance(result, np.ndarray):
        result = as_tuple(result, "next_w, config")[0]
    return as_array(result, shape, "next_w")


def way(function, w, gradients, *config):
    """How far a student's rule goes from w, given these gradients one after another."""
    start, (*before, last) = w, gradients
    for gradient in before:
        result, *config = as_tuple(function(w, gradient, *config), "next_w, config")
        assert isinstance(config[0], dict), "config, the second result, must be a dictionary"
        w = as_array(result, w.shape, "next_w")
    return next_weights(function(w, last, *config), w.shape) - start


def check_way(student, rule, rng, settings, memory=None, steps=1, formula=None):
    """Compare the way gone with ``formula(gradients)``, or with the one step that is right."""
    w, gradients = draw(rng, steps)
    values = (memory or rule.rest).values(), settings.values()

    def mistakes():
        ways = {advice: went(wrong, gradients, *values) for advice, wrong in rule.mistakes.items()}
        if steps > 1:
            change, after = rule.step(gradients[0], *values[0], *values[1])
            ways["the config that is returned has lost the settings"] = change + went(
                rule.step, gradients[1:], after, rule.defaults.values()
            )
            # that several steps end in NaN says nothing of the cause
            ways = {advice: way for advice, way in ways.items() if np.isfinite(way).all()}
        return ways

    check_close(
        way(getattr(student, rule.name), w, gradients, settings | (memory or {})),
        formula(gradients) if formula else went(rule.step, gradients, *values),
        "the way gone in " + ("one step" if steps == 1 else f"{steps} steps"),
        mistakes=mistakes,
        atol=1e-5,
    )


USUAL = (1e-3, 1e-2, 0.1, 0.5, 0.9, 0.99, 0.999, 1e-10, 1e-7, 1e-6, 1e-5)
"""Defaults in other courses and libraries."""


def check_defaults(student, rule, rng, memory=lambda g: {}):
    """A step without settings is right, or at least the student's own with the defaults given."""
    function, defaults = getattr(student, rule.name), dict(rule.defaults)
    # next to gradients of 1e-8, an epsilon of 1e-8 shows
    w, gradients = draw(rng, 1, scale=1e-8 if "epsilon" in defaults else 1.0)
    w = 0.01 * w  # default steps are as small as 1e-3: keep 32-bit rounding of w below them
    given = memory(gradients[0])

    def own(**settings):
        return way(function, w, gradients, settings | given)

    def right(**settings):
        return went(rule.step, gradients, (rule.rest | given).values(), settings.values())

    def same(way, other):
        return np.allclose(way, other, rtol=1e-4, atol=1e-7)

    gone = own()
    if not same(gone, right(**defaults)) and same(gone, own(**defaults)):
        changed = {name: own(**defaults | {name: value / 2}) for name, value in defaults.items()}
        unheeded = [name for name, way in changed.items() if same(gone, way)]
        assert not unheeded, f"{unheeded[0]} in config is not heeded"
        return
    check_close(
        gone,
        right(**defaults),
        "one step without settings",
        mistakes=lambda: {
            f"{name} is {value:g} where config has none: {default:g} is asked for": (
                right(**defaults | {name: value})
            )
            for name, default in defaults.items()
            for value in USUAL
        },
        atol=1e-7,
    )


def check_new_run(student, rule, rng):
    """A run that begins without config knows nothing of the run before."""
    function, (w, (first, second)) = getattr(student, rule.name), draw(rng, 2)
    second = -np.sign(first) * np.abs(second)
    before = way(function, w, [first])
    from_rest = way(function, w, [second], {})
    assert np.isfinite(from_rest).all(), "the first step of a run goes to NaN or infinity"
    assert (from_rest != before).all(), "the first step of a run does not depend on the gradient"
    for nothing in ([], [None]):
        assert np.allclose(way(function, w, [second], *nothing), from_rest, rtol=1e-6, atol=1e-9), (
            "a second run without config starts with what the first one remembered: is one "
            "dictionary the default of all calls? Write config=None, and make a new one inside"
        )


def check_epsilon(student, rule, rng, memory=lambda g: {}, **mistakes):
    """What an epsilon of 0.5 makes of the student's own step.

    A step of ``rate * g / root`` becomes ``rate * g / (root + epsilon)``, whatever the root is.
    """
    function, (w, (g,)) = getattr(student, rule.name), draw(rng, 1)
    settings, epsilon = {**rule.defaults, "learning_rate": 0.3} | memory(g), 0.5
    without = way(function, w, [g], settings)
    assert np.isfinite(without).all(), "the step goes to NaN or infinity"
    assert without.all(), "the step moves nothing"
    root = np.abs(0.3 * g / without)
    check_close(
        way(function, w, [g], settings | {"epsilon": epsilon}),
        without * root / (root + epsilon),
        "the step with epsilon = 0.5",
        mistakes={
            "epsilon in config is not heeded": without,
            INSIDE: without * root / np.sqrt(root**2 + epsilon),
            **{advice: without * wrong(root, epsilon) for advice, wrong in mistakes.items()},
        },
        atol=1e-5,
    )


def check_zero_gradient(student, rule, **memory):
    gone = way(getattr(student, rule.name), np.ones(3), [np.array([0.0, 1.0, 0.0])], memory)
    assert gone[1], "a gradient of 1 moves nothing"
    check_close(
        gone[::2],
        np.zeros(2),
        "the way gone with a gradient of 0",
        mistakes={"0 is divided by 0: add epsilon to the square root": np.full(2, np.nan)},
    )


def check_arguments(student, rule, rng, memory=lambda g: {}):
    w, (dw,) = draw(rng, 1)
    call = student.after(rule.name, w, dw, memory(dw))
    after = next_weights(call.result, w.shape)
    assert np.isfinite(after).all(), "the step goes to NaN or infinity"
    assert (after != w).any(), "the step moves nothing"
    assert np.ptp(after), "all weights are the same after the step"
    check_untouched(call, w, dw, names="w, dw")  # config may change


# --- sgd: 8 ---


@pytest.mark.points(3, task="sgd", hint="w - learning_rate * dw")
def test_sgd_step(student, rng):
    """A step goes against the gradient, by the learning rate times its length."""
    check_way(student, SGD, rng, {"learning_rate": 0.3})


@pytest.mark.points(1, task="sgd", hint="nothing in the rule depends on the shape")
def test_sgd_any_shape(student, rng):
    """The same numbers in another shape take the same step."""
    w, (dw,) = draw(rng, 1, (6,))
    flat, back = (way(student.sgd, w, [g], {"learning_rate": 0.3}) for g in (dw, -dw))
    assert np.isfinite(flat).all(), "the step goes to NaN or infinity"
    assert (flat != back).all(), "the step does not depend on the gradient"
    for shape in [(3, 2), (2, 1, 3)]:
        gone = way(student.sgd, w.reshape(shape), [dw.reshape(shape)], {"learning_rate": 0.3})
        check_close(gone, flat.reshape(shape), f"the step for an array of shape {shape}")


@pytest.mark.points(2, task="sgd", hint="return w - learning_rate * dw, config")
def test_sgd_returns_config(student, rng):
    """The config that comes back takes the next step as the first one was taken."""
    config, (w, gradients) = {"learning_rate": 0.3}, draw(rng, 2)
    single = sum(way(student.sgd, w, [g], config) for g in gradients)
    assert np.isfinite(single).all(), "the steps go to NaN or infinity"
    assert single.all(), "the steps move nothing"
    check_close(
        way(student.sgd, w, gradients, config),
        single,
        "the way gone in two steps",
        mistakes={
            "the config that is returned has lost the learning rate": (
                way(student.sgd, w, gradients[:1], config) + way(student.sgd, w, gradients[1:], {})
            )
        },
    )


@pytest.mark.points(1, task="sgd", hint='config.setdefault("learning_rate", 1e-2)')
def test_sgd_defaults(student, rng):
    """Where config has none, the learning rate is 0.01; and config may be None."""
    check_defaults(student, SGD, rng)
    w, (dw,) = draw(rng, 1)
    assert way(student.sgd, w, [dw], None).any(), "without config the step moves nothing"


@pytest.mark.points(1, task="sgd", hint="w -= ... writes into the caller's array")
def test_sgd_leaves_its_arguments(student, rng):
    """Weights and gradient that were handed in stay as they were."""
    check_arguments(student, SGD, rng)


# --- sgd_momentum: 14 ---


def momentum_way(gs, rate, mu, velocity=0.0):
    pushes = sums(gs, mu)
    coasting = velocity * sum(mu ** (t + 1) for t in range(len(gs)))
    return coasting - rate * sum(pushes)


@pytest.mark.points(3, task="sgd_momentum", hint="from rest, v is -learning_rate * dw; w + v")
def test_sgd_momentum_from_rest(student, rng):
    """The first step is that of plain descent."""
    check_way(student, MOMENTUM, rng, {"learning_rate": 0.2, "momentum": 0.8})


@pytest.mark.points(
    3, task="sgd_momentum", hint='v = momentum * config["velocity"] - learning_rate * dw; w + v'
)
def test_sgd_momentum_with_a_velocity(student, rng):
    """A velocity that is handed in fades, is pushed by the gradient, and moves the weights."""
    settings, velocity = {"learning_rate": 0.2, "momentum": 0.8}, rng.standard_normal((3, 2))
    check_way(student, MOMENTUM, rng, settings, {"velocity": velocity})


@pytest.mark.points(3, task="sgd_momentum", hint='config["velocity"] = v, and return config')
def test_sgd_momentum_steps(student, rng):
    """Over several steps pushes add up in the velocity, and older ones fade."""
    settings = {"learning_rate": 0.2, "momentum": 0.8}
    check_way(
        student, MOMENTUM, rng, settings, steps=4, formula=lambda gs: momentum_way(gs, 0.2, 0.8)
    )


@pytest.mark.points(2, task="sgd_momentum", hint="learning_rate 1e-2, momentum 0.9")
def test_sgd_momentum_defaults(student, rng):
    """Where config has none, the learning rate is 0.01 and the momentum 0.9."""
    velocity = 0.1 * rng.standard_normal((3, 2))
    check_defaults(student, MOMENTUM, rng, lambda g: {"velocity": velocity})


@pytest.mark.points(1, task="sgd_momentum", hint="if config is None: config = {}")
def test_sgd_momentum_new_run(student, rng):
    """A new run, without config, starts from rest."""
    check_new_run(student, MOMENTUM, rng)


@pytest.mark.points(2, task="sgd_momentum", hint="make a new array: w + v")
def test_sgd_momentum_leaves_its_arguments(student, rng):
    """Weights and gradient that were handed in stay as they were."""
    check_arguments(student, MOMENTUM, rng)


# --- nesterov_momentum: 14 ---


def nesterov_way(gs, rate, mu, velocity=0.0):
    """The look-ahead point theta + mu v of the original form, less where it was at first."""
    last = velocity * mu ** len(gs) - rate * sums(gs, mu)[-1]
    return momentum_way(gs, rate, mu, velocity) + mu * last - mu * velocity


@pytest.mark.points(
    3, task="nesterov_momentum", hint="from rest the step is -(1 + momentum) * learning_rate * dw"
)
def test_nesterov_momentum_from_rest(student, rng):
    """The first step looks ahead already: it is longer than that of plain descent."""
    check_way(student, NESTEROV, rng, {"learning_rate": 0.2, "momentum": 0.8})


@pytest.mark.points(
    3,
    task="nesterov_momentum",
    hint="keep the old velocity: w - momentum * v_prev + (1 + momentum) * v",
)
def test_nesterov_momentum_with_a_velocity(student, rng):
    """A velocity that is handed in enters twice: as it was, and as it is after the update."""
    settings, velocity = {"learning_rate": 0.2, "momentum": 0.8}, rng.standard_normal((3, 2))
    check_way(student, NESTEROV, rng, settings, {"velocity": velocity})


@pytest.mark.points(3, task="nesterov_momentum", hint='config["velocity"] = v, and return config')
def test_nesterov_momentum_steps(student, rng):
    """Over several steps the weights follow the looked-ahead point."""
    settings = {"learning_rate": 0.2, "momentum": 0.8}
    check_way(
        student, NESTEROV, rng, settings, steps=4, formula=lambda gs: nesterov_way(gs, 0.2, 0.8)
    )


@pytest.mark.points(2, task="nesterov_momentum", hint="learning_rate 1e-2, momentum 0.9")
def test_nesterov_momentum_defaults(student, rng):
    """Where config has none, the learning rate is 0.01 and the momentum 0.9."""
    velocity = 0.1 * rng.standard_normal((3, 2))
    check_defaults(student, NESTEROV, rng, lambda g: {"velocity": velocity})


@pytest.mark.points(1, task="nesterov_momentum", hint="if config is None: config = {}")
def test_nesterov_momentum_new_run(student, rng):
    """A new run, without config, starts from rest."""
    check_new_run(student, NESTEROV, rng)


@pytest.mark.points(2, task="nesterov_momentum", hint="make a new array instead of w += ...")
def test_nesterov_momentum_leaves_its_arguments(student, rng):
    """Weights and gradient that were handed in stay as they were."""
    check_arguments(student, NESTEROV, rng)


# --- adagrad: 14 ---


def adagrad_way(gs, rate):
    return -rate * sum(g / G**0.5 for g, G in zip(gs, sums([g**2 for g in gs]), strict=True))


@pytest.mark.points(
    3, task="adagrad", hint="from rest the cache is dw**2, and sqrt(cache) the size of dw"
)
def test_adagrad_from_rest(student, rng):
    """The first step has the length of the learning rate, whatever the gradient."""
    check_way(student, ADAGRAD, rng, {"learning_rate": 0.3, "epsilon": 1e-8})


@pytest.mark.points(
    3, task="adagrad", hint='add dw**2 to config["cache"], then divide by its square root'
)
def test_adagrad_with_a_cache(student, rng):
    """A step is divided by the root of the cache that is handed in plus the new square."""
    settings, cache = {"learning_rate": 0.3, "epsilon": 1e-8}, 1 + rng.random((3, 2))
    check_way(student, ADAGRAD, rng, settings, {"cache": cache})


@pytest.mark.points(2, task="adagrad", hint='config["cache"] keeps the sum; return config')
def test_adagrad_steps(student, rng):
    """Over several steps the squares of all gradients add up."""
    settings = {"learning_rate": 0.3, "epsilon": 1e-8}
    check_way(student, ADAGRAD, rng, settings, steps=4, formula=lambda gs: adagrad_way(gs, 0.3))


@pytest.mark.points(2, task="adagrad", hint='sqrt(cache) + config["epsilon"]')
def test_adagrad_epsilon(student, rng):
    """Epsilon, as config has it, is added to the square root."""
    check_epsilon(student, ADAGRAD, rng)


@pytest.mark.points(1, task="adagrad", hint="epsilon keeps 0 from being divided by 0")
def test_adagrad_of_zero_gradients(student):
    """A weight whose gradient was always 0 stays where it is."""
    check_zero_gradient(student, ADAGRAD)


@pytest.mark.points(1, task="adagrad", hint="learning_rate 1e-2, epsilon 1e-8")
def test_adagrad_defaults(student, rng):
    """Where config has none, the learning rate is 0.01 and epsilon 1e-8."""
    check_defaults(student, ADAGRAD, rng)


@pytest.mark.points(1, task="adagrad", hint="if config is None: config = {}")
def test_adagrad_new_run(student, rng):
    """A new run, without config, starts with an empty cache."""
    check_new_run(student, ADAGRAD, rng)


@pytest.mark.points(1, task="adagrad", hint="dw **= 2 writes into the caller's array")
def test_adagrad_leaves_its_arguments(student, rng):
    """Weights and gradient that were handed in stay as they were."""
    check_arguments(student, ADAGRAD, rng)


# --- rmsprop: 14 ---


def rmsprop_way(gs, rate, decay):
    seen = [(1 - decay) * total for total in sums([g**2 for g in gs], decay)]
    return -rate * sum(g / G**0.5 for g, G in zip(gs, seen, strict=True))


@pytest.mark.points(
    3, task="rmsprop", hint="from rest the cache is (1 - decay_rate) * dw**2; divide by its root"
)
def test_rmsprop_from_rest(student, rng):
    """With a decay of 1/2, the first step is the root of 2 times the learning rate."""
    settings = {"learning_rate": 0.3, "decay_rate": 0.5, "epsilon": 1e-8}
    check_way(student, RMSPROP, rng, settings)


@pytest.mark.points(3, task="rmsprop", hint="cache = decay_rate * cache + (1 - decay_rate) * dw**2")
def test_rmsprop_with_a_cache(student, rng):
    """The cache that is handed in decays, and the new square is weighted to match."""
    settings = {"learning_rate": 0.3, "decay_rate": 0.7, "epsilon": 1e-8}
    check_way(student, RMSPROP, rng, settings, {"cache": 1 + rng.random((3, 2))})


@pytest.mark.points(2, task="rmsprop", hint='config["cache"] keeps the average; return config')
def test_rmsprop_steps(student, rng):
    """Over several steps older squares count less and less."""
    settings = {"learning_rate": 0.3, "decay_rate": 0.7, "epsilon": 1e-8}
    check_way(
        student, RMSPROP, rng, settings, steps=4, formula=lambda gs: rmsprop_way(gs, 0.3, 0.7)
    )


@pytest.mark.points(2, task="rmsprop", hint='sqrt(cache) + config["epsilon"]')
def test_rmsprop_epsilon(student, rng):
    """Epsilon, as config has it, is added to the square root."""
    check_epsilon(student, RMSPROP, rng)


@pytest.mark.points(1, task="rmsprop", hint="epsilon keeps 0 from being divided by 0")
def test_rmsprop_of_zero_gradients(student):
    """A weight whose gradient was always 0 stays where it is."""
    check_zero_gradient(student, RMSPROP)


@pytest.mark.points(1, task="rmsprop", hint="learning_rate 1e-2, decay_rate 0.99, epsilon 1e-8")
def test_rmsprop_defaults(student, rng):
    """Where config has none, the settings are the stated ones."""
    check_defaults(student, RMSPROP, rng)


@pytest.mark.points(1, task="rmsprop", hint="if config is None: config = {}")
def test_rmsprop_new_run(student, rng):
    """A new run, without config, starts with an empty cache."""
    check_new_run(student, RMSPROP, rng)


@pytest.mark.points(1, task="rmsprop", hint="make new arrays: dw**2, not dw **= 2")
def test_rmsprop_leaves_its_arguments(student, rng):
    """Weights and gradient that were handed in stay as they were."""
    check_arguments(student, RMSPROP, rng)


# --- adam: 18 ---

ADAM_SETTINGS = {"learning_rate": 0.3, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-8}


def adam_way(gs, rate, beta1, beta2):
    total = 0.0
    means, squares = sums(gs, beta1), sums([g**2 for g in gs], beta2)
    for t, (m, v) in enumerate(zip(means, squares, strict=True), start=1):
        m_hat = (1 - beta1) * m / (1 - beta1**t)
        v_hat = (1 - beta2) * v / (1 - beta2**t)
        total = total - rate * m_hat / v_hat**0.5
    return total


def averages(rng, t):
    """The memory after t steps with gradients of order 1."""
    b1, b2 = ADAM_SETTINGS["beta1"], ADAM_SETTINGS["beta2"]
    m, v = (1 - b1**t) * rng.standard_normal((3, 2)), (1 - b2**t) * (1 + rng.random((3, 2)))
    return {"m": m, "v": v, "t": t}


def steady(t):
    """Of a gradient: the memory after t steps in which it was always the same, default betas."""
    return lambda g: {"m": (1 - 0.9**t) * g, "v": (1 - 0.999**t) * g**2, "t": t}


@pytest.mark.points(2, task="adam", hint="t is 1 in the first step: raise it before it is used")
def test_adam_from_rest(student, rng):
    """The first step has the length of the learning rate, whatever the gradient."""
    check_way(student, ADAM, rng, ADAM_SETTINGS)


@pytest.mark.points(5, task="adam", hint="m and v are averages: beta * old + (1 - beta) * new")
def test_adam_late_in_a_run(student, rng):
    """With a large t handed in, the step is the mean gradient over the root of the mean square."""
    check_way(student, ADAM, rng, ADAM_SETTINGS, averages(rng, 1000))


@pytest.mark.points(2, task="adam", hint="divide m by 1 - beta1**t and v by 1 - beta2**t")
def test_adam_early_in_a_run(student, rng):
    """With a small t handed in, both averages are corrected for starting at zero."""
    check_way(student, ADAM, rng, ADAM_SETTINGS, averages(rng, 2))


@pytest.mark.points(3, task="adam", hint="keep m and v uncorrected in config, and t; return config")
def test_adam_steps(student, rng):
    """Over several steps config keeps the averages and the number of steps."""
    check_way(
        student, ADAM, rng, ADAM_SETTINGS, steps=4, formula=lambda gs: adam_way(gs, 0.3, 0.8, 0.95)
    )


@pytest.mark.points(1, task="adam", hint='sqrt(v_hat) + config["epsilon"]')
def test_adam_epsilon(student, rng):
    """Epsilon, as config has it, is added to the square root."""
    check_epsilon(student, ADAM, rng, steady(50_000))


@pytest.mark.points(1, task="adam", hint="correct v before its root is taken and epsilon added")
def test_adam_epsilon_early_in_a_run(student, rng):
    """Epsilon is added to the root of the corrected v, not to that of v itself."""
    correction = np.sqrt(1 - 0.999**4)

    def shorter(root, epsilon):
        return root / (root + epsilon / correction)

    check_epsilon(student, ADAM, rng, steady(3), **{SHORTER_FORM: shorter})


@pytest.mark.points(1, task="adam", hint="epsilon keeps 0 from being divided by 0")
def test_adam_of_zero_gradients(student):
    """A weight whose gradient was always 0 stays where it is."""
    check_zero_gradient(student, ADAM, m=np.zeros(3), v=np.zeros(3), t=4)


@pytest.mark.points(1, task="adam", hint="learning_rate 1e-3, beta1 0.9, beta2 0.999, epsilon 1e-8")
def test_adam_defaults(student, rng):
    """Where config has none, the settings are the stated ones."""
    check_defaults(student, ADAM, rng, lambda g: {"m": 0.3 * g, "v": 0.01 * g**2, "t": 4})


@pytest.mark.points(1, task="adam", hint="if config is None: config = {}; m, v and t start at 0")
def test_adam_new_run(student, rng):
    """A new run, without config, starts from rest."""
    check_new_run(student, ADAM, rng)


@pytest.mark.points(1, task="adam", hint="make new arrays: no +=, -=, *= on w or dw")
def test_adam_leaves_its_arguments(student, rng):
    """Weights and gradient that were handed in stay as they were."""
    check_arguments(student, ADAM, rng, steady(3))


# --- minibatches: 12 ---


def indices(batches):
    """The batches as lists of integers."""
    assert isinstance(batches, (list, tuple)), "minibatches must return a list of index arrays"
    arrays = [np.asarray(batch) for batch in batches]
    whole = all(array.ndim == 1 and array.dtype.kind in "iu" for array in arrays)
    assert whole, "every batch must be a one-dimensional array of integers"
    return [array.tolist() for array in arrays]


def order(student, seed):
    """The indices of one pass over 50 examples."""
    batches = indices(student.minibatches(50, 8, seed))
    flat = [index for batch in batches for index in batch]
    assert flat, "the list of batches is empty"
    return flat


def check_every_index_once(student, n, size, seed):
    batches = indices(student.minibatches(n, size, seed))
    seen = sorted(index for batch in batches for index in batch)
    missing = len(set(range(n)) - set(seen))
    assert not missing, f"of {n} examples in batches of {size}, {missing} never appear"
    assert len(seen) == n, f"of {n} examples in batches of {size}, some appear twice"
    assert seen == list(range(n)), f"an index is not below num_examples = {n}"


@pytest.mark.points(3, task="minibatches", hint="slice one permutation of all the indices")
def test_minibatches_hold_every_index_once(student, rng):
    """Where batch_size divides num_examples, a pass visits every example exactly once."""
    for n, size in [(20, 5), (6, 6)]:
        check_every_index_once(student, n, size, int(rng.integers(1000)))


@pytest.mark.points(3, task="minibatches", hint="the last batch may be shorter: do not drop it")
def test_minibatches_keep_the_rest(student, rng):
    """Where it does not divide, every example is visited exactly once, too."""
    for n, size in [(23, 5), (5, 8), (1, 3)]:
        check_every_index_once(student, n, size, int(rng.integers(1000)))


@pytest.mark.points(2, task="minibatches", hint="range(0, num_examples, batch_size)")
def test_minibatches_sizes(student):
    """Every batch has batch_size examples, but for a shorter last one."""
    for n, size in [(20, 5), (23, 5)]:
        lengths = [len(batch) for batch in indices(student.minibatches(n, size, 3))]
        full, rest = divmod(n, size)
        right = [size] * full + [rest] * (rest > 0)
        assert lengths == right, f"{n} examples in batches of {size} have sizes {lengths}"


@pytest.mark.points(1, task="minibatches", hint="default_rng(seed).permutation(num_examples)")
def test_minibatches_are_shuffled(student, rng):
    """The order is random."""
    found = order(student, int(rng.integers(1000)))
    assert found != sorted(found), "the examples come in their old order: shuffle them"


@pytest.mark.points(2, task="minibatches", hint="default_rng(seed) inside the function")
def test_minibatches_repeat_with_the_seed(student, rng):
    """The same seed gives the same order, also the seed 0."""
    for seed in (int(rng.integers(1, 1000)), 0):
        assert order(student, seed) == order(student, seed), (
            f"the seed {seed} gives another order the second time"
        )


@pytest.mark.points(1, task="minibatches", hint="hand the seed to the generator")
def test_minibatches_differ_with_the_seed(student, rng):
    """Another seed gives another order."""
    first, second = (int(seed) for seed in rng.choice(1000, 2, replace=False))
    assert order(student, first) != order(student, second), (
        "two different seeds give the same order"
    )


# --- proximal_l1: 6 ---


def check_proximal(student, rng, sign):
    """Weights of one sign, all of them beyond the threshold."""
    rate, lam = 0.4 + 0.2 * rng.random(), 0.5 + 0.5 * rng.random()
    t = rate * lam
    w = sign * (t + 0.1 + rng.random((4, 3)))
    check_close(
        student.proximal_l1(w, rate, lam),
        w - sign * t,
        "proximal_l1(w, learning_rate, lam)",
        mistakes={
            "the threshold is learning_rate * lam, not lam alone": (
                sign * np.maximum(np.abs(w) - lam, 0)
            ),
            "the threshold is learning_rate * lam, not the learning rate alone": (
                sign * np.maximum(np.abs(w) - rate, 0)
            ),
            "the sign of negative weights is lost": np.abs(w) - t,
            "negative weights are treated like small ones": np.maximum(w - t, 0),
            "weights beyond the threshold must move too": w,
            "weights move away from 0": w + sign * t,
            "this is the step for the squared penalty": w / (1 + 2 * t),
        },
    )


@pytest.mark.points(2, task="proximal_l1", hint="|w| - learning_rate * lam where w is large")
def test_proximal_l1_of_positive_weights(student, rng):
    """A weight above learning_rate times lam becomes smaller by that much."""
    check_proximal(student, rng, 1)


@pytest.mark.points(1, task="proximal_l1", hint="sign(w) * max(|w| - learning_rate * lam, 0)")
def test_proximal_l1_of_negative_weights(student, rng):
    """A weight below minus learning_rate times lam moves up by that much."""
    check_proximal(student, rng, -1)


@pytest.mark.points(2, task="proximal_l1", hint="np.maximum(..., 0) gives exact zeros")
def test_proximal_l1_of_small_weights(student, rng):
    """Small weights become exactly 0, not merely small."""
    w = np.append(0.05 * rng.standard_normal(8), 9.0)
    *small, large = as_array(student.proximal_l1(w, 0.5, 1.0), w.shape, "proximal_l1(...)")
    assert large, "with a threshold of 0.5 a weight of 9 becomes 0, too"
    across = np.allclose(small, w[:-1] - 0.5 * np.sign(w[:-1]))
    assert not across, "weights step across 0: stop there"
    assert not any(small), "small weights are not exactly 0"


@pytest.mark.points(1, task="proximal_l1", hint="make a new array instead of writing into w")
def test_proximal_l1_leaves_its_argument(student, rng):
    """The weights that were handed in stay as they were."""
    w = rng.standard_normal((3, 2))
    call = student.after("proximal_l1", w, 0.5, 0.3)
    after = as_array(call.result, w.shape, "proximal_l1(...)")
    assert np.isfinite(after).all(), "the weights go to NaN or infinity"
    assert (after != w).any(), "no weight moves"
    assert np.ptp(after), "all weights are the same after the step"
    check_untouched(call, w, 0.5, 0.3, names="w, rate, lam")
