"""All registry cases on three processes: `python three_processes.py OUT` writes what each came to.

The processes fork after the imports, which take longer than the runs.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import sys
import traceback
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from registry import CASES
from short_runs import quiet, train_sharded, two_steps

PROCESSES = 3  # which share no batch of the cases evenly
SHARDED = "lenet"  # is also trained with its parameters cut over all of them
TIMEOUT = timedelta(seconds=60)  # of a collective that another process never joins


def work(rank: int, port: int, out: Path) -> None:
    os.environ |= {
        "LOCAL_RANK": str(rank),
        "RANK": str(rank),
        "WORLD_SIZE": str(PROCESSES),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
    }
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", rank=rank, world_size=PROCESSES, timeout=TIMEOUT)
    results: dict[str, dict[str, Any]] = {}
    for case in CASES:
        try:
            results[case.name] = two_steps(case)
        except Exception:
            results[case.name] = {"error": traceback.format_exc()}
    (sharded,) = (case for case in CASES if case.name == SHARDED)
    train_sharded(sharded, out.parent)
    if rank == 0:
        torch.save(results, out)
    torch.distributed.destroy_process_group()


def main() -> None:
    quiet()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    context = multiprocessing.get_context("fork")
    processes = [
        context.Process(target=work, args=(rank, port, Path(sys.argv[1])))
        for rank in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    sys.exit(max(abs(process.exitcode or 0) for process in processes))


if __name__ == "__main__":
    main()
