"""Commands of two processes each, forked after one import: `python forked.py FOLDER < COMMANDS`.

What a launcher does is to start processes and to tell each its place by environment variables; so
does this. COMMANDS is JSON, for each name: `argv` of `dlcourse`; `environments`, one for each
process to start; and `kill`, which of both processes is killed once they train, where Lightning
starts the second (or none). Command NAME runs in FOLDER/NAME, process r leaves FOLDER/NAME.r.err,
and the exit statuses are printed.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

from course.cli import main
from course.deferred import deferred
from tests.processes import descendants

with deferred():  # once, before the processes part
    import course.lightning_cli  # noqa: F401
from lightning.pytorch.utilities import rank_zero_only

TIMEOUT_S = 120


def work(argv: list[str], environment: dict[str, str], err: Path) -> int:
    signal.alarm(TIMEOUT_S)
    for stream, path in ((1, Path(os.devnull)), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream)
    os.environ |= environment
    # Lightning read this at the import, when there was one process
    rank_zero_only.rank = int(environment.get("RANK") or environment.get("SLURM_PROCID") or 0)
    sys.argv = [str(Path(sys.executable).with_name("dlcourse"))]  # by it Lightning starts a second
    os.chdir(err.with_name(err.name.partition(".")[0]))
    return main(argv)


def run(
    name: str, argv: list[str], environments: list[dict[str, str]], kill: int | None, folder: Path
) -> list[int]:
    (folder / name).mkdir()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
    children = []
    for rank, environment in enumerate(environments):
        child = os.fork()
        if child == 0:
            status = 70
            try:
                status = work(
                    argv, {**environment, "MASTER_PORT": port}, folder / f"{name}.{rank}.err"
                )
            finally:
                os._exit(status)
        children.append(child)
    second = kill_one(folder / name, children[0], kill) if kill is not None else None
    statuses = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    wait_for(lambda: second is None or gone(second), f"{name}: the second process goes on alone")
    return statuses


def kill_one(folder: Path, first: int, victim: int) -> int:
    """Kill one process of a run, once both train; the second's id."""
    wait_for((folder / "run/checkpoints/last.ckpt").exists, f"{folder}: no checkpoint")
    (second,) = descendants(first)
    os.kill((first, second)[victim], signal.SIGKILL)
    return second


def wait_for(happened, what: str) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not happened():
        if time.monotonic() > deadline:
            sys.exit(what)
        time.sleep(0.05)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


if __name__ == "__main__":
    commands = json.load(sys.stdin)
    statuses = {
        name: run(name, **command, folder=Path(sys.argv[1])) for name, command in commands.items()
    }
    print(json.dumps(statuses))
