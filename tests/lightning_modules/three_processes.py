"""All registry cases on three processes: `python three_processes.py OUT` writes what each came to.

The processes fork after the imports and once the options are read, which take longer than the runs.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import socket
import sys
import traceback
from datetime import timedelta
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from course.deferred import deferred

metadata.entry_points = cache(metadata.entry_points)  # as in tests/conftest.py
with deferred([]):  # nothing, but no garbage is looked for
    import torch
    from registry import CASES
    from short_runs import quiet, read, train_sharded, two_steps

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
    for case in CASES:
        read(case.model["class_path"], json.dumps(case.model["init_args"]))
    gc.freeze()  # what the processes share is no garbage of theirs
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
