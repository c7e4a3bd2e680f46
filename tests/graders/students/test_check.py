"""``dlcourse check`` and the check cells of a notebook: what students see on their machines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import numpy as np
import pytest

from graders.engine.catalogue import course_root, source_path
from graders.errors import BadInput
from graders.students.check import check, check_cell, read_code, unavailable_imports

SOFTMAX = """\
import numpy as np

def softmax(scores):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)
"""


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")


def write(folder: Path, text: str, name: str = "softmax.py") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def notebook(folder: Path, *sources: str) -> Path:
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    path = folder / "softmax.ipynb"
    nbformat.write(nb, path)
    return path


def row(text: str, description: str) -> str:
    """The line of the table that tells of a check."""
    return next(line for line in text.splitlines() if description in line)


def test_reference_passes_every_check(capfd: pytest.CaptureFixture[str]) -> None:
    assert check("softmax", source_path("softmax")) == 0
    assert "19 of 19 checks pass" in capfd.readouterr().out


def test_wrong_file_still_exits_0_and_is_told_the_mistake(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    wrong = SOFTMAX.replace("axis=1, keepdims=True", "axis=0")
    assert check("softmax", write(tmp_path, wrong)) == 0
    said = capfd.readouterr().out
    assert "each column sums to 1, not each row" in said
    assert "got 0.166667, expected 0.25" in said
    assert "Hint: divide each row by its own sum" in said
    assert "there is no mse_loss in your file" in said


def test_exceptions_are_told_with_the_students_own_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, "def accuracy(scores, y):\n    return scores.mode(y)\n")
    check("softmax", path)
    said = row(capfd.readouterr().out, "Three of the four rows")
    assert "AttributeError" in said
    assert "(line 2: return scores.mode(y))" in said


def test_what_is_not_written_yet_gets_no_lecture(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, "def accuracy(scores, y):\n    raise NotImplementedError()\n")
    check("softmax", path)
    lines = capfd.readouterr().out.splitlines()
    at = next(i for i, line in enumerate(lines) if "Three of the four rows" in line)
    assert "not written yet" in lines[at]
    assert "hint" not in lines[at + 1]


def test_syntax_error_shows_the_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert check("softmax", write(tmp_path, SOFTMAX + "\ndef broken(:\n")) == 0
    said = capfd.readouterr().out
    assert "SyntaxError" in said
    assert "line 7: def broken(:" in said
    assert "0 of 19 checks pass" in said


def test_endless_loop_ends_and_keeps_what_passed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    endless = SOFTMAX + "\ndef cross_entropy(probs, y):\n    while True: pass\n"
    assert check("softmax", write(tmp_path, endless), limit=4.0) == 0
    said = capfd.readouterr().out
    assert "passed" in row(said, "Scores of 1000 and -1000")
    assert "timeout" in row(said, "Probabilities 1/2 and 3/4")
    assert "endless loop" in row(said, "Probabilities 1/2 and 3/4")
    assert "not run" in row(said, "Three of the four rows")


def test_code_that_ends_python_costs_only_itself_and_what_follows(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ends = SOFTMAX + "\nimport os\ndef cross_entropy(probs, y):\n    os._exit(0)\n"
    assert check("softmax", write(tmp_path, ends)) == 0
    said = capfd.readouterr().out
    assert "passed" in row(said, "Scores of 1000 and -1000")
    assert "ended Python" in row(said, "Probabilities 1/2 and 3/4")


def test_printing_and_sys_exit_do_no_harm(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = SOFTMAX + "\nprint('{} hello')\nimport sys\nsys.exit(1)\n"
    assert check("softmax", write(tmp_path, text)) == 0
    said = capfd.readouterr().out
    assert "{} hello" in said
    assert "3 of 19 checks pass" in said


def test_code_under_the_main_guard_does_not_run(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    check("softmax", write(tmp_path, SOFTMAX + "\nif __name__ == '__main__':\n    1 / 0\n"))
    said = capfd.readouterr().out
    assert "ZeroDivision" not in said
    assert "3 of 19 checks pass" in said


def test_notebook_cell_that_fails_costs_only_what_depends_on_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = notebook(tmp_path, "%matplotlib inline\nimport numpy as np", "1 / 0\nx = 1", SOFTMAX)
    assert check("softmax", path) == 0
    said = capfd.readouterr().out
    assert "3 of 19 checks pass" in said
    assert "cell 2: ZeroDivisionError" in said


def test_own_file_is_found_and_the_finished_form_is_taken(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    notebook(tmp_path, SOFTMAX)
    write(tmp_path, "def softmax(scores):\n    raise NotImplementedError()\n")
    assert check("softmax") == 0
    said = capfd.readouterr().out
    assert "softmax.ipynb" in said
    assert "3 of 19 checks pass" in said


def test_helper_files_beside_the_work_are_not_there_as_when_graded(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "value = 1\n", "my_helper.py")
    check("softmax", write(tmp_path, "import my_helper\n" + SOFTMAX))
    said = capfd.readouterr().out
    assert "No module named 'my_helper'" in said
    assert "my_helper: not there when your work is graded" in said


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import numpy as np, math\nfrom collections import deque", []),
        ("import torch\nfrom sklearn.linear_model import Ridge", ["sklearn", "torch"]),
        ("def f():\n    import scipy.special", ["scipy"]),
        ("if __name__ == '__main__':\n    import torch", []),
        ("import matplotlib.pyplot as plt", []),
    ],
)
def test_imports_that_grading_lacks_are_named(
    tmp_path: Path, source: str, expected: list[str]
) -> None:
    assert unavailable_imports("softmax", read_code(write(tmp_path, source))) == expected


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("nothing.py", None, "nothing.py does not exist"),
        ("softmax.txt", "x", "neither a .py nor an .ipynb"),
        ("softmax.ipynb", "not json", "not a notebook"),
        ("softmax.ipynb", json.dumps({"cells": 3}), "no list of cells"),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, file: str, content: str | None, says: str) -> None:
    if content is not None:
        write(tmp_path, content, file)
    command = [sys.executable, "-m", "course", "check", "softmax", str(tmp_path / file)]
    environment = {**os.environ, "PYTHONPATH": str(course_root())}
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert run.returncode == 2
    assert says in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_unknown_assignment_names_the_known_ones() -> None:
    with pytest.raises(BadInput, match=r"'sofmax'.*softmax"):
        check("sofmax")


# the cells of a notebook


def test_check_cell_passes_on_right_code(capsys: pytest.CaptureFixture[str]) -> None:
    namespace: dict[str, Any] = {}
    exec(SOFTMAX, namespace)
    check_cell("softmax", task="softmax", namespace=namespace)
    assert "softmax: all 3 checks pass" in capsys.readouterr().out


def test_check_cell_raises_with_every_message() -> None:
    namespace: dict[str, Any] = {"np": np, "softmax": lambda scores: np.exp(scores)}
    with pytest.raises(AssertionError) as caught:
        check_cell("softmax", task="softmax", namespace=namespace)
    said = str(caught.value)
    assert "not divided by their sum" in said
    assert "Hint: divide each row by its own sum" in said
    assert "cross_entropy" not in said


def test_check_cell_sees_a_changed_argument() -> None:
    namespace: dict[str, Any] = {}
    exec(SOFTMAX.replace("    exp", "    scores -= 1\n    exp", 1), namespace)
    with pytest.raises(AssertionError, match="scores was changed"):
        check_cell("softmax", task="softmax", namespace=namespace)


def test_whole_reference_notebook_runs_in_a_kernel() -> None:
    """Every visible check, plot and check cell, up to the digits."""
    from nbclient import NotebookClient

    nb = jupytext.read(source_path("softmax"))
    NotebookClient(nb, timeout=120, kernel_name="python3").execute()
    said = "".join(o.get("text", "") for c in nb.cells for o in c.get("outputs", []))
    assert said.count("checks pass") == 8
    accuracy = float(said.split("test accuracy")[1].split("%")[0])
    assert accuracy > 88
