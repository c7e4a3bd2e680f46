"""Hidden tests of the optimizers assignment: 100 points.

Where a rule ends after k steps is compared with an explicit sum over all k gradients, which needs
no recursion and no state: momentum as a sum of decaying pushes, Nesterov as the look-ahead point
of its original form, the adaptive rules from sums of squares. What is compared is the way gone,
``next_w - w``, not the weights, so that the tolerance of ``graders.engine.compare`` is one of the
step.
"""

import numpy as np
import pytest

from graders.engine.compare import as_array, as_tuple, check_close, check_untouched


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


def way(rule, w, gradients, config):
    """How far a student's rule goes from w, given these gradients one after another."""
    start, shape = w, w.shape
    for gradient in gradients:
        w, config = as_tuple(rule(w, gradient, config), "next_w, config")
        w = as_array(w, shape, "next_w")
        assert isinstance(config, dict), "config, the second result, must be a dictionary"
    return w - start


def check_steps(rule, rng, config, formula, steps=6, shape=(3, 2), scale=1.0, mistakes=None):
    """Compare with ``formula(gradients)``; ``mistakes`` are formulas too, under their advice."""
    w, gradients = draw(rng, steps, shape, scale)
    if config is None:
        w = 0.01 * w  # default steps are as small as 1e-3: keep 32-bit rounding of w below them
    check_close(
        way(rule, w, gradients, config),
        formula(gradients),
        "the way gone in " + ("one step" if steps == 1 else f"{steps} steps"),
        mistakes={advice: wrong(gradients) for advice, wrong in (mistakes or {}).items()},
        atol=1e-7 if config is None else 1e-5,
    )


def check_arguments(student, rule, rng):
    w, (dw,) = draw(rng, 1)
    check_untouched(student.after(rule, w, dw, {}), w, dw, names="w, dw")  # config may change


UPHILL = "it goes uphill: subtract the step"

# --- sgd: 8 ---


@pytest.mark.points(4, task="sgd", hint="w - learning_rate * dw")
def test_sgd_steps(student, rng):
    """Each step goes against the gradient, by the learning rate times its length."""
    for shape in [(3, 2), (5,), (2, 1, 3)]:
        check_steps(
            student.sgd,
            rng,
            {"learning_rate": 0.3},
            lambda gs: -0.3 * sum(gs),
            shape=shape,
            mistakes={
                UPHILL: lambda gs: 0.3 * sum(gs),
                "the learning rate in config is not heeded": lambda gs: -0.01 * sum(gs),
                "the learning rate is missing": lambda gs: -sum(gs),
            },
        )


@pytest.mark.points(2, task="sgd", hint='config.setdefault("learning_rate", 1e-2)')
def test_sgd_defaults(student, rng):
    """Without config, the learning rate is 0.01."""
    check_steps(student.sgd, rng, None, lambda gs: -0.01 * sum(gs), steps=2)


@pytest.mark.points(2, task="sgd", hint="w -= ... writes into the caller's array")
@pytest.mark.depends("test_sgd_steps")
def test_sgd_leaves_its_arguments(student, rng):
    """Weights and gradient that were handed in stay as they were."""
    check_arguments(student, "sgd", rng)


# --- sgd_momentum: 14 ---


def momentum_way(gs, rate, mu, velocity=0.0):
    pushes = sums(gs, mu)
    coasting = velocity * sum(mu ** (t + 1) for t in range(len(gs)))
    return coasting - rate * sum(pushes)


@pytest.mark.points(
    8, task="sgd_momentum", hint='v = momentum * config["velocity"] - learning_rate * dw; w + v'
)
def test_sgd_momentum_steps(student, rng):
    """Pushes add up in the velocity, and older ones fade."""
    rate, mu = 0.2, 0.8
    check_steps(
        student.sgd_momentum,
        rng,
        {"learning_rate": rate, "momentum": mu},
        lambda gs: momentum_way(gs, rate, mu),
        mistakes={
            UPHILL: lambda gs: -momentum_way(gs, rate, mu),
            "the velocity is not remembered: store it in config": lambda gs: -rate * sum(gs),
            "the velocity never fades: multiply it by momentum": (
                lambda gs: momentum_way(gs, rate, 1.0)
            ),
            "the gradient enters with 1 - momentum, which this rule has not": (
                lambda gs: momentum_way(gs, rate * (1 - mu), mu)
            ),
            "the momentum in config is not heeded": lambda gs: momentum_way(gs, rate, 0.9),
            "the learning rate in config is not heeded": lambda gs: momentum_way(gs, 0.01, mu),
            "this is Nesterov's rule": lambda gs: nesterov_way(gs, rate, mu),
            "the learning rate multiplies the old velocity too": (
                lambda gs: momentum_way(gs, rate, rate * mu)
            ),
        },
    )


