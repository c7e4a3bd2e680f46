"""Reading ``predictions.csv``: which row is wrong, if one is, and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Set

from graders.engine.printable import cut, printable
from graders.errors import Rejected

HEADER = ["id", "label"]
NUM_CLASSES = 10
TEST_IDS = frozenset(range(1000))
"""The images that are to be predicted: the rows of ``test_images`` in the shipped subset."""
SHOWN = 40  # characters of a wrong value


def read_predictions(content: bytes, ids: Set[int]) -> dict[int, int]:
    """Id -> label for every id, from rows ``id,label`` in any order under that header.

    Raises:
        Rejected: what is wrong, in which row (the header is row 1), and what belongs there.
    """
    labels: dict[int, int] = {}
    first_seen: dict[int, int] = {}
    for row, cells in _rows(content):
        if len(cells) != 2:
            raise Rejected(f"row {row} has {len(cells)} columns where id,label are two")
        number = _whole(row, "id", cells[0])
        if number not in ids:
            raise Rejected(
                f"row {row}: there is no image {number}; ids go from {min(ids)} to {max(ids)}"
            )
        if number in first_seen:
            raise Rejected(f"row {row}: id {number} was in row {first_seen[number]} already")
        label = _whole(row, "label", cells[1])
        if not 0 <= label < NUM_CLASSES:
            raise Rejected(f"row {row}: label {label} is not one of 0 to {NUM_CLASSES - 1}")
        labels[number], first_seen[number] = label, row
    missing = sorted(ids - labels.keys())
    if missing:
        raise Rejected(f"{len(missing)} of {len(ids)} ids are missing, the first is {missing[0]}")
    return labels


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Line number and stripped cells of every row under the header; blank lines are passed over."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise Rejected(f"row {row} is not UTF-8 text: write the file with a CSV writer") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = None
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if header is None:
                header = [cell.lower() for cell in cells]
                if header != HEADER:
                    raise Rejected(
                        f"row {reader.line_num} is {_shown(','.join(cells))} where the header "
                        "id,label belongs"
                    )
                continue
            yield reader.line_num, cells
    except csv.Error as error:
        raise Rejected(f"row {reader.line_num} cannot be read: {error}") from None
    if header is None:
        raise Rejected("the file is empty: the header id,label belongs in row 1")


def _whole(row: int, what: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Rejected(f"row {row}: the {what} is {_shown(text)}, not a whole number")
    return int(text)


def _shown(text: str) -> str:
    return repr(cut(printable(text).replace("\n", " "), SHOWN))
