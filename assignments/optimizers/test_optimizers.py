"""Public checks of the optimizers assignment: small worked numbers, and hints.

Your grade comes from other tests of the same functions, on other numbers and more cases.
"""

import numpy as np
import pytest

from graders.engine.compare import as_tuple, check_close, check_untouched


def walk(rule, w, gradients, config):
    """The weights after each step, as one array."""
    seen = []
    for gradient in gradients:
        w, config = as_tuple(rule(w, gradient, config), "next_w, config")
        seen.append(w)
    return seen


def check_walk(rule, gradients, config, right, mistakes=None):
    """Start at 1 and compare the weights after every step.

    ``mistakes`` has the weights of those who made one, as far as they tell it from another.
    """
    seen = walk(rule, np.array([1.0]), [np.array([g]) for g in gradients], config)
    for step, (weight, expected) in enumerate(zip(seen, right, strict=True), start=1):
        wrong = {
            advice: [values[step - 1]]
            for advice, values in (mistakes or {}).items()
            if step <= len(values)
        }
        check_close(
            weight, [expected], f"the weight after step {step}", mistakes=wrong, reveal=True
        )


def check_w_and_dw_untouched(student, rule):
    w, dw = np.array([1.0, -2.0]), np.array([0.5, 4.0])
    check_untouched(student.after(rule, w, dw, {}), w, dw, names="w, dw")


@pytest.mark.points(1, task="sgd", hint="w - learning_rate * dw")
def test_sgd_worked_steps(student):
    """From 1, gradients 4 and 1 with rate 0.1 lead to 0.6 and 0.5."""
    wrong = {
        "it goes uphill": [1.4, 1.5],
        "the learning rate is not heeded": [0.96, 0.95],
        "the config that is returned has lost the learning rate": [0.6, 0.59],
    }
    check_walk(student.sgd, [4, 1], {"learning_rate": 0.1}, [0.6, 0.5], wrong)


@pytest.mark.points(1, task="sgd", hint="if config is None: config = {}")
def test_sgd_without_config(student):
    """Without config the learning rate is 0.01."""
    check_walk(student.sgd, [4], None, [0.96])


@pytest.mark.points(1, task="sgd", hint="w -= ... writes into the caller's array")
def test_sgd_leaves_its_arguments(student):
    """Weights and gradient that were handed in stay as they were."""
    check_w_and_dw_untouched(student, "sgd")


@pytest.mark.points(1, task="sgd_momentum", hint='keep v in config["velocity"]')
def test_sgd_momentum_worked_steps(student):
    """Three gradients of 1 with rate 0.2 move by 0.2, 0.38 and 0.542."""
    wrong = {
        "it goes uphill": [1.2],
        "the gradient enters with 1 - momentum, which this rule has not": [0.98],
        "what one step remembers does not reach the next one through config": [0.8, 0.6],
        "the velocity never fades: multiply it by momentum": [0.8, 0.4],
        "the config that is returned has lost the settings": [0.8, 0.61],
    }
    check_walk(student.sgd_momentum, [1, 1, 1], {"learning_rate": 0.2}, [0.8, 0.42, -0.122], wrong)


@pytest.mark.points(1, task="sgd_momentum", hint="v = momentum * v - learning_rate * dw; w + v")
@pytest.mark.depends("test_sgd_momentum_worked_steps")
def test_sgd_momentum_with_a_velocity(student):
    """A velocity of 0.5 and a gradient of 1 with rate 0.1: the velocity becomes 0.35."""
    config = {"learning_rate": 0.1, "velocity": np.array([0.5])}
    wrong = {
        'config["velocity"] is not taken up': [0.9],
        "the learning rate belongs into the velocity: v = momentum * v - learning_rate * dw": [
            1 - 0.1 * (0.45 + 1)
        ],
        "the velocity has the other sign here: v = momentum * v - learning_rate * dw, then w + v": [
            1 - (0.45 + 0.1)
        ],
    }
    check_walk(student.sgd_momentum, [1], config, [1.35], wrong)


@pytest.mark.points(1, task="sgd_momentum", hint="def sgd_momentum(w, dw, config=None)")
def test_sgd_momentum_new_run(student):
    """A second run without config starts from rest, like the first."""
    w, dw = np.array([1.0]), np.array([1.0])
    first, again = (as_tuple(student.sgd_momentum(w, dw), "next_w, config")[0] for _ in range(2))
    leaked = {"the first run's velocity is still there: config={} is one dict for all": [0.981]}
    check_close(again, first, "the second run's first step", mistakes=leaked, reveal=True)


@pytest.mark.points(1, task="sgd_momentum", hint="make a new array: w + v")
@pytest.mark.depends("test_sgd_momentum_worked_steps")
def test_sgd_momentum_leaves_its_arguments(student):
    """Weights and gradient that were handed in stay as they were."""
    check_w_and_dw_untouched(student, "sgd_momentum")