@pytest.mark.points(2, task="sgd_momentum", hint="learning_rate 1e-2, momentum 0.9")
def test_sgd_momentum_defaults(student, rng):
    """Without config, the learning rate is 0.01 and the momentum 0.9."""
    check_steps(student.sgd_momentum, rng, None, lambda gs: momentum_way(gs, 0.01, 0.9), steps=3)


@pytest.mark.points(2, task="sgd_momentum", hint='the memory is called "velocity"')
@pytest.mark.depends("test_sgd_momentum_steps")
def test_sgd_momentum_resumes(student, rng):
    """A velocity that is handed in is taken up."""
    velocity = rng.standard_normal((3, 2))
    config = {"learning_rate": 0.1, "velocity": velocity.copy()}
    check_steps(
        student.sgd_momentum, rng, config, lambda gs: momentum_way(gs, 0.1, 0.9, velocity), steps=2
    )


@pytest.mark.points(2, task="sgd_momentum", hint="make a new array: w + v")
@pytest.mark.depends("test_sgd_momentum_steps")
def test_sgd_momentum_leaves_its_arguments(student, rng):
    """Weights and gradient that were handed in stay as they were."""
    check_arguments(student, "sgd_momentum", rng)


# --- nesterov_momentum: 14 ---


def nesterov_way(gs, rate, mu, velocity=0.0):
    """The look-ahead point theta + mu v of the original form, less where it was at first."""
    last = velocity * mu ** len(gs) - rate * sums(gs, mu)[-1]
    return momentum_way(gs, rate, mu, velocity) + mu * last - mu * velocity


@pytest.mark.points(
    8,
    task="nesterov_momentum",
    hint="keep the old velocity: w - momentum * v_prev + (1 + momentum) * v",
)
def test_nesterov_momentum_steps(student, rng):
    """The weights follow the looked-ahead point."""
    rate, mu = 0.2, 0.8
    check_steps(
        student.nesterov_momentum,
        rng,
        {"learning_rate": rate, "momentum": mu},
        lambda gs: nesterov_way(gs, rate, mu),
        mistakes={
            UPHILL: lambda gs: -nesterov_way(gs, rate, mu),
            "this is ordinary momentum, or v_prev is taken after the update": (
                lambda gs: momentum_way(gs, rate, mu)
            ),
            "the velocity is not remembered: store it in config": (
                lambda gs: -rate * (1 + mu) * sum(gs)
            ),
            "the term with the old velocity is missing": (
                lambda gs: (1 + mu) * momentum_way(gs, rate, mu)
            ),
            "the momentum in config is not heeded": lambda gs: nesterov_way(gs, rate, 0.9),
            "the learning rate in config is not heeded": lambda gs: nesterov_way(gs, 0.01, mu),
        },
    )


@pytest.mark.points(2, task="nesterov_momentum", hint="learning_rate 1e-2, momentum 0.9")
def test_nesterov_momentum_defaults(student, rng):
    """Without config, the learning rate is 0.01 and the momentum 0.9."""
    check_steps(
        student.nesterov_momentum, rng, None, lambda gs: nesterov_way(gs, 0.01, 0.9), steps=3
    )


@pytest.mark.points(2, task="nesterov_momentum", hint='the memory is called "velocity"')
@pytest.mark.depends("test_nesterov_momentum_steps")
def test_nesterov_momentum_resumes(student, rng):
    """A velocity that is handed in is taken up."""
    velocity = rng.standard_normal((3, 2))
    config = {"learning_rate": 0.1, "velocity": velocity.copy()}
    check_steps(
        student.nesterov_momentum,
        rng,
        config,
        lambda gs: nesterov_way(gs, 0.1, 0.9, velocity),
        steps=2,
    )


@pytest.mark.points(2, task="nesterov_momentum", hint="make a new array instead of w += ...")
@pytest.mark.depends("test_nesterov_momentum_steps")
def test_nesterov_momentum_leaves_its_arguments(student, rng):
    """Weights and gradient that were handed in stay as they were."""
    check_arguments(student, "nesterov_momentum", rng)


