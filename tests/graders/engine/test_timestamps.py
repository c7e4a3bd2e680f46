"""A platform's time is understood or refused in a line, and a file's time is called a guess."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graders.engine.hand_ins import HandIn
from graders.engine.results import Receipt
from graders.engine.submissions import read
from graders.engine.timestamps import GUESSED, KNOWN, read_time
from graders.errors import Rejected

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 12:00:00.000000 UTC",
        "2026-03-01 12:00:00 UTC\n",
        "2026-03-01 12:00:00",
        "2026-03-01 12:00",
        "2026-03-01T12:00:00Z",
        "2026-03-01T13:00:00+01:00",
        "2026-03-01 15:00:00 +0300",
        "2026-03-01 13:00:00.000000 CET",
        "2026-03-01 14:00 CEST",
        "2026-03-01 07:00:00 EST",
        "2026-03-01 04:00 PST",
        "2026-03-01 23:00 AEDT",
        "2026-03-01 09:00:00.000000 -03",
        "2026/03/01 12:00 GMT",
        "01.03.2026 12:00 UTC",
        "1.3.2026 13:00 MEZ",
        "Sun, 01 Mar 2026 13:00:00 +0100 (CET)",
        "March 1, 2026 12:00 PM UTC",
        "\ufeff2026-03-01 12:00:00 UTC",
    ],
)
def test_usual_ways_to_write_a_time_are_understood(text: str) -> None:
    assert read_time(text.encode()) == NOON


def test_text_of_windows_own_encoding_is_understood() -> None:
    assert read_time("2026-03-01 13:00 CET\r\n".encode("utf-16")) == NOON


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "Sunday 12:00",
        "12:30",  # of which day
        "2026-03-01",  # when
        "2026-03-01 12",
        "03/01/2026 12:00 UTC",  # January or March
        "01-03-2026 12:00 UTC",
        "2026-03-01 12:00 IST",  # Delhi, Dublin or Jerusalem
        "2026-03-01 12:00 XYZ",
        "2026-03-01 12:00 UTC+3",  # east or, as POSIX has it, west
        "2026-02-30 12:00 UTC",
        "2026-03-01 00:00 +9999",  # an offset that no clock has
        "2026-03-01 00:00 -2400",
        "0001-01-01 00:00 +2359",  # before the first year
        "99999999999999999999",
        "9" * 10_000,
    ],
)
def test_what_is_no_time_or_several_is_refused_in_a_line(text: str) -> None:
    with pytest.raises(ValueError, match="write 2026-03-01 12:00:00 UTC") as error:
        read_time(text.encode())
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 150


@given(
    st.binary(max_size=60) | st.text("0123456789-:+/. TZUTCaprilmonw", max_size=40).map(str.encode)
)
@example(b"2026-03-01 00:00 +9999")
@example(b"\xff\xfe")
def test_any_bytes_are_a_moment_or_refused(content: bytes) -> None:
    try:
        moment = read_time(content)
    except ValueError:
        return
    assert moment.utcoffset() is not None
    assert datetime.fromisoformat(moment.isoformat()) == moment


# where a time is taken from


def receipt(folder: Path, path: str, stamp: str, text: str = "2026-03-01 12:00 UTC") -> Receipt:
    """What is on record of a file at ``path``, changed in 1970, beside a timestamp at ``stamp``."""
    for name, content in ((path, "x = 1\n"), (stamp, text)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    os.utime(folder / path, (86400, 86400))
    submitted = read(HandIn("ada", folder), "softmax")
    assert submitted is not None
    return submitted.receipt


def test_nbgraders_timestamp_is_respected_and_said(tmp_path: Path) -> None:
    known = receipt(tmp_path, "softmax/softmax.ipynb", "softmax/timestamp.txt")
    assert (datetime.fromisoformat(known.submitted_at), known.submitted_at_source) == (NOON, KNOWN)
    assert known.remark == ""


@pytest.mark.parametrize(
    ("path", "stamp"),
    [
        ("softmax.py", "timestamp.txt"),
        ("homework/softmax.ipynb", "homework/timestamp.txt"),
        ("softmax/deep/softmax.ipynb", "softmax/deep/timestamp.txt"),
    ],
)
def test_a_timestamp_among_a_students_own_files_is_not_believed(
    tmp_path: Path, path: str, stamp: str
) -> None:
    guessed = receipt(tmp_path, path, stamp)
    assert guessed.submitted_at.startswith("1970-01-02")
    assert guessed.submitted_at_source == GUESSED


def test_a_timestamp_that_is_not_understood_is_named_and_the_time_guessed(tmp_path: Path) -> None:
    guessed = receipt(tmp_path, "softmax/softmax.py", "softmax/timestamp.txt", "yesterday")
    assert guessed.submitted_at_source == GUESSED
    assert guessed.submitted_at.startswith("1970-01-02")
    assert "timestamp.txt: 'yesterday' is no time" in guessed.remark


def test_a_linked_timestamp_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "ada" / "softmax"
    folder.mkdir(parents=True)
    (folder / "softmax.py").write_text("x = 1\n")
    (folder / "timestamp.txt").symlink_to("/etc/hostname")
    with pytest.raises(Rejected, match="link"):
        read(HandIn("ada", tmp_path / "ada"), "softmax")
