"""Workers that die cost their own run alone."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import replace
from pathlib import Path

import pytest

from course.experiment_pool import perform_all
from graders.engine.pool import Workers, WorkersGone
from lightning_modules.experiments.plan import Job, runs
from lightning_modules.experiments.records import Record
from lightning_modules.experiments.spec import read

FIELDS = {
    "question": "?",
    "claim": "!",
    "source": "a test",
    "equal": "all",
    "holds": "here",
    "function": "no.such.function",  # runs fail at once, each with its own line
    "arms": {"a": {}, "deadly": {}, "b": {}},
    "metrics": {"score": {}},
    "bar": [{"better": ["a", "b"], "metric": "score", "smallest": 0}],
}


class Frail(Executor):
    """The arm `deadly` breaks it for good, and takes with it the run before, which it `holds`."""

    def __init__(self, how: Exception, holds: bool) -> None:
        self.how, self.holds, self.broken = how, holds, False
        self.held: list[tuple[Future[Record], Job]] = []

    def submit(self, call, job):  # type: ignore[override]
        if self.broken:
            raise self.how
        future: Future[Record] = Future()
        if job.record.arm == "deadly":
            self.broken = True
            future.set_exception(self.how)
            for lost, _ in self.held:
                lost.set_exception(self.how)
        elif self.holds and not self.held and job.record.seed:
            self.held.append((future, job))
        else:
            future.set_result(replace(job.record, error="ran"))
        return future

    def shutdown(self, wait=True, *, cancel_futures=False):
        pass


class Starter:
    """The first executor holds a run back, those after it none."""

    def __init__(self, how: Exception) -> None:
        self.how, self.started = how, 0

    def __call__(self, count: int) -> Executor:
        self.started += 1
        return Frail(self.how, holds=self.started == 1)


def jobs() -> list[Job]:
    return runs(read(FIELDS, Path("mine.yaml"), Path()), "small", 2, [])


def outcome(workers: Workers) -> dict[tuple[str, int], str]:
    return {(r.arm, r.seed): r.error for r in perform_all(jobs(), workers)}


@pytest.mark.parametrize("count", [1, 2, 8])
def test_a_run_that_keeps_killing_its_worker_is_given_up_and_the_others_run(count):
    errors = outcome(Workers(count, Starter(BrokenExecutor("died"))))
    assert len(errors) == 6
    for (arm, _), error in errors.items():
        assert error == ("its worker process died 2 times" if arm == "deadly" else "ran")


def test_a_cluster_that_is_gone_ends_the_command():
    with pytest.raises(WorkersGone, match="run again"):
        outcome(Workers(2, Starter(OSError("unreachable"))))


def test_without_workers_runs_are_made_here():
    errors = {r.error for r in perform_all(jobs(), None)}
    assert errors == {"BadInput: function no.such.function: No module named 'no'"}