# --- adagrad: 14 ---


def adagrad_way(gs, rate, epsilon=1e-8, cache=0.0):
    seen = [cache + total for total in sums([g**2 for g in gs])]
    return -rate * sum(g / (G**0.5 + epsilon) for g, G in zip(gs, seen, strict=True))


def adaptive_mistakes(rate, squares, epsilon):
    """What goes wrong in adagrad and rmsprop alike, given their mean squares."""

    def step(divide):
        return lambda gs: -rate * sum(divide(g, G) for g, G in zip(gs, squares(gs), strict=True))

    return {
        UPHILL: lambda gs: rate * sum(g / G**0.5 for g, G in zip(gs, squares(gs), strict=True)),
        "the square root is missing": step(lambda g, G: g / (G + epsilon)),
        "epsilon belongs outside the square root": step(lambda g, G: g / (G + epsilon) ** 0.5),
        "it divides by the square root and the gradient is gone": step(lambda g, G: 1 / G**0.5),
    }


@pytest.mark.points(
    8, task="adagrad", hint="cache += dw**2 (in config); divide by sqrt(cache) + epsilon"
)
def test_adagrad_steps(student, rng):
    """Every weight's step is divided by the size of all its gradients so far."""
    # Gradients of 1e-4 and an epsilon of their size, so that epsilon's place shows.
    for scale, epsilon in [(1.0, 1e-8), (1e-4, 1e-4)]:
        check_steps(
            student.adagrad,
            rng,
            {"learning_rate": 0.3, "epsilon": epsilon},
            lambda gs, e=epsilon: adagrad_way(gs, 0.3, e),
            scale=scale,
            mistakes={
                "the cache is not remembered: store it in config": (
                    lambda gs, e=epsilon: -0.3 * sum(g / (abs(g) + e) for g in gs)
                ),
                "the learning rate in config is not heeded": (
                    lambda gs, e=epsilon: adagrad_way(gs, 0.01, e)
                ),
                "epsilon in config is not heeded": lambda gs: adagrad_way(gs, 0.3),
                "this is rmsprop: adagrad sums, without decay": (
                    lambda gs, e=epsilon: rmsprop_way(gs, 0.3, 0.99, e)
                ),
                **adaptive_mistakes(0.3, lambda gs: sums([g**2 for g in gs]), epsilon),
            },
        )


@pytest.mark.points(2, task="adagrad", hint="learning_rate 1e-2, epsilon 1e-8; 0 / 0 is not wanted")
def test_adagrad_defaults(student, rng):
    """Without config the learning rate is 0.01, and a gradient of 0 moves nothing."""
    check_steps(student.adagrad, rng, None, lambda gs: adagrad_way(gs, 0.01), steps=2)
    check_close(way(student.adagrad, np.ones(3), [np.zeros(3)], None), np.zeros(3), "the way gone")


@pytest.mark.points(2, task="adagrad", hint='the memory is called "cache"')
@pytest.mark.depends("test_adagrad_steps")
def test_adagrad_resumes(student, rng):
    """A cache that is handed in is taken up."""
    cache = rng.random((3, 2))
    config = {"learning_rate": 0.1, "cache": cache.copy()}
    check_steps(student.adagrad, rng, config, lambda gs: adagrad_way(gs, 0.1, cache=cache), steps=2)


@pytest.mark.points(2, task="adagrad", hint="dw **= 2 writes into the caller's array")
@pytest.mark.depends("test_adagrad_steps")
def test_adagrad_leaves_its_arguments(student, rng):
    """Weights and gradient that were handed in stay as they were."""
    check_arguments(student, "adagrad", rng)


# --- rmsprop: 14 ---


def mean_squares(gs, decay, cache=0.0):
    return [
        decay ** (t + 1) * cache + (1 - decay) * total
        for t, total in enumerate(sums([g**2 for g in gs], decay))
    ]


def rmsprop_way(gs, rate, decay, epsilon=1e-8, cache=0.0):
    seen = mean_squares(gs, decay, cache)
    return -rate * sum(g / (G**0.5 + epsilon) for g, G in zip(gs, seen, strict=True))


