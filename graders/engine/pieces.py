"""From a submitted file's bytes to its cells of every kind, as their author wrote them."""

from __future__ import annotations

import codecs
import io
import json
import re
import tokenize
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from graders.errors import Rejected

_PERCENT = re.compile(r"^# ?%%", re.MULTILINE)
_HEADER = re.compile(r"# ?%%(.*)\n?")
_GRADE_ID = re.compile(r'"grade_id": *"([^"\\]+)"')
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
class Piece:
    """A notebook's cell or a script's part, as it was handed in."""

    kind: Literal["code", "markdown"]
    source: str
    grade_id: str = ""
    """Which cell of the assignment it claims to be."""
    raw: str = ""
    """A script's part as it stands there, with its ``# %%`` line."""


def of_script(name: str, content: bytes) -> list[Piece]:
    """The parts of a ``.py`` file, split at its ``# %%`` lines where it has some.

    Put together, what is ``raw`` in them is the file's text with Unix line ends.

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
    return [_of_part(text[start:end]) for start, end in pairwise([*starts, len(text)])]


def _of_part(raw: str) -> Piece:
    header = _HEADER.match(raw)
    about = header[1] if header else ""
    body = raw[header.end() if header else 0 :].strip("\n")
    claimed = _GRADE_ID.search(about)
    grade_id = claimed[1] if claimed else ""
    if "[markdown]" in about:
        return Piece("markdown", re.sub(r"^# ?", "", body, flags=re.MULTILINE), grade_id, raw)
    return Piece("code", body, grade_id, raw)


def of_notebook(name: str, content: bytes) -> list[Piece]:
    """The cells of a notebook, of format 4 or older, whatever else is odd about it.

    Raises:
        Rejected: it is not JSON, has no list of cells, or absurdly many, or code that is not text.
    """
    if not content.strip(b"\0\t\n\r \xef\xbb\xbf\xff\xfe"):
        return []  # an empty file, with or without a mark of its encoding
    try:
        notebook = json.loads(content)
    except RecursionError:
        raise Rejected(f"{name} is nested too deeply for a notebook") from None
    except ValueError as error:
        raise Rejected(f"{name} is not a notebook: not JSON ({error})") from None
    cells = [_of_cell(name, cell) for cell in _cells(name, notebook) if isinstance(cell, dict)]
    _bounded(name, sum(cell.kind == "code" for cell in cells))
    return cells


def _cells(name: str, notebook: Any) -> list[Any]:
    if isinstance(notebook, dict):
        if isinstance(notebook.get("cells"), list):
            return list(notebook["cells"])
        sheets = notebook.get("worksheets")  # format 3 and older
        if isinstance(sheets, list) and all(isinstance(sheet, dict) for sheet in sheets):
            lists = [sheet.get("cells") for sheet in sheets]
            return [cell for cells in lists if isinstance(cells, list) for cell in cells]
    raise Rejected(f"{name} is not a notebook: it has no list of cells")


def _of_cell(name: str, cell: dict[str, Any]) -> Piece:
    source = cell.get("source", cell.get("input", ""))
    lines = source if isinstance(source, list) else [source]
    if cell.get("cell_type") == "code" and not all(isinstance(line, str) for line in lines):
        raise Rejected(f"{name} has a code cell whose source is not text")
    text = "".join(map(str, lines)).replace("\r\n", "\n")
    metadata = cell.get("metadata")
    about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    claimed = about.get("grade_id") if isinstance(about, dict) else None
    return Piece(
        "code" if cell.get("cell_type") == "code" else "markdown",
        text,
        claimed if isinstance(claimed, str) else "",
    )


def _bounded(name: str, count: int) -> None:
    if count > MAX_CELLS:
        raise Rejected(f"{name} has {count:,} cells: {MAX_CELLS:,} is the most that is read")
