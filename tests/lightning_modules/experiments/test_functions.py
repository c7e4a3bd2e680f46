"""Functions of experiments measure what their claims are about."""

from __future__ import annotations

import numpy as np
import pytest

from lightning_modules.experiments.functions.many_entries import many_entries
from lightning_modules.experiments.functions.small_changes import small_changes
from lightning_modules.experiments.functions.time_split import time_split
from lightning_modules.experiments.functions.unet_parts import unet_parts


def test_a_random_draw_of_months_promises_more_than_the_last_months() -> None:
    drawn = time_split(0, "at random", share=0.5).metrics
    last = time_split(0, "by time", share=0.5).metrics
    assert drawn["val_error"] < 0.8 * last["val_error"]
    assert drawn["optimism"] == pytest.approx(drawn["test_error"] - drawn["val_error"])


def test_entries_depend_on_the_seed_alone() -> None:
    first, again, other = (
        many_entries(seed, entries=3, filters=4, train=100, half=50).metrics for seed in (0, 0, 1)
    )
    assert first == again != other
    assert first["public_lead"] >= 0
    assert first["fall"] == pytest.approx(first["public_lead"] - first["private_lead"])


def test_the_gradients_signs_cost_more_than_random_ones() -> None:
    uphill = small_changes(0, "gradient", train=600, tests=200, epochs=2)
    random = small_changes(0, "random", train=600, tests=200, epochs=2)
    along, by_chance = uphill.curves["accuracy"][1], random.curves["accuracy"][1]
    assert along[0] == by_chance[0] == random.metrics["test_acc"]
    assert np.all(np.diff(along) <= 0)
    assert along[-1] < by_chance[-1] - 0.1


def test_a_part_is_silenced_after_training() -> None:
    whole = unet_parts(0, "nothing", scenes=16, epochs=1, tests=8)
    without = [
        unet_parts(0, "bottleneck", scenes=16, epochs=1, tests=8),
        unet_parts(0, "skips", scenes=16, epochs=1, tests=8),
    ]
    assert whole.metrics not in [part.metrics for part in without]
