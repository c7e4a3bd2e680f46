"""Workers that die as they are started, and workers that join."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import pytest

from graders.engine import pool


class Killed(ThreadPoolExecutor):
    """Its worker is killed before it has read what it is to do, as often as `deaths` says."""

    deaths = 1

    def submit(self, *work: Any) -> Future[Any]:  # type: ignore[override]
        if Killed.deaths:
            Killed.deaths -= 1
            raise BrokenPipeError("Broken pipe")
        return super().submit(*work)


def given_up(job: Any, why: str) -> Any:
    raise AssertionError(f"{job}: {why}")


@pytest.mark.parametrize("deaths", [1, 2])
def test_a_worker_that_dies_as_it_starts_costs_nobody_his_grade(
    deaths: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Killed, "deaths", deaths)
    found = pool.perform_all(str.upper, ["ada", "ben", "chen"], pool.Workers(2, Killed), given_up)
    assert sorted(found) == ["ADA", "BEN", "CHEN"]


class AtOnce:
    """An executor that has every result as soon as it is asked."""

    def __init__(self) -> None:
        self.submitted = 0

    def submit(self, *_: Any) -> Future[int]:
        self.submitted += 1
        future: Future[int] = Future()
        future.set_result(self.submitted)
        return future


def test_workers_that_join_while_others_grade_have_work_at_once() -> None:
    executor, present = AtOnce(), iter([1, 3, 3])
    workers = pool.Workers(1, lambda _: nullcontext(executor), present=lambda: next(present))  # type: ignore[arg-type]
    found = pool.perform_all(len, ["ada"] * 4 * pool.AHEAD, workers, given_up)
    submitted = [executor.submitted for _ in found]
    assert submitted == [pool.AHEAD] * pool.AHEAD + [4 * pool.AHEAD] * 3 * pool.AHEAD
