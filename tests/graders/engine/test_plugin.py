"""Tests give points for an explicit pass alone, whatever stands in the grader's environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from graders.engine.plugin import AssignmentTests
from graders.errors import BadInput, GraderBroke

WRONG = "def softmax(*args):\n    return 0.0\n"


@pytest.fixture
def tests_of(tmp_path: Path):
    """Collects tests of this text as those of an assignment."""

    def collect(text: str) -> AssignmentTests:
        folder = tmp_path / "graders" / "hidden" / tmp_path.name  # modules are known by it
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "test_made.py"
        path.write_text(f"import pytest\n{text}")
        return AssignmentTests(path, tmp_path / "reference.py")

    return collect


def test_a_python_without_assertions_grades_nobody(tmp_path: Path) -> None:
    """With PYTHONOPTIMIZE every test would pass: its assertions are not there."""
    (tmp_path / "in" / "mallory").mkdir(parents=True)
    (tmp_path / "in" / "mallory" / "softmax.py").write_text(WRONG)
    done = subprocess.run(
        [
            *(sys.executable, "-O", "-m", "course", "grade", "softmax"),
            *(str(tmp_path / "in"), "--out", str(tmp_path / "out")),
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "PYTHONOPTIMIZE" in done.stderr
    assert not (tmp_path / "out" / "results.json").exists()


def test_pytests_own_settings_change_nothing(tests_of, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing --no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    tests = tests_of('@pytest.mark.points(100, task="t")\ndef test_it(student): pass\n')
    assert sum(spec.points for spec in tests.specs) == 100
    assert os.environ["PYTEST_PLUGINS"] == "no_such_plugin"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("pass", "passed"),
        ("assert False", "failed"),
        ("pytest.fail('wrong')", "failed"),
        ("{}['key']", "failed"),
        ("raise StopIteration", "failed"),
    ],
)
def test_points_come_from_a_pass_alone(tests_of, body: str, status: str) -> None:
    tests = tests_of(f'@pytest.mark.points(5, task="t")\ndef test_it(student):\n    {body}\n')
    (result,) = tests.run(object(), b"")
    assert (result.status, result.score) == (status, 5.0 if status == "passed" else 0.0)


@pytest.mark.parametrize("part", ["before", "after"])
def test_a_fixture_that_fails_before_or_after_is_no_pass(tests_of, part: str) -> None:
    failing = {"before": "    assert False\n    yield\n", "after": "    yield\n    assert False\n"}
    tests = tests_of(
        f"@pytest.fixture\ndef thing():\n{failing[part]}"
        '@pytest.mark.points(5, task="t")\ndef test_it(student, thing): pass\n'
    )
    (result,) = tests.run(object(), b"")
    assert result.score == 0.0


@pytest.mark.parametrize(
    "error", ["OSError('disk')", "MemoryError", "ImportError('x')", "KeyboardInterrupt"]
)
def test_what_no_student_can_cause_is_not_the_students(tests_of, error: str) -> None:
    tests = tests_of(f'@pytest.mark.points(5, task="t")\ndef test_it(student): raise {error}\n')
    with pytest.raises((OSError, MemoryError, ImportError, KeyboardInterrupt)):
        list(tests.run(object(), b""))


def test_an_array_too_large_for_any_machine_is_an_answers_doing(tests_of) -> None:
    """A test's own arrays are small: only what it makes of an answer can ask for that much."""
    body = "import numpy as np\n    np.zeros((1 << 60,), np.int8)"
    tests = tests_of(f'@pytest.mark.points(5, task="t")\ndef test_it(student):\n    {body}\n')
    (result,) = tests.run(object(), b"")
    assert (result.status, result.score) == ("failed", 0.0)


def test_what_is_skipped_quotes_the_demand_that_was_not_met(tests_of) -> None:
    tests = tests_of(
        '@pytest.mark.points(5, task="t")\ndef test_a(student):\n    """Rows sum to 1."""\n'
        '    assert False\n@pytest.mark.points(5, task="t")\ndef test_b(student): assert False\n'
        '@pytest.mark.points(5, task="t")\n@pytest.mark.depends("test_a", "test_b")\n'
        "def test_c(student): pass\n"
    )
    *_, skipped = tests.run(object(), b"")
    assert skipped.status == "skipped"
    assert skipped.message == 'not run: "Rows sum to 1" and "test_b" did not pass'


def test_a_run_that_was_cut_short_goes_on(tests_of) -> None:
    one = '@pytest.mark.points(5, task="t")\n@pytest.mark.depends({})\ndef test_{}(student): pass\n'
    tests = tests_of(one.format("", "a") + one.format('"test_a"', "b"))
    first, _ = tests.run(object(), b"")
    assert [result.name for result in tests.run(object(), b"", before=[first])] == ["test_b"]


def test_a_test_without_points_is_the_graders_fault(tests_of) -> None:
    with pytest.raises(GraderBroke, match="declares no points"):
        tests_of("def test_it(student): pass\n")


def test_a_file_that_cannot_be_collected_is_the_graders_fault(tests_of) -> None:
    with pytest.raises((GraderBroke, BadInput), match="test_made"):
        tests_of("import no_such_module\n")
