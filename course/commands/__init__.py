"""What `dlcourse` takes, a module for each kind of user: options, and where each command begins.

`add_commands(add)` of a module describes its commands to the parser. What runs a command imports
what it needs when it runs, so that `--help` waits for nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Protocol

Run = Callable[[argparse.Namespace], int]


class Add(Protocol):
    """Adds a command: its name, what it is about, an example, and what runs it."""

    def __call__(
        self, name: str, about: str, example: str, run: Run
    ) -> argparse.ArgumentParser: ...


def adder(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> Add:
    """What adds commands to these; the parsed arguments then hold `run`."""

    def add(name: str, about: str, example: str, run: Run) -> argparse.ArgumentParser:
        parser = commands.add_parser(
            name,
            help=about,
            description=about,
            epilog=f"example: {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        parser.set_defaults(run=run)
        return parser

    return add


def add_jobs(parser: argparse.ArgumentParser, what: str = "worker processes") -> None:
    """How many work side by side."""
    parser.add_argument("--jobs", type=int, metavar="N", help=f"{what}; default: one per core")


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Whose workers do the work instead."""
    parser.add_argument(
        "--cluster", metavar="ADDRESS", help="a Dask scheduler, e.g. tcp://10.0.0.1:8786"
    )
