"""What runs show, as a table for the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lightning_modules.experiments.records import Record
from lightning_modules.experiments.report import columns, headline, rows, sentences
from lightning_modules.experiments.verdicts import Verdict


def show(verdict: Verdict, records: list[Record], judged: int) -> None:
    """Prints the arms' means with intervals, the verdict and what it rests on."""
    experiment, console = verdict.experiment, Console()
    console.rule(escape(experiment.name))
    console.print(escape(experiment.claim), style="italic")
    table = Table(*columns(experiment), box=None)
    for row in rows(experiment, records):
        table.add_row(*map(escape, row))
    console.print(table)
    console.print(escape(headline(verdict)), style="bold")
    for sentence in sentences(verdict):
        console.print(escape(sentence))
    if judged > 1:
        console.print(f"(corrected for {judged} experiments)", style="dim")
