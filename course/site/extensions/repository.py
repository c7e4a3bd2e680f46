"""Links of pages into the repository: a folder is its README, other files are downloads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

_LINK = re.compile(r"(?<!!)\[([^\]\n]+)\]\((?!\w+:)([^)#\s]+)(#[^)\s]*)?\)")


def to_readme(text: str, folder: Path) -> str:
    """The text with each link to a folder that has a README led to that.

    Args:
        text: of a page, in Markdown.
        folder: of the page.
    """

    def lead(match: re.Match[str]) -> str:
        words, target, anchor = match[1], match[2], match[3] or ""
        if (folder / target / "README.md").is_file():
            return f"[{words}]({target.rstrip('/')}/README.md{anchor})"
        return match[0]

    return _LINK.sub(lead, text)


def read(app: Sphinx, docname: str, source: list[str]) -> None:
    page = Path(app.srcdir, f"{docname}.md")
    if page.is_file():
        source[0] = to_readme(source[0], page.parent)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
