"""Ranks, ties, percentiles, and which of several entries counts."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import percentileofscore, rankdata

from graders.reports.standings import (
    Entry,
    HeldOut,
    accuracy,
    counting_entry,
    margin_of_error,
    percentile,
    standings,
)

START = datetime(2026, 5, 1, tzinfo=UTC)


def entry(public: float, private: float = 0.5, hours: int = 0) -> Entry:
    scores = {"public": public, "private": private}
    return Entry("predictions.csv", START + timedelta(hours=hours), scores=scores)


def broken(hours: int = 0) -> Entry:
    return Entry("predictions.csv", START + timedelta(hours=hours), problem="row 3: ...")


def test_accuracy_by_half() -> None:
    held_out = HeldOut({0: 1, 1: 2, 2: 3}, {0: "public", 1: "public", 2: "private"})
    assert accuracy({0: 1, 1: 5, 2: 3}, held_out) == {"public": 0.5, "private": 1.0}


def test_the_best_public_entry_counts_and_the_earliest_of_equals() -> None:
    first, better, equal = entry(0.6, 0.9), entry(0.7, 0.1, hours=1), entry(0.7, 0.8, hours=2)
    assert counting_entry([equal, broken(3), better, first]) is better


def test_the_private_half_does_not_choose_the_entry() -> None:
    students = {"ada": [entry(0.6, 0.9), entry(0.7, 0.1, hours=1)], "bob": [entry(0.5, 0.5)]}
    assert [place.student for place in standings(students, "private")] == ["bob", "ada"]
    assert [place.student for place in standings(students, "public")] == ["ada", "bob"]


def test_ties_share_a_rank_and_the_earlier_comes_first() -> None:
    students = {
        "late": [entry(0.7, hours=5)],
        "early": [entry(0.7, hours=1)],
        "low": [entry(0.2)],
        "top": [entry(0.9)],
    }
    places = standings(students, "public")
    assert [(place.student, place.rank) for place in places] == [
        ("top", 1),
        ("early", 2),
        ("late", 2),
        ("low", 4),
    ]
    assert [place.percentile for place in places] == [100, 50, 50, 0]


def test_history_is_in_order_and_holds_what_was_not_scored() -> None:
    (place,) = standings({"ada": [entry(0.3, hours=2), broken(1), entry(0.2)]}, "public")
    assert [e.scores is None for e in place.entries] == [False, True, False]
    assert place.percentile == 100


def test_who_has_no_scored_entry_has_no_place() -> None:
    assert standings({"ada": [broken()], "bob": []}, "public") == []


@given(st.lists(st.integers(0, 10), min_size=1, max_size=20))
def test_ranks_agree_with_scipy(tenths: list[int]) -> None:
    students = {f"s{i}": [entry(tenth / 10)] for i, tenth in enumerate(tenths)}
    places = {place.student: place for place in standings(students, "public")}
    expected = rankdata([-tenth for tenth in tenths], method="min")
    assert [places[f"s{i}"].rank for i in range(len(tenths))] == expected.tolist()


@given(st.lists(st.integers(0, 10), min_size=2, max_size=20))
def test_percentiles_agree_with_scipy(tenths: list[int]) -> None:
    others = [float(tenth) for tenth in tenths[1:]]
    expected = percentileofscore(others, tenths[0], kind="mean")
    assert percentile(float(tenths[0]), [float(t) for t in tenths]) == pytest.approx(expected)


def test_the_interval_holds_19_of_20_accuracies() -> None:
    rng = np.random.default_rng(0)
    found = rng.binomial(500, 0.7, size=4000) / 500
    inside = np.mean(np.abs(found - 0.7) <= margin_of_error(0.7, 500))
    assert 0.93 < inside < 0.97