@pytest.mark.points(
    8, task="rmsprop", hint="cache = decay_rate * cache + (1 - decay_rate) * dw**2, kept in config"
)
def test_rmsprop_steps(student, rng):
    """Every weight's step is divided by the size of its recent gradients."""
    rate, decay = 0.3, 0.7
    for scale, epsilon in [(1.0, 1e-8), (1e-4, 1e-4)]:
        check_steps(
            student.rmsprop,
            rng,
            {"learning_rate": rate, "decay_rate": decay, "epsilon": epsilon},
            lambda gs, e=epsilon: rmsprop_way(gs, rate, decay, e),
            scale=scale,
            mistakes={
                "decay_rate and 1 - decay_rate are exchanged": (
                    lambda gs, e=epsilon: rmsprop_way(gs, rate, 1 - decay, e)
                ),
                "this is adagrad: the cache must decay": (
                    lambda gs, e=epsilon: adagrad_way(gs, rate, e)
                ),
                "the new square is not multiplied by 1 - decay_rate": (
                    lambda gs, e=epsilon: rmsprop_way(
                        [g / (1 - decay) ** 0.5 for g in gs], rate * (1 - decay) ** 0.5, decay, e
                    )
                ),
                "the decay rate in config is not heeded": (
                    lambda gs, e=epsilon: rmsprop_way(gs, rate, 0.99, e)
                ),
                "the cache is not remembered: store it in config": (
                    lambda gs, e=epsilon: sum(rmsprop_way([g], rate, decay, e) for g in gs)
                ),
                **adaptive_mistakes(rate, lambda gs: mean_squares(gs, decay), epsilon),
            },
        )


@pytest.mark.points(2, task="rmsprop", hint="learning_rate 1e-2, decay_rate 0.99, epsilon 1e-8")
def test_rmsprop_defaults(student, rng):
    """Without config the settings are the stated ones, and a gradient of 0 moves nothing."""
    check_steps(student.rmsprop, rng, None, lambda gs: rmsprop_way(gs, 0.01, 0.99), steps=3)
    check_close(way(student.rmsprop, np.ones(3), [np.zeros(3)], None), np.zeros(3), "the way gone")


@pytest.mark.points(2, task="rmsprop", hint='the memory is called "cache"')
@pytest.mark.depends("test_rmsprop_steps")
def test_rmsprop_resumes(student, rng):
    """A cache that is handed in is taken up."""
    cache = rng.random((3, 2))
    config = {"learning_rate": 0.1, "decay_rate": 0.9, "cache": cache.copy()}
    check_steps(
        student.rmsprop, rng, config, lambda gs: rmsprop_way(gs, 0.1, 0.9, cache=cache), steps=2
    )


@pytest.mark.points(2, task="rmsprop", hint="make new arrays: dw**2, not dw **= 2")
@pytest.mark.depends("test_rmsprop_steps")
def test_rmsprop_leaves_its_arguments(student, rng):
    """Weights and gradient that were handed in stay as they were."""
    check_arguments(student, "rmsprop", rng)


# --- adam: 18 ---


def adam_way(gs, rate, beta1, beta2, epsilon=1e-8, *, first=True, second=True, late=0):
    """Sum over steps; ``first`` and ``second`` switch the two bias corrections."""
    total = 0.0
    means, squares = sums(gs, beta1), sums([g**2 for g in gs], beta2)
    for t, (m, v) in enumerate(zip(means, squares, strict=True), start=1):
        m_hat = (1 - beta1) * m / (1 - beta1 ** (t + late) if first else 1)
        v_hat = (1 - beta2) * v / (1 - beta2 ** (t + late) if second else 1)
        total = total - rate * m_hat / (v_hat**0.5 + epsilon)
    return total


def adam_epsilon_inside(gs, rate, beta1, beta2, epsilon):
    total = 0.0
    means, squares = sums(gs, beta1), sums([g**2 for g in gs], beta2)
    for t, (m, v) in enumerate(zip(means, squares, strict=True), start=1):
        m_hat = (1 - beta1) * m / (1 - beta1**t)
        total = total - rate * m_hat / ((1 - beta2) * v / (1 - beta2**t) + epsilon) ** 0.5
    return total


def adam_corrected_memory(gs, rate, beta1, beta2, epsilon):
    """The corrected averages are carried on as if they were the averages."""
    m = v = total = 0.0
    for t, g in enumerate(gs, start=1):
        m = (beta1 * m + (1 - beta1) * g) / (1 - beta1**t)
        v = (beta2 * v + (1 - beta2) * g**2) / (1 - beta2**t)
        total = total - rate * m / (v**0.5 + epsilon)
    return total


