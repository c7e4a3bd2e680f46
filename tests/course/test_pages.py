"""What a page prints can be typed: its commands exist and parse, its blocks of Python run."""

from __future__ import annotations

import random
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import jupytext
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from course.cli import main
from graders.engine.catalogue import assignment_names
from graders.engine.plugin import MARKERS
from graders.students.readme import readme
from tests.course.pages import ROOT, Cell, Command, cells, commands, pages
from tests.course.programs import BUILT, PROGRAMS, Refused, check

TEXTS = {str(path.relative_to(ROOT)): path.read_text() for path in pages()}
TEXTS["the students' README"] = readme(assignment_names())
COMMANDS = {
    page: list(dict.fromkeys(commands(text, page, set(PROGRAMS)))) for page, text in TEXTS.items()
}
CELLS = {page: cells(text) for page, text in TEXTS.items()}
RUNS = (
    "lenet/v0",
    "mlp/v0",
    "baseline/v0",
    "cats_and_dogs/v0",
    *(f"member/{number}" for number in range(5)),
)


@pytest.fixture(scope="module", autouse=True)
def _reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A folder with the runs that readers of the pages have by then, of one small network here."""
    folder = tmp_path_factory.mktemp("reader")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WANDB_MODE", "disabled")
        patch.setattr(sys, "argv", ["dlcourse"])
        patch.chdir(folder)
        mlp = str(ROOT / "course/04_neural_networks/mlp.yaml")
        brief = ["--trainer.max_epochs", "1", "--trainer.limit_train_batches", "1"]
        assert main(["fit", "--config", mlp, "--run_dir", f"runs/{RUNS[0]}", *brief]) == 0
        for run in RUNS[1:]:
            shutil.copytree(folder / "runs" / RUNS[0], folder / "runs" / run)
        shutil.copytree(folder / "runs" / RUNS[0], folder / BUILT)  # the one that goes on
        yield


def why_not(command: Command) -> str:
    """Why a command that a page prints cannot be typed, or nothing."""
    try:
        check(command.words)
    except Refused as error:
        if command.whole or "arguments are required" not in str(error):
            return str(error)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def why_no_option(option: Command) -> str:
    """Why an option that a page prints belongs to no command on it, or nothing."""
    why = "no command on its page takes it"
    for command in COMMANDS[option.page]:
        name, *rest = command.words
        words = (name, *option.words, *rest) if name == "torchrun" else (name, *rest, *option.words)
        if command.whole and not (why := why_not(replace(command, words=words))):
            return ""
    return why


@pytest.mark.parametrize("page", [page for page, found in COMMANDS.items() if found])
def test_commands_exist_and_parse(page: str) -> None:
    wrong = {}
    for command in COMMANDS[page]:
        option = command.words[0].startswith("--")
        if why := why_no_option(command) if option else why_not(command):
            wrong[shlex.join(command.words)] = why
    assert wrong == {}


@pytest.mark.parametrize("page", [page for page, found in CELLS.items() if found])
def test_python_runs(
    page: str, pytestconfig: pytest.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for marker in MARKERS:  # a hidden test's, which a page shows
        pytestconfig.addinivalue_line("markers", marker)
    run(CELLS[page], page, tmp_path, monkeypatch)


def run(page_cells: list[Cell], page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a page top to bottom in one namespace, in an empty folder, as a fresh kernel would."""
    monkeypatch.chdir(folder)
    plt.switch_backend("Agg")
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    namespace: dict[str, object] = {"__name__": "__main__"}
    try:
        with plt.rc_context():  # the page's figure size is not that of the tests after it
            for number, cell in enumerate(page_cells, start=1):
                code = compile(cell.code, f"{page}, cell {number}", "exec")
                if "raises-exception" in cell.tags:
                    with pytest.raises(Exception):  # noqa: B017, PT011 - any, which the page shows
                        exec(code, namespace)
                else:
                    exec(code, namespace)
    finally:
        plt.close("all")


@pytest.mark.parametrize("page", [page for page in TEXTS if re.match(r"course/\d", page)])
def test_lessons_are_notebooks(page: str) -> None:
    """jupytext, which makes the notebooks, finds the cells that run here, and no others."""
    if not TEXTS[page].startswith("---\n"):
        assert not [cell for cell in CELLS[page] if cell.is_cell], "cells need front matter"
        return
    notebook = jupytext.reads(TEXTS[page], fmt="md:myst")
    assert notebook.metadata.kernelspec.name == "python3"
    theirs = [
        (cell.source.strip(), tuple(cell.metadata.get("tags", ())))
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    assert theirs == [(cell.code.strip(), cell.tags) for cell in CELLS[page] if cell.is_cell]


def test_a_page_runs_as_a_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
---
Text, with `a span`.

```{code-cell} python
:tags: [hide-input, remove-stderr]
from pathlib import Path

x = 1
```

```sh
dlcourse fit --config a.yaml
```

````{note}
```
dlcourse not-a-command-of-the-page
```
````

```{code-cell} python
Path("made").write_text(str(x))
```

```{code-cell} python
:tags: [raises-exception]
raise ValueError
```
"""
    found = cells(page)
    assert [cell.tags for cell in found] == [
        ("hide-input", "remove-stderr"),
        (),
        ("raises-exception",),
    ]
    assert [command.words[1] for command in commands(page, "page", {"dlcourse"})] == ["fit"]
    run(found, "page", tmp_path, monkeypatch)
    assert (tmp_path / "made").read_text() == "1"
    with pytest.raises(NameError):
        run(found[1:], "page", tmp_path, monkeypatch)
    with pytest.raises(pytest.fail.Exception):
        run([Cell("x = 1", ("raises-exception",))], "page", tmp_path, monkeypatch)


def test_hidden_tests_that_pages_name_are_there() -> None:
    named = {
        (command.words[2], command.words[command.words.index("--test") + 1])
        for found in COMMANDS.values()
        for command in found
        if command.words[0] == "dlcourse" and "--test" in command.words
    }
    assert named
    for assignment, test in named:
        hidden = ROOT / "graders/hidden" / assignment / f"test_{assignment}.py"
        assert f"def {test}(" in hidden.read_text()


def test_commands_are_found() -> None:
    found = [command for page in COMMANDS.values() for command in page]
    assert len([command for command in found if command.whole]) > 100
    assert len([command for command in found if not command.whole]) > 50
    assert not [page for page in COMMANDS if re.match(r"course/\d", page) and not COMMANDS[page]]
