"""Statistics against cases worked by hand and against statsmodels' own paired tests."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.weightstats import ttost_paired

from lightning_modules.experiments.statistics import compare, estimate, holm

T_975 = {2: 4.302653, 4: 2.776445}  # of a printed table, by degrees of freedom


def test_an_interval_worked_by_hand():
    """1, 2, 3, 4, 5: mean 3, variance 10/4, standard error sqrt(2.5/5)."""
    found = estimate([1.0, 2.0, 3.0, 4.0, 5.0])
    half = T_975[4] * math.sqrt(0.5)
    assert found.mean == 3.0
    assert found.n == 5
    assert found.low == pytest.approx(3 - half, abs=1e-5)
    assert found.high == pytest.approx(3 + half, abs=1e-5)


def test_a_paired_difference_worked_by_hand():
    """Differences 1, 2, 3: mean 2, standard error 1/sqrt(3), t = 2 sqrt(3), 2 degrees of freedom.

    The t distribution with 2 degrees of freedom has the closed form
    F(t) = 1/2 + t / (2 sqrt(2 + t^2)).
    """
    found = compare([1.0, 2.0, 3.0], smallest=0.5)
    t = 2 * math.sqrt(3)
    tail = 0.5 - t / (2 * math.sqrt(2 + t * t))
    assert found.p_more == pytest.approx(2 * tail)
    assert found.p_differs == pytest.approx(2 * tail)
    assert found.p_less == 1.0
    half = T_975[2] / math.sqrt(3)
    assert found.difference.low == pytest.approx(2 - half, abs=1e-5)


def test_what_a_difference_is_held_against():
    """Against 2, differences 1, 2, 3 show nothing; against 0.5 less than against 0."""
    at_mean = compare([1.0, 2.0, 3.0], smallest=0.0, by=2.0)
    assert at_mean.p_more == at_mean.p_less == 1.0
    less = compare([1.0, 2.0, 3.0], smallest=0.0, by=0.5).p_more
    assert compare([1.0, 2.0, 3.0], smallest=0.0).p_more < less < 1.0


@given(st.lists(st.floats(-3, 3, width=32), min_size=3, max_size=8), st.floats(0.01, 2))
def test_equivalence_is_statsmodels_own(differences, smallest):
    x = np.array(differences, dtype=float)
    if np.ptp(x) < 1e-3:
        return
    expected = ttost_paired(x, np.zeros_like(x), -smallest, smallest)[0]
    assert compare(differences, smallest).p_equivalent == pytest.approx(expected, abs=1e-9)


def test_where_nothing_varies_there_is_no_doubt():
    same = compare([0.25] * 5, smallest=0.1)
    assert (same.difference.low, same.difference.high) == (0.25, 0.25)
    assert (same.p_more, same.p_less, same.p_equivalent) == (0.0, 1.0, 1.0)
    none = compare([0.0] * 5, smallest=0.1)
    assert (none.p_more, none.p_differs, none.p_equivalent) == (1.0, 1.0, 0.0)


def test_one_pair_is_refused():
    with pytest.raises(ValueError, match="two pairs"):
        compare([1.0], smallest=0.1)


def test_holm_worked_by_hand():
    """Of 0.01, 0.04, 0.03: 3 x 0.01; 2 x 0.03; then 0.04, raised to what stands before it."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.2]) == [0.2]
    assert holm([]) == []