@pytest.mark.points(1, task="nesterov_momentum", hint="-momentum * v_prev + (1 + momentum) * v")
def test_nesterov_momentum_worked_steps(student):
    """Two gradients of 1 with rate 0.1: the first step is 0.19, the second 0.271."""
    wrong = {
        "this is ordinary momentum, or v_prev is taken after the update": [0.9, 0.71],
        "the old velocity and the new one are exchanged": [1.09, 1.071],
        "the term with the old velocity is missing": [0.81, 0.449],
        "the term with the old velocity has a minus": [0.81, 0.359],
        "what one step remembers does not reach the next one through config": [0.81, 0.62],
    }
    check_walk(student.nesterov_momentum, [1, 1], {"learning_rate": 0.1}, [0.81, 0.539], wrong)


@pytest.mark.points(1, task="adagrad", hint="add dw**2 to the cache, divide by its square root")
def test_adagrad_worked_steps(student):
    """With gradients of 2 and rate 0.1, step t has the length 0.1 / sqrt(t)."""
    steps = 0.1 / np.sqrt([1, 2, 3])
    wrong = {
        "the square root is missing": 1 - np.cumsum(0.1 * 2 / (4 * np.array([1, 2, 3]))),
        "the cache is not remembered, or replaced: add to it": [0.9, 0.8, 0.7],
        "the step is divided by the cache as it was before": [1 - 0.2 / 1e-8],
    }
    settings = {"learning_rate": 0.1}
    check_walk(student.adagrad, [2, 2, 2], settings, 1 - np.cumsum(steps), wrong)


@pytest.mark.points(1, task="adagrad", hint='np.sqrt(cache) + config["epsilon"]')
@pytest.mark.depends("test_adagrad_worked_steps")
def test_adagrad_epsilon(student):
    """With epsilon 1, rate 0.1 and a gradient of 3 the step is 0.1 * 3 / (3 + 1)."""
    settings = {"learning_rate": 0.1, "epsilon": 1.0}
    wrong = {
        "epsilon belongs outside the square root": [1 - 0.3 / np.sqrt(9 + 1)],
        "epsilon in config is not heeded": [0.9],
    }
    check_walk(student.adagrad, [3], settings, [0.925], wrong)


@pytest.mark.points(1, task="adagrad", hint="epsilon, outside the square root, prevents 0 / 0")
def test_adagrad_with_a_gradient_of_zero(student):
    """A weight whose gradient is 0 stays where it is."""
    check_walk(student.adagrad, [0], None, [1.0], {"0 is divided by 0: add epsilon": [np.nan]})


@pytest.mark.points(1, task="rmsprop", hint="decay_rate * cache + (1 - decay_rate) * dw**2")
def test_rmsprop_worked_steps(student):
    """With decay 0.75, the first step is twice the learning rate."""

    def walk_with(*caches):
        return 1 - np.cumsum(0.1 * 3 / np.sqrt(caches))

    wrong = {
        "decay_rate and 1 - decay_rate are exchanged": walk_with(6.75, 8.4375),
        "the new square is not multiplied by 1 - decay_rate": walk_with(9),
        "what one step remembers does not reach the next one through config": (
            walk_with(2.25, 2.25)
        ),
        "the square root is missing": 1 - np.cumsum(0.1 * 3 / np.array([2.25, 3.9375])),
    }
    settings = {"learning_rate": 0.1, "decay_rate": 0.75}
    check_walk(student.rmsprop, [3, 3], settings, [0.8, 0.8 - 0.1 / np.sqrt(0.4375)], wrong)


@pytest.mark.points(1, task="rmsprop", hint='np.sqrt(cache) + config["epsilon"]')
@pytest.mark.depends("test_rmsprop_worked_steps")
def test_rmsprop_epsilon(student):
    """With epsilon 1, rate 0.1 and a cache of 1 a gradient of 2 moves by 0.1 * 2 / (1 + 1)."""
    settings = {"learning_rate": 0.1, "decay_rate": 0.75, "epsilon": 1.0}
    wrong = {
        "epsilon belongs outside the square root": [1 - 0.2 / np.sqrt(1 + 1)],
        "epsilon in config is not heeded": [0.8],
    }
    check_walk(student.rmsprop, [2], settings, [0.9], wrong)


T_STANDS_STILL = "t does not grow from step to step: take it from config, and store it there"
T_TOO_LATE = "t is used before it is raised: with t = 0 the corrections divide by 0"


