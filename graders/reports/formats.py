"""The forms in which ``dlcourse export`` writes grades."""

from __future__ import annotations

from typing import Literal, get_args

Format = Literal["csv", "canvas", "moodle", "gradescope", "feedback"]
FORMATS: tuple[Format, ...] = get_args(Format)
