"""What a page prints can be typed: its commands exist and parse, its blocks of Python run."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from course.cli import main
from graders.engine.catalogue import assignment_names
from graders.engine.plugin import MARKERS
from graders.students.release import readme
from tests.course.pages import ROOT, Command, commands, pages, python_blocks
from tests.course.programs import BUILT, PROGRAMS, Refused, check

TEXTS = {str(path.relative_to(ROOT)): path.read_text() for path in pages()}
TEXTS["the students' README"] = readme(assignment_names())
COMMANDS = {
    page: list(dict.fromkeys(commands(text, page, set(PROGRAMS)))) for page, text in TEXTS.items()
}
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


@pytest.mark.parametrize("page", [page for page, text in TEXTS.items() if python_blocks(text)])
def test_python_runs(page: str, pytestconfig: pytest.Config) -> None:
    for marker in MARKERS:  # a hidden test's, which a page shows
        pytestconfig.addinivalue_line("markers", marker)
    namespace: dict[str, object] = {}
    for block in python_blocks(TEXTS[page]):
        exec(compile(block, page, "exec"), namespace)


def test_commands_are_found() -> None:
    found = [command for page in COMMANDS.values() for command in page]
    assert len([command for command in found if command.whole]) > 100
    assert len([command for command in found if not command.whole]) > 50
    assert not [page for page in COMMANDS if re.match(r"course/\d", page) and not COMMANDS[page]]
