"""Results are small: a large class has a million tests of them in memory."""

from __future__ import annotations

import pickle
import tracemalloc

from graders.engine.results import TestResult


def test_results_from_other_processes_share_what_is_alike() -> None:
    """Name, task, description and hint of a hidden test are the same text for everyone."""
    one = TestResult("test_sum", "sum", 2.0, 0.0, "failed", "no", 0.1, "Adds up.", "All of them.")
    pickled = pickle.dumps(one)
    first, second = pickle.loads(pickled), pickle.loads(pickled)
    assert first == second == one
    for about in ("name", "task", "description", "hint"):
        assert getattr(first, about) is getattr(second, about)


def test_a_result_takes_some_three_hundred_bytes() -> None:
    pickled = pickle.dumps(TestResult("test_sum", "sum", 2.0, 2.0, "passed", "", 0.1, "a" * 80))
    pickle.loads(pickled)
    tracemalloc.start()
    kept = [pickle.loads(pickled) for _ in range(100)]
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / len(kept) < 350  # it was 650 with a dictionary and texts of its own
