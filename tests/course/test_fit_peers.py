"""A process that dies ends the run: one line, exit status 1, nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [
    *(sys.executable, "-m", "course", "fit"),
    *("--config", str(ROOT / "course/01_linear_models/softmax.yaml")),
    *("--trainer.accelerator", "cpu", "--trainer.devices", "2", "--trainer.strategy", "ddp"),
    *("--trainer.max_epochs", "100000", "--trainer.enable_progress_bar", "false"),
    *("--run_dir", "run"),
]


def children(pid: int) -> list[int]:
    try:
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except FileNotFoundError:
        pytest.skip("this kernel does not list a process's children")


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
def test_a_killed_process_ends_the_run(tmp_path: Path) -> None:
    environment = {**os.environ, "WANDB_MODE": "disabled", "OMP_NUM_THREADS": "1"}
    environment["PYTHONPATH"] = str(ROOT)
    with (tmp_path / "err").open("w") as err:
        first = subprocess.Popen(
            COMMAND, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=err
        )
    deadline = time.monotonic() + 240
    while not (tmp_path / "run/checkpoints/last.ckpt").exists():  # both train
        assert first.poll() is None, (tmp_path / "err").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.2)
    (second,) = children(first.pid)
    os.kill(second, signal.SIGKILL)
    try:
        assert first.wait(timeout=60) == 1
    finally:
        first.kill()
    message = (tmp_path / "err").read_text()
    assert "process 1 of 2 was killed by SIGKILL" in message
    assert "--ckpt_path" in message
    assert message.count("\n") == 1
    assert gone(second)
