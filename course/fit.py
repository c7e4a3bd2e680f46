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
    from lightning_modules.errors import BadInput

    try:
        return run(argv)
    except BadInput as error:
        if os.environ.get("LOCAL_RANK", "0") != "0":
            return error.exit_status  # the first process says it; once is enough
        raise
