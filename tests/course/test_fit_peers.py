"""A process that dies ends the run: one line, exit status 1, nobody left behind."""

from __future__ import annotations

import signal

import pytest

from tests.course.conftest import Runs


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("first_killed", -signal.SIGKILL, "the first process is gone"),
        ("second_killed", 1, "process 1 of 2 was killed by SIGKILL"),
    ],
)
def test_a_killed_process_ends_the_run(runs: Runs, name: str, status: int, said: str) -> None:
    assert runs.statuses[name] == [status]
    (message,) = runs.errors(name)  # of both
    assert said in message
    assert "--ckpt_path" in message
    assert message.count("\n") == 1
