"""What is to be mended in an assignment, and the table that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 120  # of a table that no terminal shows


@dataclass(frozen=True)
class Finding:
    """Something in ``file`` that costs students points, or teaches them nothing, and its mend."""

    file: Path
    what: str
    mend: str


def show(findings: Sequence[Finding], root: Path) -> None:
    """Print a row for each finding, its file as it is called in the course's folder ``root``."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=max(console.width, WIDTH))
    table = Table(box=box.SIMPLE_HEAD)
    for heading, ratio in (("file", 3), ("what", 5), ("mend", 3)):
        table.add_column(heading, ratio=ratio, overflow="fold")
    for number, finding in enumerate(findings):
        same = number and finding.file == findings[number - 1].file
        file = finding.file
        shown = str(file.relative_to(root) if file.is_relative_to(root) else file)
        table.add_row(Text("" if same else shown), Text(finding.what), Text(finding.mend))
    if findings:
        console.print(table)
