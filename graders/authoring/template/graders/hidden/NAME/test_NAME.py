"""Hidden tests of the NAME assignment: 100 points.

Each test demands one thing, so that one mistake costs one of them. What a test expects comes by
another road than a solution's.
"""

import numpy as np
import pytest

from graders.engine.compare import as_array, check_close


def draw(rng):
    """Features (7, 3) whose means and scales are nowhere near 0 and 1."""
    return rng.uniform(5, 10, 3) + rng.uniform(2, 4, 3) * rng.standard_normal((7, 3))


def answer(student, x):
    """What a student makes of x: an answer of the right shape that still tells examples apart."""
    z = as_array(student.standardise(x), x.shape, "z")
    assert (np.ptp(z, axis=0) > 0)[np.ptp(x, axis=0) > 0].all(), "z is the same in every row"
    return z


@pytest.mark.points(40, task="standardise", hint="subtract x.mean(axis=0)")
def test_means(student, rng):
    """Every column of z has mean 0."""
    z = answer(student, draw(rng))
    check_close(z.mean(axis=0), np.zeros(3), "the mean of z's columns")


@pytest.mark.points(40, task="standardise", hint="divide by x.std(axis=0)")
def test_scales(student, rng):
    """Differences in a column of z are those in x, counted in standard deviations."""
    x = draw(rng)
    differences = np.diff(answer(student, x), axis=0)
    variances = (x**2).mean(axis=0) - x.mean(axis=0) ** 2
    wrong = {"it is divided by the variance: take its square root": np.diff(x, axis=0) / variances}
    right = np.diff(x, axis=0) / np.sqrt(variances)
    check_close(differences, right, "a difference between rows of z", mistakes=wrong)


@pytest.mark.points(20, task="standardise", hint="divide by 1 where the standard deviation is 0")
def test_a_constant_column(student, rng):
    """A column whose numbers are all the same is no division by zero."""
    x = draw(rng)
    x[:, 1] = 3.0
    z = answer(student, x)
    assert np.isfinite(z).all(), "z contains NaN or infinity where a column of x is constant"
    check_close(z[1:, 1], z[:-1, 1], "the constant column of z")
