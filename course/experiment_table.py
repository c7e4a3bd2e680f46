"""What runs show, as a table for the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lightning_modules.experiments.report import columns, headline, rows, sentences
from lightning_modules.experiments.verdicts import Verdict


def show(verdict: Verdict) -> None:
    """Prints the arms' means with intervals, the verdict and what it rests on."""
    console = Console()
    console.rule(escape(verdict.experiment.name))
    console.print(escape(verdict.experiment.claim), style="italic")
    table = Table(*columns(verdict), box=None)
    for row in rows(verdict):
        table.add_row(*map(escape, row))
    console.print(table)
    console.print(escape(headline(verdict)), style="bold")
    for line in sentences(verdict):
        console.print(escape(line))
