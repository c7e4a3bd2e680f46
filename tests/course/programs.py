"""Whether a command exists and parses: by the parser of the program itself, without its work."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import re
import runpy
import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from course.cli import build_parser
from course.commands.training import LIGHTNING
from course.lightning_cli import CourseCLI
from graders.authoring.new import check_name as may_be_called
from graders.engine.catalogue import RANKED, source_path
from lightning_modules.datamodules.manifest import find
from lightning_modules.distributed.peers import WatchPeers
from tests.course.pages import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# as few processes and machines as there are here, whatever was printed
HERE = ("devices=1", "num_nodes=1", "strategy=auto", "accelerator=cpu", "precision=32-true")

OWN = "means"  # made on a page by new-assignment; test_authoring.py runs that page
BUILT = "built"  # the run of a command that is built


class Refused(Exception):
    """A command is not one that its program takes."""


class _Parsed(Exception):
    """A script came as far as its arguments being right."""


@contextlib.contextmanager
def refusal() -> Iterator[None]:
    """A parser's exit, with what it said."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            yield
    except SystemExit as error:
        if error.code:
            raise Refused(said.getvalue().strip() or str(error.code)) from None


class Built(CourseCLI):
    """Builds all that a command names, and goes no further."""

    def before_fit(self) -> None:
        pass

    def fit(self, *args: Any, **kwargs: Any) -> None:
        pass

    validate = test = predict = fit


def dlcourse(words: list[str]) -> None:
    if words and words[0] in LIGHTNING:
        lightning(words)
        return
    with refusal():
        args = build_parser().parse_args(words)
        for name in [args.name] if hasattr(args, "name") else getattr(args, "names", []):
            check_name(args.command, name)


def check_name(command: str, name: str) -> None:
    """Whether there is such an assignment, data set or experiment."""
    if name.isupper() or name.endswith(".yaml"):  # NAME: of the reader's own
        return
    if command == "new-assignment":
        may_be_called(name)
    elif name in (RANKED, OWN):
        return
    elif command == "data":
        find(name)
    elif command == "experiment":
        assert list(ROOT.glob(f"course/*/experiments/{name}.yaml")), f"no experiment {name}"
    else:
        source_path(name)


def lightning(words: list[str]) -> None:
    """`fit`, `validate`, `test` or `predict`, in the current folder."""
    if len(words) == 1:
        return
    if words[1:-1] == ["--config"] and ROOT / words[-1] in ROOT.glob("course/*/*.yaml"):
        return  # test_configs.py runs it
    sample = ROOT / "course/01_linear_models/softmax.yaml"
    files = [str(ROOT / word) if word.startswith("course/") else word for word in words]
    files = [str(sample) if word == "FILE" else word for word in files]
    if "--config" not in files:
        raise Refused("no --config")
    more = [f"--trainer.{option}" for option in HERE]
    arguments = [*files, *more, f"--run_dir={BUILT}"]
    with pytest.MonkeyPatch.context() as patch, refusal():
        patch.setattr(sys, "argv", ["dlcourse", *arguments])
        patch.setenv("WANDB_MODE", "disabled")
        Built(arguments, WatchPeers())


def python(words: list[str]) -> None:
    """A script or a module: up to its arguments being parsed, if it has a parser."""
    if words[:2] == ["-m", "course"]:
        dlcourse(words[2:])
        return
    if words[:2] == ["-m", "venv"]:
        return
    if words[0] == "-m":
        spec = importlib.util.find_spec(words[1])
        if spec and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(f"{words[1]}.__main__")
        assert spec, f"no module {words[1]}"
        script, arguments = Path(str(spec.origin)), words[2:]
    else:
        script, arguments = ROOT / words[0], words[1:]
    source = script.read_text()
    compile(source, script, "exec")
    assert '__name__ == "__main__"' in source or script.name == "__main__.py"
    if "argparse" in source:
        parsed_by(script, arguments)
    else:
        assert not arguments or "sys.argv" in source, f"{script} takes no arguments"