@pytest.mark.points(
    10, task="adam", hint="t += 1 first; m and v are averages; m / (1 - beta1**t) only for the step"
)
def test_adam_steps(student, rng):
    """Smoothed gradient over its typical size, both corrected for starting at zero."""
    rate, beta1, beta2 = 0.3, 0.8, 0.95
    for scale, epsilon in [(1.0, 1e-8), (1e-4, 1e-4)]:
        settings = (rate, beta1, beta2, epsilon)
        check_steps(
            student.adam,
            rng,
            {"learning_rate": rate, "beta1": beta1, "beta2": beta2, "epsilon": epsilon},
            lambda gs, s=settings: adam_way(gs, *s),
            scale=scale,
            mistakes={
                UPHILL: lambda gs, s=settings: -adam_way(gs, *s),
                "the bias correction is missing": (
                    lambda gs, s=settings: adam_way(gs, *s, first=False, second=False)
                ),
                "the bias correction of v is missing": (
                    lambda gs, s=settings: adam_way(gs, *s, second=False)
                ),
                "the bias correction of m is missing": (
                    lambda gs, s=settings: adam_way(gs, *s, first=False)
                ),
                "t counts one too many": lambda gs, s=settings: adam_way(gs, *s, late=1),
                "t does not grow: store it in config": (
                    lambda gs, s=settings: _adam_with_t_of_1(gs, *s)
                ),
                "epsilon belongs outside the square root": (
                    lambda gs, s=settings: adam_epsilon_inside(gs, *s)
                ),
                "keep m and v themselves; their corrected values are for this step only": (
                    lambda gs, s=settings: adam_corrected_memory(gs, *s)
                ),
                "beta1 and beta2 are exchanged": (
                    lambda gs, e=epsilon: adam_way(gs, rate, beta2, beta1, e)
                ),
                "m and v are not remembered: store them in config": (
                    lambda gs, s=settings: sum(adam_way([g], *s) for g in gs)
                ),
                "the settings in config are not heeded": lambda gs: adam_way(gs, 1e-3, 0.9, 0.999),
            },
        )


def _adam_with_t_of_1(gs, rate, beta1, beta2, epsilon):
    total = 0.0
    for m, v in zip(sums(gs, beta1), sums([g**2 for g in gs], beta2), strict=True):
        total = total - rate * m / (v**0.5 + epsilon)
    return total


@pytest.mark.points(3, task="adam", hint="1e-3, 0.9, 0.999, 1e-8, and m, v, t start at 0")
def test_adam_defaults(student, rng):
    """Without config the settings are the stated ones, and a gradient of 0 moves nothing."""
    check_steps(student.adam, rng, None, lambda gs: adam_way(gs, 1e-3, 0.9, 0.999), steps=4)
    check_close(way(student.adam, np.ones(3), [np.zeros(3)], None), np.zeros(3), "the way gone")


@pytest.mark.points(3, task="adam", hint='the memory is called "m", "v" and "t"')
@pytest.mark.depends("test_adam_steps")
def test_adam_resumes(student, rng):
    """The memory of earlier steps that is handed in is taken up."""
    _, gradients = draw(rng, 5)
    # The memory after three steps, from explicit sums; then two steps more.
    config = {
        "learning_rate": 0.1,
        "m": 0.1 * sums(gradients, 0.9)[2],
        "v": 0.001 * sums([g**2 for g in gradients], 0.999)[2],
        "t": 3,
    }
    right = adam_way(gradients, 0.1, 0.9, 0.999) - adam_way(gradients[:3], 0.1, 0.9, 0.999)
    w = rng.standard_normal((3, 2))
    gone = way(student.adam, w, gradients[3:], config)
    check_close(gone, right, "the way of two more steps", atol=1e-5)


@pytest.mark.points(2, task="adam", hint="make new arrays: no +=, -=, *= on w or dw")
@pytest.mark.depends("test_adam_steps")
def test_adam_leaves_its_arguments(student, rng):
    """Weights and gradient that were handed in stay as they were."""
    check_arguments(student, "adam", rng)


# --- minibatches: 12 ---


def indices(batches):
    """The batches as lists of integers."""
    assert isinstance(batches, (list, tuple)), "minibatches must return a list of index arrays"
    arrays = [np.asarray(batch) for batch in batches]
    whole = all(array.ndim == 1 and array.dtype.kind in "iu" for array in arrays)
    assert whole, "every batch must be a one-dimensional array of integers"
    return [array.tolist() for array in arrays]


