"""Tables and numbers in the lessons and on the front page, from the ledger."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from lightning_modules.experiments.pages import filled
from lightning_modules.experiments.verdicts import Verdict

COURSE = Path(__file__).resolve().parent


def pages() -> list[Path]:
    """The front page and those of the lessons."""
    return [COURSE.parent / "README.md", *sorted(COURSE.glob("[0-9]*/*.md"))]


def ledger_from(page: Path) -> str:
    """The path from a page's folder to the ledger's."""
    return Path(os.path.relpath(COURSE / "ledger", page.parent)).as_posix()


def fill(verdicts: Sequence[Verdict]) -> list[Path]:
    """Writes anew what the pages have between their markers.

    Returns:
        The pages that changed.

    Raises:
        BadInput: a marker names what the ledger does not have.
    """
    by_name = {verdict.experiment.name: verdict for verdict in verdicts}
    texts = {page: page.read_text() for page in pages()}
    new = {page: filled(text, by_name, ledger_from(page), page) for page, text in texts.items()}
    changed = [page for page in texts if new[page] != texts[page]]
    for page in changed:
        page.write_text(new[page])
    return changed
