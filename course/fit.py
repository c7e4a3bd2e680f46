"""`dlcourse fit | validate | test | predict`: LightningCLI with the course's defaults."""

from __future__ import annotations


def main(argv: list[str]) -> int:
    """Runs one LightningCLI command.

    Args:
        argv: the command (`fit`, `validate`, `test` or `predict`) and its options.

    Returns:
        The exit status: 0 done, 1 failed under way, 2 wrong usage or config.
    """
    from course.lightning_cli import run

    return run(argv)