@pytest.mark.points(6, task="minibatches", hint="slice one permutation of all the indices")
def test_minibatches_hold_every_index_once(student, rng):
    """A pass visits every example exactly once."""
    for n, size in [(20, 5), (23, 5), (7, 1), (6, 6), (5, 8), (1, 3)]:
        batches = indices(student.minibatches(n, size, int(rng.integers(1000))))
        seen = sorted(index for batch in batches for index in batch)
        missing = len(set(range(n)) - set(seen))
        assert not missing, f"of {n} examples in batches of {size}, {missing} never appear"
        assert len(seen) == n, f"of {n} examples in batches of {size}, some appear twice"
        assert seen == list(range(n)), f"an index is not below num_examples = {n}"


@pytest.mark.points(2, task="minibatches", hint="range(0, num_examples, batch_size); keep the rest")
@pytest.mark.depends("test_minibatches_hold_every_index_once")
def test_minibatches_sizes(student, rng):
    """Every batch has batch_size examples, but for a shorter last one."""
    for n, size in [(20, 5), (23, 5), (5, 8)]:
        lengths = [len(batch) for batch in indices(student.minibatches(n, size, 3))]
        full, rest = divmod(n, size)
        right = [size] * full + [rest] * (rest > 0)
        assert lengths == right, f"{n} examples in batches of {size} have sizes {lengths}"


@pytest.mark.points(
    4, task="minibatches", hint="default_rng(seed).permutation(num_examples) inside the function"
)
@pytest.mark.depends("test_minibatches_hold_every_index_once")
def test_minibatches_are_shuffled_by_the_seed(student, rng):
    """The order is random: the same for the same seed, another for another seed."""
    first, second = (int(seed) for seed in rng.choice(1000, 2, replace=False))
    order, again, other = (
        [index for batch in indices(student.minibatches(50, 8, seed)) for index in batch]
        for seed in (first, first, second)
    )
    assert order != list(range(50)), "the examples come in their old order: shuffle them"
    assert order == again, "the same seed gives another order the second time"
    assert order != other, "two different seeds give the same order"


# --- proximal_l1: 6 ---


@pytest.mark.points(
    4, task="proximal_l1", hint="sign(w) * max(|w| - learning_rate * lam, 0), elementwise"
)
def test_proximal_l1(student, rng):
    """Every weight moves towards 0 by learning_rate times lam, and stops there."""
    rate, lam = 0.4 + 0.2 * rng.random(), 0.5 + 0.5 * rng.random()
    t = rate * lam
    for shape in [(8,), (4, 3)]:
        w = rng.standard_normal(shape)
        w.flat[:4] = [1.5 * t, -1.5 * t, 0.5 * t, -0.5 * t]
        right = np.where(w > t, w - t, np.where(w < -t, w + t, 0))
        check_close(
            student.proximal_l1(w, rate, lam),
            right,
            "proximal_l1(w, learning_rate, lam)",
            mistakes={
                "the threshold is learning_rate * lam, not lam alone": (
                    np.sign(w) * np.maximum(np.abs(w) - lam, 0)
                ),
                "the threshold is learning_rate * lam, not the learning rate alone": (
                    np.sign(w) * np.maximum(np.abs(w) - rate, 0)
                ),
                "the sign of negative weights is lost": np.abs(right),
                "negative weights are treated like small ones": np.maximum(w - t, 0),
                "weights beyond the threshold must move too": np.where(np.abs(w) > t, w, 0),
                "weights step across 0: stop there": w - t * np.sign(w),
                "this is the step for the squared penalty": w / (1 + 2 * t),
            },
        )


@pytest.mark.points(1, task="proximal_l1", hint="np.maximum(..., 0) gives exact zeros")
@pytest.mark.depends("test_proximal_l1")
def test_proximal_l1_zeros_are_exact(student, rng):
    """Small weights become exactly 0, not merely small."""
    w = 0.05 * rng.standard_normal((5, 4))
    result = as_array(student.proximal_l1(w, 0.5, 1.0), w.shape, "proximal_l1(...)")
    assert not result.any(), "small weights are not exactly 0"


@pytest.mark.points(1, task="proximal_l1", hint="make a new array instead of writing into w")
@pytest.mark.depends("test_proximal_l1")
def test_proximal_l1_leaves_its_argument(student, rng):
    """The weights that were handed in stay as they were."""
    w = rng.standard_normal((3, 2))
    check_untouched(student.after("proximal_l1", w, 0.5, 0.3), w, 0.5, 0.3, names="w, rate, lam")
