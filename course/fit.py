"""`dlcourse fit | validate | test | predict`: LightningCLI with the course's defaults."""

from __future__ import annotations

import os


def main(argv: list[str]) -> int:
    """Runs one LightningCLI command.

    Args:
        argv: the command (`fit`, `validate`, `test` or `predict`) and its options.

    Returns:
        The exit status: 0 done, 1 failed under way, 2 wrong usage or config.
    """
    from course.lightning_cli import run

    try:
        return run(argv)
    except Exception as error:
        status = getattr(error, "exit_status", None)
        if status is None or os.environ.get("LOCAL_RANK", "0") == "0":
            raise
        return int(status)  # the first process says it; once is enough
