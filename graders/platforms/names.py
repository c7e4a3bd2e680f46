"""The platforms whose downloads ``dlcourse collect`` takes."""

from __future__ import annotations

from typing import Literal, get_args

Platform = Literal["canvas", "moodle", "gradescope", "github", "nbgrader", "folder"]
PLATFORMS: tuple[Platform, ...] = get_args(Platform)
TITLES = {"canvas": "Canvas", "moodle": "Moodle", "gradescope": "Gradescope"}
"""How those are called whose downloads can be told from a folder of submissions."""
