"""A table that is read and written is the same to the last byte, but for what was filled in."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graders.errors import BadInput
from graders.platforms.tables import read_table

CELLS = st.lists(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), max_size=4)
)
any_file = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@any_file
@given(content=st.binary(max_size=60) | st.text('a,;"\n\r ').map(str.encode))
def test_any_bytes_come_back(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    try:
        table = read_table(path)
    except BadInput:
        return
    if not content.startswith((b"\xff\xfe", b"\xfe\xff")):  # of UTF-16 that is none, all is lost
        assert table.content() == content


@any_file
@given(rows=CELLS, value=st.text(st.characters(exclude_categories=["Cs"]), max_size=5))
def test_cells_are_those_that_other_programs_write(
    tmp_path: Path, rows: list[list[str]], value: str
) -> None:
    rows = [["a", "b", "c"], *rows]
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    path = tmp_path / "table.csv"
    path.write_bytes(out.getvalue().encode())
    table = read_table(path)
    assert [row for row in table.rows if row != [""]] == [
        row for row in rows if row not in ([], [""])
    ]
    table.fill(len(table.rows) - 1, 2, value)
    again = list(csv.reader(io.StringIO(table.content().decode(), newline="")))
    assert again[-1][2] == value


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf"])
def test_a_table_needs_a_header(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="has no header"):
        read_table(path)
