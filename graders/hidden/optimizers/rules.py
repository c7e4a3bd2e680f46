"""The six rules and what goes wrong in them, one step at a time.

A step is a function ``(gradient, *memory, *settings) -> (change of w, new memory)``, with memory
and settings in the order of ``Rule.rest`` and ``Rule.defaults``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

Step = Callable[..., tuple[Any, tuple[Any, ...]]]

UPHILL = "it goes uphill: subtract the step"
NOT_REMEMBERED = "what one step remembers does not reach the next one through config"


@dataclass(frozen=True)
class Rule:
    """A rule by its name, and the mistakes that a message names: advice -> the wrong step."""

    name: str
    step: Step
    defaults: Mapping[str, float]
    rest: Mapping[str, float] = field(default_factory=dict)  # memory before the first step
    mistakes: Mapping[str, Step] = field(default_factory=dict)


def went(step: Step, gradients: list[np.ndarray], memory: Any, settings: Any) -> Any:
    """The way that a rule, right or wrong, goes along these gradients."""
    way = 0.0
    with np.errstate(all="ignore"):  # a wrong one may well divide by 0
        for gradient in gradients:
            change, memory = step(gradient, *memory, *settings)
            way = way + change
    return way


def fixed(step: Step, at: int, value: float) -> Step:
    """``step`` that puts a value of its own in place of the argument at this place."""

    def wrong(*arguments: Any) -> Any:
        replaced = list(arguments)
        replaced[at] = value
        return step(*replaced)

    return wrong


def forgetting(step: Step) -> Step:
    """``step`` that leaves the memory as it found it."""

    def wrong(gradient: Any, *rest: Any) -> Any:
        change, memory = step(gradient, *rest)
        return change, rest[: len(memory)]

    return wrong


def uphill(step: Step) -> Step:
    """``step`` in the other direction."""

    def wrong(*arguments: Any) -> Any:
        change, memory = step(*arguments)
        return -change, memory

    return wrong


# --- sgd ---

SGD = Rule(
    "sgd",
    lambda g, rate: (-rate * g, ()),
    {"learning_rate": 1e-2},
    mistakes={
        UPHILL: lambda g, rate: (rate * g, ()),
        "the learning rate in config is not heeded": lambda g, rate: (-0.01 * g, ()),
        "the learning rate is missing": lambda g, rate: (-g, ()),
    },
)

# --- momentum ---


def along(v: Any) -> tuple[Any, tuple[Any]]:
    """The step is the velocity, which is remembered."""
    return v, (v,)


def momentum(g: Any, v: Any, rate: float, mu: float) -> Any:
    return along(mu * v - rate * g)


def nesterov(g: Any, v: Any, rate: float, mu: float) -> Any:
    new = mu * v - rate * g
    return -mu * v + (1 + mu) * new, (new,)


def of_velocities(wrong: Callable[..., Any]) -> Step:
    """A step that is worked out wrongly from the old velocity and the new one, with momentum."""

    def step(g: Any, v: Any, rate: float, mu: float) -> Any:
        new = mu * v - rate * g
        return wrong(v, new, mu), (new,)

    return step


NOT_HEEDED = {
    "the momentum in config is not heeded": (-1, 0.9),
    "the learning rate in config is not heeded": (-2, 0.01),
    'config["velocity"] is not taken up': (1, 0.0),
}

MOMENTUM = Rule(
    "sgd_momentum",
    momentum,
    {"learning_rate": 1e-2, "momentum": 0.9},
    {"velocity": 0.0},
    {
        UPHILL: lambda g, v, rate, mu: along(mu * v + rate * g),
        "it goes against the velocity: w + v": of_velocities(lambda old, new, mu: -new),
        "the velocity has the other sign here: v = momentum * v - learning_rate * dw, then w + v": (
            lambda g, v, rate, mu: (-mu * v - rate * g, (mu * v + rate * g,))
        ),
        "the learning rate belongs into the velocity: v = momentum * v - learning_rate * dw": (
            lambda g, v, rate, mu: (-rate * (mu * v + g), (mu * v + g,))
        ),
        NOT_REMEMBERED: forgetting(momentum),
        "the velocity never fades: multiply it by momentum": (
            lambda g, v, rate, mu: along(v - rate * g)
        ),
        "the gradient enters with 1 - momentum, which this rule has not": (
            lambda g, v, rate, mu: along(mu * v - (1 - mu) * rate * g)
        ),
        "the learning rate multiplies the old velocity too": (
            lambda g, v, rate, mu: along(rate * (mu * v - g))
        ),
        "this is Nesterov's rule": nesterov,
        **{advice: fixed(momentum, *change) for advice, change in NOT_HEEDED.items()},
    },
)

NESTEROV = Rule(
    "nesterov_momentum",
    nesterov,
    {"learning_rate": 1e-2, "momentum": 0.9},
    {"velocity": 0.0},
    {
        UPHILL: uphill(nesterov),
        "the new velocity must be multiplied by 1 + momentum": (
            of_velocities(lambda old, new, mu: -mu * old + new)
        ),
        "this is ordinary momentum, or v_prev is taken after the update": momentum,
        "the old velocity and the new one are exchanged": (
            of_velocities(lambda old, new, mu: -mu * new + (1 + mu) * old)
        ),
        "the term with the old velocity is missing": (
            of_velocities(lambda old, new, mu: (1 + mu) * new)
        ),
        "the term with the old velocity has a minus": (
            of_velocities(lambda old, new, mu: mu * old + (1 + mu) * new)
        ),
        "the weights move by momentum times the new velocity, and by nothing else": (
            of_velocities(lambda old, new, mu: mu * new)
        ),
        "the velocity never fades: multiply it by momentum": (
            lambda g, v, rate, mu: (-mu * v + (1 + mu) * (v - rate * g), (v - rate * g,))
        ),
        NOT_REMEMBERED: forgetting(nesterov),
        **{advice: fixed(nesterov, *change) for advice, change in NOT_HEEDED.items()},
    },
)

# --- adagrad and rmsprop ---


def outside(numerator: Any, square: Any, epsilon: float) -> Any:
    return numerator / (square**0.5 + epsilon)


def inside(numerator: Any, square: Any, epsilon: float) -> Any:
    return numerator / (square + epsilon) ** 0.5


def rootless(numerator: Any, square: Any, epsilon: float) -> Any:
    return numerator / (square + epsilon)


INSIDE = "epsilon belongs outside the square root"
DIVISIONS = {
    INSIDE: inside,
    "the square root is missing": rootless,
    "epsilon is missing, so that 0 is divided by 0": lambda g, s, e: g / s**0.5,
    "epsilon in config is not heeded": lambda g, s, e: outside(g, s, 1e-8),
    "it divides by the square root and the gradient is gone": lambda g, s, e: outside(1, s, e),
    UPHILL: lambda g, s, e: -outside(g, s, e),
}


def adagrad(g: Any, cache: Any, rate: float, epsilon: float, divide: Any = outside) -> Any:
    cache = cache + g**2
    return -rate * divide(g, cache, epsilon), (cache,)


def rmsprop(
    g: Any, cache: Any, rate: float, decay: float, epsilon: float, divide: Any = outside
) -> Any:
    cache = decay * cache + (1 - decay) * g**2
    return -rate * divide(g, cache, epsilon), (cache,)


def of_cache(cache: Callable[..., Any]) -> Step:
    """RMSprop with a cache that is worked out wrongly from the gradient, the old one and decay."""

    def step(g: Any, old: Any, rate: float, decay: float, epsilon: float) -> Any:
        new = cache(g, old, decay)
        return -rate * outside(g, new, epsilon), (new,)

    return step


ADAGRAD = Rule(
    "adagrad",
    adagrad,
    {"learning_rate": 1e-2, "epsilon": 1e-8},
    {"cache": 0.0},
    {
        **{advice: partial(adagrad, divide=divide) for advice, divide in DIVISIONS.items()},
        NOT_REMEMBERED: forgetting(adagrad),
        "the cache is replaced: add to it": (
            lambda g, cache, rate, epsilon: adagrad(g, 0.0, rate, epsilon)
        ),
        "the step is divided by the cache as it was before": (
            lambda g, cache, rate, epsilon: (-rate * outside(g, cache, epsilon), (cache + g**2,))
        ),
        "the gradients are added up where their squares should be": (
            lambda g, cache, rate, epsilon: (-rate * outside(g, cache + g, epsilon), (cache + g,))
        ),
        "this is rmsprop: adagrad sums, without decay": (
            lambda g, cache, rate, epsilon: rmsprop(g, cache, rate, 0.99, epsilon)
        ),
        "the learning rate in config is not heeded": fixed(adagrad, 2, 0.01),
    },
)

RMSPROP = Rule(
    "rmsprop",
    rmsprop,
    {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8},
    {"cache": 0.0},
    {
        **{advice: partial(rmsprop, divide=divide) for advice, divide in DIVISIONS.items()},
        "decay_rate and 1 - decay_rate are exchanged": (
            of_cache(lambda g, old, decay: (1 - decay) * old + decay * g**2)
        ),
        "the new square is not multiplied by 1 - decay_rate": (
            of_cache(lambda g, old, decay: decay * old + g**2)
        ),
        "this is adagrad: the cache must decay": of_cache(lambda g, old, decay: old + g**2),
        "the old cache is not multiplied by decay_rate": (
            of_cache(lambda g, old, decay: old + (1 - decay) * g**2)
        ),
        NOT_REMEMBERED: forgetting(rmsprop),
        'config["cache"] is not taken up': fixed(rmsprop, 1, 0.0),
        "the decay rate in config is not heeded": fixed(rmsprop, 3, 0.99),
        "the learning rate in config is not heeded": fixed(rmsprop, 2, 0.01),
    },
)

# --- adam ---

SHORTER_FORM = "epsilon is added to sqrt(v), as in Kingma and Ba's shorter form: correct v first"


def corrected(square: Any, epsilon: float, c2: float) -> Any:
    return (square / c2) ** 0.5 + epsilon


def adam(
    g: Any,
    m: Any,
    v: Any,
    t: int,
    rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    *,
    used: int = 1,
    kept: int = 1,
    correct: Callable[[float, int], float] = lambda beta, t: 1 - beta**t,
    first: bool = True,
    second: bool = True,
    root: Callable[[Any, float, float], Any] = corrected,
    keep: Callable[..., Any] = lambda m, v, c1, c2: (m, v),
    weights: bool = True,
) -> Any:
    """Adam, or a wrong one: ``used`` and ``kept`` are added to t before use, and for good."""
    m = beta1 * m + ((1 - beta1) if weights else 1) * g
    v = beta2 * v + ((1 - beta2) if weights else 1) * g**2
    c1 = np.float64(correct(beta1, t + used) if first else 1)
    c2 = np.float64(correct(beta2, t + used) if second else 1)
    return -rate * (m / c1) / root(v, epsilon, c2), (*keep(m, v, c1, c2), t + kept)


ADAM = Rule(
    "adam",
    adam,
    {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
    {"m": 0.0, "v": 0.0, "t": 0},
    {
        UPHILL: uphill(adam),
        "t is used before it is raised (with t = 0 the corrections divide by 0): raise t first": (
            partial(adam, used=0)
        ),
        "t counts one too many": partial(adam, used=2),
        "t does not grow from step to step: take it from config, and store it there": partial(
            adam, kept=0
        ),
        'config["t"] is not taken up': fixed(adam, 3, 0),
        "the bias corrections are missing": partial(adam, first=False, second=False),
        "the bias correction of v is missing": partial(adam, second=False),
        "the bias correction of m is missing": partial(adam, first=False),
        "1 - beta**t is a power, not a product": (
            partial(adam, correct=lambda beta, t: 1 - beta * t)
        ),
        "keep m and v themselves; their corrected values are for this step only": (
            partial(adam, keep=lambda m, v, c1, c2: (m / c1, v / c2))
        ),
        INSIDE: partial(adam, root=lambda v, e, c2: (v / c2 + e) ** 0.5),
        SHORTER_FORM: (partial(adam, root=lambda v, e, c2: (v**0.5 + e) / c2**0.5)),
        "epsilon is missing, so that 0 is divided by 0": (
            partial(adam, root=lambda v, e, c2: (v / c2) ** 0.5)
        ),
        "epsilon in config is not heeded": (
            partial(adam, root=lambda v, e, c2: (v / c2) ** 0.5 + 1e-8)
        ),
        "the square root is missing": partial(adam, root=lambda v, e, c2: v / c2 + e),
        "the new gradient is not multiplied by 1 - beta1, nor its square by 1 - beta2": (
            partial(adam, weights=False)
        ),
        "beta1 and beta2 are exchanged": (
            lambda g, m, v, t, rate, beta1, beta2, e: adam(g, m, v, t, rate, beta2, beta1, e)
        ),
        NOT_REMEMBERED: forgetting(adam),
        "the learning rate in config is not heeded": fixed(adam, 4, 1e-3),
        "beta1 in config is not heeded": fixed(adam, 5, 0.9),
        "beta2 in config is not heeded": fixed(adam, 6, 0.999),
    },
)
