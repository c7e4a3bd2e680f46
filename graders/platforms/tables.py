"""CSV as platforms export it, of which cells can be filled while all else stays byte for byte."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from graders.errors import BadInput

DELIMITERS = (",", ";", "\t")


@dataclass
class Table:
    """A CSV file: ``rows`` are its cells as they are meant, the first row the header."""

    path: Path
    delimiter: str
    rows: list[list[str]]
    _written: list[list[str]]
    _ends: list[str]
    _encoding: str
    _begins: str

    def column(self, *names: str) -> int | None:
        """The place of the first of ``names`` in the header, or None."""
        header = [plain(cell) for cell in self.rows[0]]
        return next((header.index(name) for name in names if name in header), None)

    def cell(self, row: int, column: int | None) -> str:
        """A cell without the space around it; nothing where the row is shorter."""
        cells = self.rows[row]
        return cells[column].strip() if column is not None and column < len(cells) else ""

    def fill(self, row: int, column: int, value: str) -> None:
        """Put ``value`` into a cell, quoted if need be."""
        cells = self._written[row]
        cells += [""] * (column + 1 - len(cells))
        needs = any(mark in value for mark in (self.delimiter, '"', "\n", "\r"))
        cells[column] = '"{}"'.format(value.replace('"', '""')) if needs else value
        self.rows[row] += [""] * (column + 1 - len(self.rows[row]))
        self.rows[row][column] = value

    def content(self) -> bytes:
        """The file with what was filled in."""
        lines = (
            f"{self.delimiter.join(cells)}{end}"
            for cells, end in zip(self._written, self._ends, strict=True)
        )
        return (self._begins + "".join(lines)).encode(self._encoding, errors="surrogateescape")


def read_table(path: Path) -> Table:
    """Read a CSV file in UTF-8 or UTF-16, separated by commas, semicolons or tabs.

    Raises:
        BadInput: it is not there or has no header.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16-le" if raw.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    else:
        encoding = "utf-8"
    text = raw.decode(encoding, errors="surrogateescape" if encoding == "utf-8" else "replace")
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    cell = re.compile(
        rf'([ ]*"(?:[^"]|"")*"[^{delimiter}\r\n]*|[^{delimiter}\r\n]*)'
        rf"({delimiter}|\r\n|\n|\r|\Z)"
    )
    written: list[list[str]] = []
    ends: list[str] = []
    cells: list[str] = []
    begins = "\ufeff" if text.startswith("\ufeff") else ""
    at = len(begins)
    while at < len(text) or cells:
        found = cell.match(text, at)
        assert found is not None  # the second form takes anything up to a separator
        cells.append(found[1])
        at = found.end()
        if found[2] != delimiter:
            written.append(cells)
            ends.append(found[2])
            cells = []
    rows = [[_meant(cell) for cell in line] for line in written]
    if not rows or not any(rows[0]):
        raise BadInput(f"{path} has no header: its first line names the columns")
    return Table(path, delimiter, rows, written, ends, encoding, begins)


def plain(header: str) -> str:
    """A header as it is compared: without case, and with single spaces."""
    return " ".join(header.casefold().split())


def _meant(cell: str) -> str:
    inner = cell.strip()
    quoted = len(inner) > 1 and inner.startswith('"') and inner.endswith('"')
    return inner[1:-1].replace('""', '"') if quoted else cell
