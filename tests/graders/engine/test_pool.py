"""A worker that dies as it is started."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from types import SimpleNamespace
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


@pytest.mark.parametrize("deaths", [1, 2])
def test_a_worker_that_dies_as_it_starts_costs_nobody_his_grade(
    deaths: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "grade_one", lambda settings, job: f"result of {job.student}")
    monkeypatch.setattr(Killed, "deaths", deaths)
    jobs = [SimpleNamespace(student=name) for name in ("ada", "ben", "chen")]
    found = pool.grade_all(SimpleNamespace(), jobs, pool.Workers(2, Killed))  # type: ignore[arg-type]
    assert sorted(found) == [f"result of {job.student}" for job in jobs]  # type: ignore[type-var]
