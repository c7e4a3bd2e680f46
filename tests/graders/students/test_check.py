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
from IPython.core.interactiveshell import InteractiveShell

from graders.engine.catalogue import course_root, source_path
from graders.engine.results import grouped_by_task
from graders.errors import BadInput
from graders.students.check import check, check_cell, unavailable_imports
from graders.students.fresh_process import run_checks
from graders.students.own_file import read_code

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


@pytest.mark.parametrize("axis", ["axis=0", ""])
def test_a_row_maximum_along_the_wrong_axis_is_named(axis: str) -> None:
    namespace: dict[str, Any] = {}
    exec(SOFTMAX.replace("max(axis=1, keepdims=True)", f"max({axis})"), namespace)
    with pytest.raises(AssertionError, match="the maximum is not each row's own"):
        check_cell("softmax", task="softmax", namespace=namespace)


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


def test_a_syntax_error_is_told_once_and_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    check("softmax", write(tmp_path, SOFTMAX + "\ndef broken(:\n"))
    said = capfd.readouterr().out
    assert said.count("SyntaxError") == 1
    assert "Hint" not in said
    assert "each row" not in said


def test_an_error_in_a_script_of_several_parts_shows_its_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = "# %%\ndef accuracy(scores, y):\n    return scores.mode(y)\n\n# %%\nx = 1\n"
    check("softmax", write(tmp_path, text))
    assert "(line 3: return scores.mode(y))" in row(capfd.readouterr().out, "Three of the four")


def test_an_error_in_a_notebook_names_its_cell(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = "x = await later()\ndef accuracy(scores, y):\n    return scores.mode(y)"
    check("softmax", notebook(tmp_path, "async def later(): return 1", text))
    said = row(capfd.readouterr().out, "Three of the four rows")
    assert "(cell 2 line 3: return scores.mode(y))" in said


def test_a_misspelt_function_is_asked_about(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    check("softmax", write(tmp_path, SOFTMAX.replace("def softmax", "def sofmax")))
    said = capfd.readouterr().out
    assert "there is no softmax in your file: did you mean sofmax?" in row(said, "Scores (0, ln 3)")
    assert "did you mean" not in row(said, "Three of the four rows")
    skipped = row(said, "Scores of 1000 and -1000")
    assert 'not run: "Scores (0, ln 3) give probabilities' in skipped
    assert "test_" not in skipped


IN_PLACE = """
def sgd(w, dw, config=None):
    config = config or {}
    w -= config.get("learning_rate", 1e-2) * dw
    return w, config
"""


def test_what_a_function_does_later_changes_nothing_that_a_check_holds(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """In place, every step is right; that the caller's array changed is another check's matter."""
    check("optimizers", write(tmp_path, IN_PLACE, "optimizers.py"))
    said = capfd.readouterr().out
    assert "passed" in row(said, "From 1, gradients 4 and 1")
    assert "passed" in row(said, "Without config the learning rate is 0.01")


def test_a_call_that_takes_too_long_costs_the_test_that_made_it(tmp_path: Path) -> None:
    endless = (
        f"{SOFTMAX}\n# %%\nimport time\nwhile True: time.sleep(0.01)\n# %%\nimport os, time\n"
        "def accuracy(scores, y): os._exit(1)\n"
        "def svm_loss(x, y):\n    while True:\n"
        "        try: time.sleep(0.01)\n        except BaseException: pass\n"
    )
    progress = run_checks("softmax", write(tmp_path, endless), call_seconds=2.0)
    by_task = {
        task: [r.status for r in rs] for task, rs in grouped_by_task(progress.all_results).items()
    }
    assert set(by_task["softmax"]) == {"passed"}
    assert set(by_task["accuracy"]) == {"error"}
    assert by_task["svm_loss"][:2] == ["timeout", "timeout"]
    told = [result.message for result in progress.all_results if result.task == "svm_loss"]
    assert told[0] == "stopped after the 2 s that one call may take: is there an endless loop?"
    (cell,) = progress.problems
    assert "from line 7" in cell
    assert "2 s" in progress.problems[cell]


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


def test_check_cell_says_that_a_function_is_not_there_yet() -> None:
    with pytest.raises(AssertionError) as caught:
        check_cell("softmax", task="softmax", namespace={"sofmax": print})
    assert str(caught.value) == (
        "softmax: there is no softmax yet: run the cell that defines it, then this one again: "
        "did you mean sofmax?"
    )


def test_a_notebook_shows_the_text_and_the_students_line_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shell = InteractiveShell.instance(colors="nocolor")
    try:
        shell.run_cell("def accuracy(scores, y):\n    return scores.mode(y)", store_history=True)
        shell.run_cell(
            "from graders.students.check import check_cell\n"
            "check_cell('softmax', task='accuracy', namespace=globals())",
            store_history=True,
        )
    finally:
        InteractiveShell.clear_instance()
    said = capsys.readouterr().out
    assert said.startswith("accuracy: 0 of ")
    assert "(cell In[1] line 2: return scores.mode(y))" in said
    assert "check.py" not in said
    assert "Traceback" not in said


def test_a_step_in_place_is_told_that_and_nothing_else() -> None:
    """Its numbers are right: one array under two names must not make them look wrong."""
    namespace: dict[str, Any] = {}
    text = "def sgd(w, dw, config=None):\n    w -= (config or {}).get('learning_rate', 0.01) * dw\n"
    exec(text + "    return w, config or {}\n", namespace)
    with pytest.raises(AssertionError) as caught:
        check_cell("optimizers", task="sgd", namespace=namespace)
    said = str(caught.value)
    assert "the argument w was changed" in said
    assert "entry is right" not in said
    assert said.startswith("sgd: 2 of 3 checks pass\n")


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