def parsed_by(script: Path, arguments: list[str]) -> None:
    original = argparse.ArgumentParser.parse_args

    def parse_args(self: argparse.ArgumentParser, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        raise _Parsed

    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(_Parsed), refusal():
        patch.syspath_prepend(str(script.parent))
        patch.setattr(sys, "argv", [str(script), *arguments])
        patch.setattr(argparse.ArgumentParser, "parse_args", parse_args)
        runpy.run_path(str(script), run_name="__main__")
        raise Refused(f"{script} did not look at its arguments")


def make(words: list[str]) -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert set(words) <= set(targets), f"the Makefile has {', '.join(targets)}"


def pip(words: list[str]) -> None:
    assert words[0] in ("install", "download")
    for word in words[1:]:
        if match := re.fullmatch(r"(?:\.|dlcourse)\[(.*)\]", word):
            extras = set(match[1].split(","))
            assert extras <= set(PROJECT["optional-dependencies"]), f"no extra of {extras}"
        elif word.endswith(".txt"):
            assert (ROOT / word).is_file(), word


def torchrun(words: list[str]) -> None:
    from torch.distributed.run import get_args_parser

    with refusal():
        args = get_args_parser().parse_args(words)
    assert args.module
    python(["-m", args.training_script, *args.training_script_args])


def srun(words: list[str]) -> None:
    program = next(number for number, word in enumerate(words) if word in PROGRAMS)
    check(tuple(words[program:]))


def pytest_(words: list[str]) -> None:
    for word in words:
        path, _, test = word.partition("::")
        if "/" in path:
            assert (ROOT / path).exists(), path
            name = test.partition("[")[0]
            assert not name or f"def {name}(" in (ROOT / path).read_text(), f"no {name} in {path}"


def nbgrader(words: list[str]) -> None:
    from nbgrader.apps.nbgraderapp import NbGraderApp
    from traitlets.utils.importstring import import_item

    application, rest = NbGraderApp(), list(words)
    if rest[0] == "formgrader":  # an extension of Jupyter's server
        return
    while rest and rest[0] in application.subcommands:
        found = application.subcommands[rest.pop(0)][0]
        application = (import_item(found) if isinstance(found, str) else found)()
    assert not isinstance(application, NbGraderApp), f"nbgrader has no {rest[0]}"
    for word in rest:
        option = word.removeprefix("--").partition("=")[0]
        known = option in application.aliases or option in application.flags or "." in option
        assert known or not word.startswith("--"), f"{application.name} has no --{option}"


def dask(words: list[str]) -> None:
    (entry,) = metadata.entry_points(group="dask_cli", name=words[0])
    click_command(entry.load(), words[1:])


def wandb(words: list[str]) -> None:
    from wandb.cli.cli import cli

    click_command(cli, words)


def click_command(command: Any, words: list[str]) -> None:
    context = command.make_context(command.name, words)  # what click does before it invokes
    if words and hasattr(command, "resolve_command"):
        command.resolve_command(context, words)


def jupyter(words: list[str]) -> None:
    assert words == ["lab"]
    assert importlib.util.find_spec("jupyterlab")


def of_others(words: list[str]) -> None:
    """A program that the course does not come with, and whose parser is not here."""


PROGRAMS: dict[str, Callable[[list[str]], None]] = {
    "dlcourse": dlcourse,
    "python": python,
    "python3": python,
    "make": make,
    "pip": pip,
    "torchrun": torchrun,
    "srun": srun,
    "pytest": pytest_,
    "nbgrader": nbgrader,
    "dask": dask,
    "wandb": wandb,
    "jupyter": jupyter,
    **dict.fromkeys(
        ("npm", "tar", "unzip", "git", "apt", "mkdir", "cat", "chgrp", "chmod"), of_others
    ),
}


@cache  # what several pages print is looked at once; what is refused is refused again
def check(words: tuple[str, ...]) -> None:
    """Whether a whole command exists and parses.

    Raises:
        Refused, AssertionError, or what a class of the course says where it does not.
    """
    program = words[0].removeprefix(".venv/bin/")
    assert program in PROGRAMS, f"{program}: say in {Path(__file__).name} how it is checked"
    PROGRAMS[program](list(words[1:]))
