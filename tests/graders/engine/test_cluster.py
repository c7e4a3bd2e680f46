"""Grading on a real Dask scheduler with two worker processes."""

import json
import os
import signal
import threading
import time
from dataclasses import replace

import pytest
from distributed import LocalCluster

from course.cli import main
from graders.engine.catalogue import source_path
from graders.engine.cells import from_script
from graders.engine.worker import GradingJob

SOLUTION = source_path("softmax").read_text()


@pytest.fixture
def cluster():
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


@pytest.fixture
def submitted(tmp_path):
    for number in range(10):
        (tmp_path / "submitted" / f"s{number}").mkdir(parents=True)
        text = SOLUTION.replace("/ len(y)", "/ 1") if number % 2 else SOLUTION
        (tmp_path / "submitted" / f"s{number}" / "softmax.py").write_text(f"# {number}\n{text}")
    return tmp_path / "submitted"


def scores(out):
    results = json.loads((out / "results.json").read_text())
    return {
        s["student"]: (s["status"], [(t["name"], t["status"]) for t in s["tests"]])
        for s in results["submissions"]
    }


def kill_a_worker_after(records, lines, pids):
    """A thread that kills the first of ``pids`` once ``records`` has ``lines``."""

    def watch():
        while not (records.exists() and records.read_text().count("\n") >= lines):
            time.sleep(0.01)
        os.kill(pids[0], signal.SIGKILL)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread


def test_the_same_scores_as_here_though_a_worker_dies(cluster, submitted, tmp_path, monkeypatch):
    monkeypatch.setenv("DLCOURSE_SECRET", "for a test")
    here, there = tmp_path / "here", tmp_path / "there"
    assert main(["grade", "softmax", str(submitted), "--out", str(here), "--jobs", "2"]) == 0
    with cluster.get_client() as client:
        pids = list(client.run(os.getpid).values())
    killer = kill_a_worker_after(there / "records.jsonl", 2, pids)
    address = cluster.scheduler_address
    arguments = ["grade", "softmax", str(submitted), "--out", str(there), "--cluster", address]
    assert main(arguments) == 0
    killer.join(timeout=10)
    assert not killer.is_alive(), "the worker was never killed"
    assert scores(there) == scores(here)
    results = json.loads((there / "results.json").read_text())
    assert {s["isolation"] for s in results["submissions"]} == {results["isolation"]}


def test_isolation_is_what_the_workers_had_and_not_what_this_machine_has(
    submitted, tmp_path, monkeypatch
):
    def differing(perform, jobs, *_):
        for number, job in enumerate(jobs):
            yield replace(perform(job), isolation=["one kind", "another"][number % 2])

    monkeypatch.setenv("DLCOURSE_SECRET", "for a test")
    monkeypatch.setattr("graders.grade.perform_all", differing)
    out = tmp_path / "out"
    assert main(["grade", "softmax", str(submitted), "--out", str(out), "--jobs", "1"]) == 0
    results = json.loads((out / "results.json").read_text())
    assert results["isolation"] == "one kind; another"
    assert {s["isolation"] for s in results["submissions"]} == {"one kind", "another"}


def test_no_scheduler_is_one_line(submitted, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("graders.engine.cluster.CONNECT_SECONDS", 1)
    arguments = ["grade", "softmax", str(submitted), "--out", str(tmp_path / "out")]
    assert main([*arguments, "--cluster", "tcp://127.0.0.1:1"]) == 2
    assert "no Dask scheduler answers" in capsys.readouterr().err.splitlines()[-1]


def test_what_a_cluster_logs_of_a_job_that_fails_has_nothing_of_the_student():
    # no word of hexadecimal digits: where the job lies in memory is logged
    job = GradingJob("zoe", b"her seed", "hash", from_script("softmax.py", b"her_work = 1"))
    logged = repr((job,))
    assert not [word for word in ("zoe", "seed", "hash", "her_work") if word in logged]
