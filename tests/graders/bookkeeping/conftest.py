"""The small course, made and graded once, and a copy of it for the tests of each file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.graders.bookkeeping.small_course import Course, at_hand, make


@pytest.fixture(scope="session")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graded")
    make(folder)
    return folder


@pytest.fixture(scope="module")
def course(graded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    """A copy, from which the tests of a file go on, one after the other."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(graded, folder, dirs_exist_ok=True)
    with at_hand(folder) as course:
        yield course
