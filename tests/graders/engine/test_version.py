"""A record's key hashes exactly what can change a score."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from graders.engine.catalogue import course_root
from graders.engine.settings import settings_for
from graders.engine.version import scoring_sources, version

SOURCES = {
    str(path.relative_to(course_root())) for path in scoring_sources(settings_for("softmax"))
}


@pytest.mark.parametrize(
    "file",
    [
        "assignments/softmax/softmax.py",
        "graders/hidden/softmax/test_softmax.py",
        "graders/engine/compare.py",  # imported by the hidden tests alone
        "graders/engine/assertions.py",
        "graders/engine/carried_forward.py",
        "graders/engine/cells.py",
        "graders/engine/plugin.py",
        "graders/engine/secret.py",
        "graders/engine/student.py",
        "graders/sandbox/child.py",  # run as a script, and imported by nothing
        "graders/sandbox/wire.py",
    ],
)
def test_what_decides_a_score_is_in_the_key(file: str) -> None:
    assert file in SOURCES


@pytest.mark.parametrize(
    "file",
    [
        "assignments/softmax/test_softmax.py",
        "graders/hidden/backprop/test_backprop.py",
        "graders/engine/pool.py",
        "graders/engine/records.py",
        "graders/engine/submissions.py",  # which file counts shows in the file's own hash
        "graders/grade.py",
        "graders/nbgrader/gradebook.py",
        "graders/reports/pages.py",
        "graders/reports/leaderboard.py",
        "graders/students/check.py",
    ],
)
def test_what_cannot_change_a_score_is_not(file: str) -> None:
    assert (course_root() / file).is_file()
    assert file not in SOURCES


def test_a_change_of_a_hidden_test_changes_the_version(tmp_path: Path) -> None:
    settings = settings_for("softmax")
    test = tmp_path / "test_softmax.py"
    test.write_bytes((settings.tests / "test_softmax.py").read_bytes())
    copy = replace(settings, tests=tmp_path)
    before = version(copy)
    assert version(copy) == before
    test.write_bytes(test.read_bytes() + b"\n# changed\n")
    assert version(copy) != before


def test_another_limit_is_another_version() -> None:
    assert version(settings_for("softmax", 60)) != version(settings_for("softmax", 90))
