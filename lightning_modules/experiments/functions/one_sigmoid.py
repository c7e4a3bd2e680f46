"""One sigmoid unit with one input, trained to answer 0: how long does it stay wrong?"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from lightning_modules.experiments.training import Measured


def one_sigmoid(
    seed: int,
    loss: Literal["squared_error", "cross_entropy"],
    start: float,
    learning_rate: float = 0.15,
    num_steps: int = 2000,
    spread: float = 0.2,
    close: float = 0.2,
) -> Measured:
    """Gradient descent on input 1, target 0 (M. Nielsen, "Neural networks and deep learning", 3).

    With a = sigmoid(w + b), the slope of the loss in w and in b is `a * a * (1 - a)` for
    `(a - 0)^2 / 2` and `a` for cross-entropy: the factor `a (1 - a)` of the sigmoid cancels.

    Args:
        seed: of the start, which differs from `start` by a normal draw.
        loss: what is descended.
        start: mean of weight and bias at the start.
        learning_rate: of both.
        num_steps: at most.
        spread: standard deviation of the start.
        close: the answer that counts as learned.

    Returns:
        `steps` until the answer is below `close` (`num_steps` where it never is), and the curve
        `answer`.
    """
    w, b = np.random.default_rng(seed).normal(start, spread, 2)
    answers = []
    for _ in range(num_steps):
        a = 1 / (1 + math.exp(-(w + b)))
        answers.append(a)
        if a < close:
            break
        slope = a * a * (1 - a) if loss == "squared_error" else a
        w, b = w - learning_rate * slope, b - learning_rate * slope
    steps = float(len(answers) - 1 if answers[-1] < close else num_steps)
    return Measured(
        {"steps": steps}, {"answer": ([float(i) for i in range(len(answers))], answers)}
    )
