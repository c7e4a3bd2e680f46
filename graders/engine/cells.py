"""From a submitted file's bytes to the pieces of code that run one after another."""

from __future__ import annotations

import codecs
import io
import json
import re
import tokenize
from dataclasses import dataclass
from typing import Any

from graders.errors import Rejected

_PERCENT = re.compile(r"^# ?%%", re.MULTILINE)
MAX_CELLS = 1000
ENCODINGS = frozenset(  # what editors write; some of Python's others take hours over a long text
    codecs.lookup(name).name
    for name in (
        *("utf-8", "utf-8-sig", "ascii", "gb18030", "gbk", "big5", "shift_jis", "euc_jp", "euc_kr"),
        *("koi8-r", "koi8-u", "mac-roman", *(f"cp{number}" for number in range(1250, 1259))),
        *(f"iso8859-{part}" for part in range(1, 17) if part != 12),
    )
)


@dataclass(frozen=True)
class Cell:
    """A piece of a submission that runs on its own: a notebook's cell, or a script's part."""

    label: str
    """Where it is, for a message: "cell 3"."""
    file: str
    """What a traceback calls it."""
    text: str
    line: int = 0
    """How many lines of the file come before."""

    @property
    def source(self) -> str:
        """What runs: blank lines in front, so that a traceback's line numbers are the file's."""
        return "\n" * self.line + self.text


@dataclass(frozen=True)
class Code:
    """A submission's code. ``whole`` is set for a script, which has to be Python throughout."""

    cells: tuple[Cell, ...]
    whole: str = ""


def from_script(name: str, content: bytes) -> Code:
    """A ``.py`` file, split at its ``# %%`` lines where it has some.

    Raises:
        Rejected: it is not text in the encoding that it declares, or in absurdly many parts.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        if codecs.lookup(encoding).name not in ENCODINGS:
            raise LookupError(f"it declares the encoding {encoding}")
        text = content.decode(encoding)
    except (SyntaxError, UnicodeError, LookupError) as error:
        raise Rejected(f"{name} is not readable text: save it as UTF-8 ({error})") from None
    text = re.sub(r"\r\n?", "\n", text)
    starts = [0, *(match.start() for match in _PERCENT.finditer(text) if match.start() > 0)]
    _bounded(name, len(starts))
    cells = []
    before = 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        part = text[start:end]
        if part.strip():
            cells.append(Cell(f"{name} from line {before + 1}", name, part, before))
        before += part.count("\n")
    return Code(tuple(cells), whole=text)


def _bounded(name: str, count: int) -> None:
    if count > MAX_CELLS:
        raise Rejected(f"{name} has {count:,} cells: {MAX_CELLS:,} is the most that is read")


def from_notebook(name: str, content: bytes) -> Code:
    """A notebook's code cells, of format 4 or older, whatever else is odd about it.

    Raises:
        Rejected: it is not JSON, has no list of cells, or absurdly many.
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
    _bounded(name, len(sources))
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
