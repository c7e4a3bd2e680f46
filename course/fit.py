"""`dlcourse fit | validate | test | predict`: LightningCLI with the course's defaults."""

from __future__ import annotations

import sys
from pathlib import Path

from course.deferred import deferred


def main(argv: list[str]) -> int:
    """Runs one LightningCLI command.

    Args:
        argv: the command (`fit`, `validate`, `test` or `predict`) and its options.

    Returns:
        The exit status: 0 done, 1 failed under way, 2 wrong usage or config.
    """
    # where one's own classes lie, `mynet.Net`; last, so that none hides an installed module
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    with deferred():
        from course.lightning_cli import run
        from lightning_modules.distributed.peers import process_rank

    try:
        return run(argv)
    except Exception as error:
        status = getattr(error, "exit_status", None)
        if status is None or process_rank() == 0:
            raise
        return int(status)  # the first process says it; once is enough
