"""When something was handed in: what a platform's ``timestamp.txt`` says, or else a file's time.

The first is known, the second guessed: copying or unzipping a class's files gives them a new one.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path

from dateutil import parser as dates

from graders.engine.files import read_file

KNOWN = "timestamp.txt"
GUESSED = "file time"
HOURS_EAST = {  # those of RFC 5322, and what else names one zone to most who write it
    "UTC": 0,
    "GMT": 0,
    "Z": 0,
    "UT": 0,
    "WET": 0,
    "WEST": 1,
    "BST": 1,
    "CET": 1,
    "CEST": 2,
    "MEZ": 1,
    "MESZ": 2,
    "EET": 2,
    "EEST": 3,
    "MSK": 3,
    "TRT": 3,
    "SAST": 2,
    "WAT": 1,
    "EAT": 3,
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "AKST": -9,
    "AKDT": -8,
    "HST": -10,
    "BRT": -3,
    "ART": -3,
    "CLT": -4,
    "CLST": -3,
    "PKT": 5,
    "SGT": 8,
    "HKT": 8,
    "AWST": 8,
    "JST": 9,
    "KST": 9,
    "AEST": 10,
    "AEDT": 11,
    "NZST": 12,
    "NZDT": 13,
}
_DAY_FIRST = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}\b")
_EITHER_FIRST = re.compile(r"\b\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b")  # the day or the month
_EAST_OR_WEST = re.compile(rf"\b({'|'.join(HOURS_EAST)})[+-]\d")  # of "UTC+3" both are meant
_ANY_DAY = (datetime(2000, 1, 1, 0, 0), datetime(2003, 2, 2, 1, 1))  # no part of them is the same
SHOWN = 40  # characters of what is no time


@dataclass(frozen=True)
class HandInTime:
    """A moment, where it comes from (``KNOWN`` or ``GUESSED``), and why not from the other."""

    moment: datetime
    source: str
    problem: str = ""


def handed_in(stamp: Path | None, file_time: datetime) -> HandInTime:
    """When a file was handed in.

    Args:
        stamp: the platform's ``timestamp.txt``, if there can be one.
        file_time: when the file itself was changed, in case there is none, or none that can be
            understood.

    Raises:
        Rejected: ``stamp`` is there and is not a file.
    """
    if stamp is None or not (stamp.exists() or stamp.is_symlink()):
        return HandInTime(file_time, GUESSED)
    try:
        return HandInTime(read_time(read_file(stamp)[0]), KNOWN)
    except ValueError as error:
        return HandInTime(file_time, GUESSED, f"{stamp.name}: {error}")


def read_time(content: bytes, zone: tzinfo | None = UTC) -> datetime:
    """The moment that a ``timestamp.txt`` names.

    Args:
        zone: whose clock was meant where none is named: UTC, as nbgrader has it. Without one, such
            a text is refused.

    Raises:
        ValueError: it names none, or one that could be several; the text says what to write.
    """
    text = _text(content[:200]).strip()
    if _EITHER_FIRST.search(text) or _EAST_OR_WEST.search(text):
        raise _refused(text)
    day_first = _DAY_FIRST.search(text) is not None
    try:
        # what the text leaves out would be filled in from today
        first, second = (
            dates.parse(text, dayfirst=day_first, default=day, tzinfos=_zone) for day in _ANY_DAY
        )
        if first.tzinfo is None and zone is None:
            raise ValueError("no zone")
        moment = first if first.tzinfo is not None else first.replace(tzinfo=zone)
        moment = moment.astimezone(UTC)  # some offsets and years exist on paper only
    except (ValueError, OverflowError, TypeError, AttributeError, IndexError, ArithmeticError):
        raise _refused(text) from None  # dateutil's parser raises all of these
    if first != second:
        raise _refused(text)
    return moment


def _text(content: bytes) -> str:
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if is_utf_16 else "utf-8-sig", errors="replace")


def _zone(name: str | None, seconds_east: int | None) -> tzinfo | None:
    """The zone of a name, an offset, or both, which have to agree."""
    if name is not None:
        if name not in HOURS_EAST or seconds_east not in (None, 3600 * HOURS_EAST[name]):
            raise ValueError(f"an unknown zone: {name}")
        return timezone(timedelta(hours=HOURS_EAST[name]))
    return None if seconds_east is None else timezone(timedelta(seconds=seconds_east))


def _refused(text: str) -> ValueError:
    shown = text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
    return ValueError(f"{shown!r} is no time that is understood: write 2026-03-01 12:00:00 UTC")