@pytest.mark.points(1, task="adam", hint="raise t, update m and v, correct both, then step")
def test_adam_worked_steps(student):
    """With a steady gradient every step has the length of the learning rate."""
    wrong = {
        "the bias corrections are missing": 1 - np.cumsum([0.31622777, 0.42496077]),
        "the bias correction of m is missing": [0.99, 0.971],
        "the bias correction of v is missing": [1 - 0.1 / np.sqrt(0.001)],
        T_STANDS_STILL: [0.9, 0.9 - 0.1 * 1.9 / np.sqrt(1.999)],
        T_TOO_LATE: [np.nan],
        "1 - beta**t is a power, not a product": [0.9, np.nan],
        "t counts one too many": [1 - 0.1 * (0.1 / 0.19) / np.sqrt(0.001 / 0.001999)],
        "keep m and v themselves; their corrected values are for this step only": [
            0.9,
            0.9 - 0.1 * (1 / 0.19) / np.sqrt(1 / 0.001999),
        ],
    }
    check_walk(student.adam, [5, 5], {"learning_rate": 0.1}, [0.9, 0.8], wrong)


@pytest.mark.points(1, task="adam", hint="m keeps a tenth of each gradient, v a thousandth")
@pytest.mark.depends("test_adam_worked_steps")
def test_adam_with_changing_gradients(student):
    """Gradients of 1 and -1: the second step is nearly none."""
    m_hat, v_hat = (0.9 * 0.1 - 0.1) / (1 - 0.81), 1.0
    right = [0.9, 0.9 - 0.1 * m_hat / np.sqrt(v_hat)]
    wrong = {
        "m and v are not remembered: store them in config": [
            0.9,
            0.9 + 0.1 * (0.1 / 0.19) / np.sqrt(0.001 / 0.001999),
        ],
        "beta1 and beta2 are exchanged": [0.9, 0.9 + 0.1 * 0.001 / 1.999],
    }
    check_walk(student.adam, [1, -1], {"learning_rate": 0.1}, right, wrong)


@pytest.mark.points(1, task="adam", hint='np.sqrt(v_hat) + config["epsilon"]')
@pytest.mark.depends("test_adam_worked_steps")
def test_adam_epsilon(student):
    """With epsilon 1 and rate 0.1, a first gradient of 2 moves by 0.1 * 2 / (2 + 1)."""
    wrong = {
        "epsilon belongs outside the square root": [1 - 0.2 / np.sqrt(4 + 1)],
        "epsilon is added to sqrt(v), as in Kingma and Ba's shorter form: correct v first": [
            1 - 0.2 / (2 + 1 / np.sqrt(0.001))
        ],
        "epsilon in config is not heeded": [0.9],
    }
    check_walk(student.adam, [2], {"learning_rate": 0.1, "epsilon": 1.0}, [1 - 0.2 / 3], wrong)


@pytest.mark.points(1, task="minibatches", hint="permutation, then slices; the last may be shorter")
def test_minibatches_of_ten(student):
    """Ten examples in batches of four: sizes 4, 4 and 2, each index once."""
    batches = [list(map(int, batch)) for batch in student.minibatches(10, 4, seed=0)]
    sizes = [len(batch) for batch in batches]
    assert sizes == [4, 4, 2], f"the batches have sizes {sizes}, not [4, 4, 2]"
    seen = sorted(index for batch in batches for index in batch)
    assert seen == list(range(10)), f"the indices, sorted, are {seen}"


@pytest.mark.points(1, task="minibatches", hint="np.random.default_rng(seed), inside the function")
@pytest.mark.depends("test_minibatches_of_ten")
def test_minibatches_are_shuffled(student):
    """The order is random, and the seed decides it."""
    order, again, other = (
        [int(i) for batch in student.minibatches(30, 7, seed) for i in batch] for seed in (1, 1, 2)
    )
    assert order != list(range(30)), "the examples come in their old order"
    assert order == again, "seed 1 gives one order at first and another the second time"
    assert order != other, "seeds 1 and 2 give the same order"


@pytest.mark.points(1, task="proximal_l1", hint="np.sign(w) * np.maximum(np.abs(w) - ..., 0)")
def test_proximal_l1_worked_weights(student):
    """With rate 0.5 and lam 0.4, weights move towards 0 by 0.2."""
    w = np.array([1.0, -1.0, 0.1, -0.1, 0.0])
    wrong = {
        "the threshold is learning_rate * lam, not lam alone": [0.6, -0.6, 0, 0, 0],
        "weights beyond the threshold must move too": [1, -1, 0, 0, 0],
        "the sign of negative weights is lost": [0.8, 0.8, 0, 0, 0],
        "weights step across 0: stop there": [0.8, -0.8, -0.1, 0.1, 0],
    }
    right = [0.8, -0.8, 0.0, 0.0, 0.0]
    check_close(student.proximal_l1(w, 0.5, 0.4), right, "the weights", mistakes=wrong, reveal=True)
