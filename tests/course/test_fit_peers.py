"""A process that dies ends the run: one line, exit status 1, nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.processes import descendants

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [
    *(sys.executable, "-m", "course", "fit"),
    *("--config", str(ROOT / "course/01_linear_models/softmax.yaml")),
    *("--trainer.accelerator", "cpu", "--trainer.devices", "2", "--trainer.strategy", "ddp"),
    *("--trainer.max_epochs", "100000", "--trainer.enable_progress_bar", "false"),
    *("--run_dir", "run"),
]


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def run_of_two(folder: Path) -> tuple[subprocess.Popen, int]:
    """The first process of a run in mid-training, and the second's id."""
    environment = {**os.environ, "WANDB_MODE": "disabled", "OMP_NUM_THREADS": "1"}
    environment["PYTHONPATH"] = str(ROOT)
    with (folder / "err").open("w") as err:
        first = subprocess.Popen(
            COMMAND, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=err
        )
    deadline = time.monotonic() + 240
    while not (folder / "run/checkpoints/last.ckpt").exists():  # both train
        assert first.poll() is None, (folder / "err").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.2)
    (second,) = descendants(first.pid)
    return first, second


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
@pytest.mark.parametrize(
    ("victim", "said"),
    [(0, "the first process is gone"), (1, "process 1 of 2 was killed by SIGKILL")],
)
def test_a_killed_process_ends_the_run(tmp_path: Path, victim: int, said: str) -> None:
    first, second = run_of_two(tmp_path)
    os.kill((first.pid, second)[victim], signal.SIGKILL)
    try:
        assert first.wait(timeout=60) == (1 if victim else -signal.SIGKILL)
    finally:
        first.kill()
    deadline = time.monotonic() + 60
    while not gone(second):
        assert time.monotonic() < deadline, "the second process goes on alone"
        time.sleep(0.2)
    message = (tmp_path / "err").read_text()
    assert said in message
    assert "--ckpt_path" in message
    assert message.count("\n") == 1
