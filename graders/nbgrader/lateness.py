"""How late something is, and what that costs: the arithmetic, in nbgrader's terms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from nbgrader import utils

Penalty = Callable[[str, float, float], float | None]
"""``(student, score, seconds_late) -> points to take off``: what nbgrader's late plugin answers."""


def no_penalty(student: str, score: float, seconds_late: float) -> None:
    """Take nothing off, as nbgrader does unless it is configured otherwise."""


def extension_until(until: datetime | None, due: datetime | None) -> timedelta | None:
    """What nbgrader calls an extension: how long after ``due`` the work may come."""
    if until is None or due is None:
        return None
    later: timedelta = utils.parse_utc(until) - due
    return later if later > timedelta() else None


def seconds_late(
    timestamp: datetime | None, due: datetime | None, extension: timedelta | None
) -> float:
    if timestamp is None or due is None:
        return 0.0
    return max(0.0, (timestamp - due - (extension or timedelta())).total_seconds())


def points_lost(penalty: Penalty, student: str, score: float, late: float) -> float | None:
    """What ``penalty`` says, within ``[0, score]``; None where nothing is late."""
    lost = penalty(student, score, late) if late > 0 else None
    return lost if lost is None else min(max(lost, 0.0), max(score, 0.0))
