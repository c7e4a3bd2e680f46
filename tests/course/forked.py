"""Commands of two processes each, forked after one import: `python forked.py FOLDER < COMMANDS`.

What a launcher does is to start processes and to tell each its place by environment variables; so
does this. COMMANDS is JSON: for each name `argv` of `dlcourse`, and `environments`, one for each
process. Process r of command NAME leaves `NAME.r.err` in FOLDER; the exit statuses are printed.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from pathlib import Path

from lightning.pytorch.utilities import rank_zero_only

import course.lightning_cli  # noqa: F401  imported once, before the processes part
from course.cli import main

TIMEOUT_S = 120


def work(argv: list[str], environment: dict[str, str], err: Path) -> int:
    signal.alarm(TIMEOUT_S)
    for stream, path in ((1, Path(os.devnull)), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream)
    os.environ |= environment
    # Lightning read this at the import, when there was one process
    rank_zero_only.rank = int(environment.get("RANK") or environment["SLURM_PROCID"])
    sys.argv = ["dlcourse"]
    return main(argv)


def run(name: str, argv: list[str], environments: list[dict[str, str]], folder: Path) -> list[int]:
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
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


if __name__ == "__main__":
    commands = json.load(sys.stdin)
    statuses = {
        name: run(name, **command, folder=Path(sys.argv[1])) for name, command in commands.items()
    }
    print(json.dumps(statuses))
