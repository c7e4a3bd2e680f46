"""From a submitted file's bytes to the pieces of code that run one after another."""

from __future__ import annotations

import io
import json
import re
import tokenize
from dataclasses import dataclass
from typing import Any

from graders.errors import Rejected

_PERCENT = re.compile(r"^# ?%%", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """A piece of a submission that runs on its own: a notebook's cell, or a script's part."""

    label: str
    """Where it is, for a message: "cell 3"."""
    file: str
    """What a traceback calls it."""
    source: str


@dataclass(frozen=True)
class Code:
    """A submission's code. ``whole`` is set for a script, which has to be Python throughout."""

    cells: tuple[Cell, ...]
    whole: str = ""


def from_script(name: str, content: bytes) -> Code:
    """A ``.py`` file, split at its ``# %%`` lines where it has some.

    Raises:
        Rejected: it is not text in the encoding that it declares.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise Rejected(f"{name} is not readable text: save it as UTF-8 ({error})") from None
    text = re.sub(r"\r\n?", "\n", text)
    starts = [0, *(match.start() for match in _PERCENT.finditer(text) if match.start() > 0)]
    cells = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        before = text.count("\n", 0, start)
        if text[start:end].strip():
            # blank lines in front, so that a traceback's line numbers are the file's
            source = "\n" * before + text[start:end]
            cells.append(Cell(f"{name} from line {before + 1}", name, source))
    return Code(tuple(cells), whole=text)


def from_notebook(name: str, content: bytes) -> Code:
    """A notebook's code cells, of format 4 or older, whatever else is odd about it.

    Raises:
        Rejected: it is not JSON, or has no list of cells.
    """
    try:
        notebook = json.loads(content)
    except RecursionError:
        raise Rejected(f"{name} is nested too deeply for a notebook") from None
    except ValueError as error:
        raise Rejected(f"{name} is not a notebook: not JSON ({error})") from None
    sources = []
    for cell in _cells(name, notebook):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source", cell.get("input", ""))
            if isinstance(source, list) and all(isinstance(line, str) for line in source):
                source = "".join(source)
            if not isinstance(source, str):
                raise Rejected(f"{name} has a code cell whose source is not text")
            sources.append(source)
    labels = (f"cell {number}" for number in range(1, len(sources) + 1))
    return Code(
        tuple(
            Cell(label, label, source.replace("\r\n", "\n"))
            for label, source in zip(labels, sources, strict=True)
            if source.strip()
        )
    )


def _cells(name: str, notebook: Any) -> list[Any]:
    if isinstance(notebook, dict):
        if isinstance(notebook.get("cells"), list):
            return list(notebook["cells"])
        sheets = notebook.get("worksheets")  # format 3 and older
        if isinstance(sheets, list) and all(isinstance(sheet, dict) for sheet in sheets):
            lists = [sheet.get("cells") for sheet in sheets]
            return [cell for cells in lists if isinstance(cells, list) for cell in cells]
    raise Rejected(f"{name} is not a notebook: it has no list of cells")
