"""Records: stored at once, read back alike, and torn lines survived."""

from __future__ import annotations

import pytest
from claims import experiment, records

from lightning_modules.errors import BadInput
from lightning_modules.experiments.records import Records, rounded, thinned

RUNS = records(experiment(), {"a": [0.5, 1.5, None]})


def test_a_record_comes_back_as_it_went(tmp_path):
    store = Records(tmp_path / "deep" / "down")
    for record in RUNS:
        store.append(record)
    assert store.load("made_up") == RUNS
    assert store.load("another") == []


def test_a_line_torn_by_a_kill_is_dropped_and_written_over(tmp_path):
    store = Records(tmp_path)
    for record in RUNS:
        store.append(record)
    path = store.path("made_up")
    path.write_bytes(path.read_bytes()[:-40])
    assert store.load("made_up") == RUNS[:2]
    store.append(RUNS[2])
    assert store.load("made_up") == RUNS


def test_a_broken_line_elsewhere_is_named(tmp_path):
    store = Records(tmp_path)
    store.append(RUNS[0])
    path = store.path("made_up")
    path.write_text("{}\n" + path.read_text())
    with pytest.raises(BadInput, match=r"made_up\.jsonl:1: not a record; delete the line"):
        store.load("made_up")


def test_the_later_of_two_runs_counts(tmp_path):
    store = Records(tmp_path)
    again = records(experiment(), {"a": [9.0]})[0]
    store.append(RUNS[0])
    store.append(again)
    assert store.load("made_up") == [again]


def test_numbers_are_written_short():
    assert rounded(0.123456789) == 0.123457
    assert rounded(float("nan")) is None
    assert rounded(float("inf")) is None
    x = [float(i) for i in range(100)]
    thin = thinned(x, [value / 3 for value in x], points=10)
    assert thin[0] == [0, 11, 22, 33, 44, 55, 66, 77, 88, 99]
    assert thin[1][-1] == 33.0
    assert thinned(x, x, points=6, log=True)[0] == [0, 2, 5, 15, 39, 99]
    assert thinned([1.0, 2.0], [float("inf"), 5.0], points=10) == ([2.0], [5.0])
